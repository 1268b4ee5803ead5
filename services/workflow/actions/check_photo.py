"""Tell by rule whether a photo fits an identity card: its shape, its pixels, a plain light wall, and the head's share.

It knows no face: whoever the photo shows, an official compares it with the person.
"""

from collections.abc import Iterator

from django.core.files.storage import default_storage
from PIL import Image, ImageChops, UnidentifiedImageError
from pydantic import Field

from services.catalogue.action_settings import SettingFault, Settings, Use
from services.catalogue.definition import Key
from services.requests.evidence import Evidence
from services.workflow.actions.kinds import Failed, Finding, Job, Outside, finding_as_is
from services.workflow.changes import Changes
from services.workflow.models import Step
from services.workflow.troubles import trouble

LOOKED_AT = (84, 108)  # enough to see a head, and quick
LIGHT, PLAIN, UNLIKE_WALL = 170, 40, 45
NOTHING = {"found": False, "fit": False, "faults": ["missing"]}


class Photo(Settings):
    """Which paper it is, width to height, how high it must be, and which part of it the head may take, in per cent."""

    paper: Key
    width: int = Field(ge=1, le=1000)
    height: int = Field(ge=1, le=1000)
    least_pixels: int = Field(ge=1, le=10_000)
    head_from: int = Field(ge=0, le=100)
    head_to: int = Field(ge=0, le=100)
    shape_within: int = Field(5, ge=0, le=50)
    save_as: Key

    def faults(self, use: Use) -> Iterator[SettingFault]:
        papers = {paper.key: paper for paper in use.definition.evidence}
        if self.paper not in papers:
            yield "paper", f"'{self.paper}' is no paper of this definition", "Name one listed under evidence."
        elif "pdf" in papers[self.paper].accept:
            yield "paper", f"'{self.paper}' may be a PDF file", "Let it accept jpeg and png only."
        if self.head_from >= self.head_to:
            yield "head_to", "isn't above head_from", "Give the smaller share first."


def prepare(walk: Changes, step: Step) -> Job:
    """Name the newest file of the paper; none when there is no file."""
    known = walk.settings(step, Photo)
    files = Evidence.objects.accepted().filter(service_request=walk.service_request, key=known.paper)
    newest = files.order_by("-supplied_at", "-pk").first()
    return Job(target="files", data={"known": known, "file": newest.file.name if newest else ""})


def check(job: Job, key: str) -> Finding:
    """Look at the photo; raise `Failed` when its file can't be read."""
    if not job.data["file"]:
        return dict(NOTHING)
    try:
        with default_storage.open(job.data["file"]) as file, Image.open(file, formats=["JPEG", "PNG"]) as picture:
            faults = list(faults_of(picture, job.data["known"]))
    except (OSError, UnidentifiedImageError):
        raise Failed(trouble("fault")) from None
    return {"found": True, "fit": not faults, "faults": faults}


def faults_of(picture: Image.Image, known: Photo) -> Iterator[str]:
    """Give by codes what is wrong with a photo: `shape`, `pixels`, `wall` or `head`."""
    wished = known.width / known.height
    if abs(picture.width / picture.height - wished) > wished * known.shape_within / 100:
        yield "shape"
    if picture.height < known.least_pixels:
        yield "pixels"
    small = picture.convert("L").resize(LOOKED_AT)
    wall = _wall(small)
    if wall is None:
        yield "wall"
    elif not known.head_from <= _share_unlike(small, wall) <= known.head_to:
        yield "head"


def _wall(picture: Image.Image) -> int | None:
    """Give how light the wall is, from the upper corners; None when it is dark or not plain."""
    width, height = picture.width // 6, picture.height // 6
    corners = [(0, 0, width, height), (picture.width - width, 0, picture.width, height)]
    extremes = [picture.crop(corner).getextrema() for corner in corners]
    darkest, lightest = min(float(low) for low, _ in extremes), max(float(high) for _, high in extremes)  # type: ignore[arg-type]
    return int(lightest) if darkest >= LIGHT and lightest - darkest <= PLAIN else None


def _share_unlike(picture: Image.Image, wall: int) -> float:
    """Give which part of the photo, in per cent, isn't like the wall."""
    unlike = ImageChops.difference(picture, Image.new("L", picture.size, wall)).histogram()[UNLIKE_WALL:]
    return 100 * sum(unlike) / (picture.width * picture.height)


ACTION = Outside(Photo, Step.Lane.DOCUMENTS, prepare, check, finding_as_is)
