"""The robot that looks at photos: a rule for each fault, and what happens when the file is away."""

import io
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from PIL import Image, ImageDraw

from services.catalogue.models import ServiceVersion
from services.catalogue.soundness import Unsound, parse
from services.requests.models import ServiceRequest
from services.requests.operations import add_evidence
from services.workflow.actions import FORMS
from services.workflow.actions.check_photo import Photo, faults_of
from services.workflow.models import Step
from tests import worlds
from tests.workflow.walks import fresh

NOON = worlds.NOON
RULES = {"width": 35, "height": 45, "least_pixels": 400, "head_from": 15, "head_to": 75}
PAPER = {"key": "photo", "title": worlds.text("Photo"), "accept": ["jpeg", "png"], "at_most": 3, "required": False}
LOOK = worlds.robot("look", "check_photo", settings={"paper": "photo", "save_as": "photo", **RULES})


def portrait(
    size: tuple[int, int] = (413, 531), wall: tuple[int, ...] = (245, 245, 245), head: float = 0.3
) -> Image.Image:
    """Draw a head of a part of the width before a wall."""
    picture = Image.new("RGB", size, wall)
    width, height = size
    box = (width * (0.5 - head), height * 0.15, width * (0.5 + head), height * 0.95)
    ImageDraw.Draw(picture).ellipse(box, fill=(120, 90, 70))
    return picture


def faults(picture: Image.Image) -> list[str]:
    return list(faults_of(picture, Photo(paper="photo", save_as="photo", **RULES)))


class TestFaults:
    def test_of_a_good_photo_are_none(self) -> None:
        assert faults(portrait()) == []

    @pytest.mark.parametrize(
        ("picture", "fault"),
        [
            (portrait(size=(531, 531)), "shape"),
            (portrait(size=(140, 180)), "pixels"),
            (portrait(wall=(90, 90, 90)), "wall"),
            (portrait(head=0.05), "head"),
            (portrait(head=0.9), "head"),
        ],
    )
    def test_are_told_by_a_code(self, picture: Image.Image, fault: str) -> None:
        assert faults(picture) == [fault]

    def test_of_a_wall_with_a_pattern(self) -> None:
        picture = portrait()
        ImageDraw.Draw(picture).rectangle((0, 0, 30, 60), fill=(175, 175, 175))

        assert faults(picture) == ["wall"]


@pytest.fixture
def version() -> ServiceVersion:
    worlds.build_agencies("north")
    return worlds.published([LOOK, worlds.desk("judge")], evidence=[PAPER])


def add(request: ServiceRequest, picture: Image.Image, minutes: int = 0) -> None:
    made = io.BytesIO()
    picture.save(made, "JPEG")
    file, at = ContentFile(made.getvalue(), "me.jpg"), NOON + timedelta(minutes=minutes)
    add_evidence(request, "photo", file, accept=["jpeg"], at_most=3, now=at)


def looked_at(request: ServiceRequest) -> dict[str, object]:
    worlds.run_robots()
    return fresh(request).facts["found"]["photo"]


@pytest.mark.django_db
class TestCheckPhoto:
    def test_looks_at_the_newest_photo(self, version: ServiceVersion) -> None:
        request = worlds.apply(version)
        add(request, portrait(size=(140, 180)))
        add(request, portrait(), minutes=1)

        assert looked_at(request) == {"found": True, "fit": True, "faults": []}

    def test_says_that_there_is_none(self, version: ServiceVersion) -> None:
        assert looked_at(worlds.apply(version)) == {"found": False, "fit": False, "faults": ["missing"]}

    def test_gives_a_file_that_is_away_to_an_official_in_the_end(self, version: ServiceVersion, settings) -> None:
        settings.ROBOT_PAUSES_S = []
        request = worlds.apply(version)
        add(request, portrait())
        request.evidence.get().file.storage.delete(request.evidence.get().file.name)
        worlds.run_robots()

        step = worlds.open_step(request, "judge", Step.Kind.DESK)
        assert (step.instead_of.key, step.trouble["code"]) == ("look", "fault")

    @pytest.mark.parametrize(
        ("wrong", "words"),
        [
            ({"paper": "passport"}, "is no paper of this definition"),
            ({"head_from": 80}, "isn't above head_from"),
        ],
    )
    def test_names_settings_that_make_no_sense(self, wrong: dict[str, object], words: str) -> None:
        look = {**LOOK, "settings": {**LOOK["settings"], **wrong}}

        with pytest.raises(Unsound, match=words):
            parse(worlds.definition([look, worlds.desk("judge")], evidence=[PAPER]), FORMS)

    def test_takes_no_paper_that_may_be_a_pdf(self) -> None:
        with pytest.raises(Unsound, match="may be a PDF file"):
            parse(worlds.definition([LOOK, worlds.desk("judge")], evidence=[{**PAPER, "accept": ["pdf"]}]), FORMS)
