"""What officials write for each other."""

from collections.abc import Mapping
from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from services.accounts.models import User
from services.agencies.models import Agency, Membership
from services.catalogue.composing import unknown_placeholders
from services.catalogue.definition import DeskStep
from services.catalogue.models import Service
from services.workflow.knowledge import Guidance, TextBlock
from services.workflow.letters import FACTS
from services.workflow.operations.walking import require
from services.workflow.refusals import Refused


def write_guidance(service: Service, step_key: str, agency: Agency, text: str, by: User, now: datetime) -> Guidance:
    """Write how an agency does a step; what stood there before stays as an earlier version."""
    _require_member(by, agency)
    latest = guidance_of(service, step_key, agency)
    if latest is not None and latest.text == text.strip():
        return latest
    return Guidance.objects.create(service=service, step_key=step_key, agency=agency, text=text.strip(), by=by, at=now)


@transaction.atomic
def take_guidance(service: Service, given: Mapping[str, str], by: User, now: datetime) -> int:
    """Write guidance that another portal gave as one's agency's, for steps that have none; give how many."""
    wanted = untaken(service, given)
    for step_key, text in wanted.items():
        write_guidance(service, step_key, service.responsible, text, by, now)
    return len(wanted)


def untaken(service: Service, given: Mapping[str, str]) -> dict[str, str]:
    """Keep of given guidance what is about a desk's step and fills a gap of the agency that answers for a service."""
    steps, own = desk_steps(service), guidance_by_step(service)
    return {step_key: text for step_key, text in given.items() if step_key in steps and step_key not in own}


def desk_steps(service: Service) -> dict[str, DeskStep]:
    """Give the steps of a service that officials work, by their keys: those on which there can be guidance."""
    assert service.current is not None
    return {step.key: step for step in service.current.definition.workflow.steps if isinstance(step, DeskStep)}


def guidance_by_step(service: Service) -> dict[str, str]:
    """Give the latest guidance of the agency that answers for a service, by the keys of the steps that it has now."""
    written = Guidance.objects.filter(service=service, agency=service.responsible, step_key__in=desk_steps(service))
    latest = written.order_by("step_key", "-at", "-pk").distinct("step_key")
    return {one.step_key: one.text for one in latest if one.text}


def guidance_of(service: Service, step_key: str, agency: Agency) -> Guidance | None:
    """Give the latest guidance on a step; None when nobody has written any."""
    written = Guidance.objects.filter(service=service, step_key=step_key, agency=agency)
    return written.select_related("by").order_by("-at", "-pk").first()


def write_block(
    agency: Agency, title: str, text: Mapping[str, str], by: User, now: datetime, *, block: TextBlock | None = None
) -> TextBlock:
    """Write a block of text, or change one; raise `Refused` for places to fill in that nothing fills."""
    _require_member(by, agency)
    known = {language: words.strip() for language, words in text.items() if words.strip()}
    require(title.strip(), _("Give the block a title."))
    require(known, _("Write the text in one language at least."))
    unknown = sorted({name for words in known.values() for name in unknown_placeholders(words, [], FACTS)})
    words = _("Nothing fills {%(name)s} in. Choose among the places listed.") % {"name": ", ".join(unknown)}
    require(not unknown, words)
    block = block or TextBlock(agency=agency)
    block.title, block.text, block.by, block.at = title.strip(), known, by, now
    try:
        with transaction.atomic():
            block.save()
    except IntegrityError:
        raise Refused(_("There is a block with this title already.")) from None
    return block


def remove_block(block: TextBlock, by: User) -> None:
    """Remove a block of text; letters that were written with it stay."""
    _require_member(by, block.agency)
    block.delete()


def _require_member(by: User, agency: Agency) -> None:
    works_there = Membership.objects.of(by).filter(agency=agency).exists()
    require(works_there, _("Only people of the agency may write this."))
