"""Confirm or refuse what somebody else proposed about a role or a program, for managers and for supervisors."""

from django.http import Http404, HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from portal.attempts import attempt
from portal.people import person
from services.workflow.operations.programs import confirm_program
from services.workflow.operations.roles import confirm, refuse
from services.workflow.programs import Program
from services.workflow.role_changes import RoleChange


def settle_change(request: HttpRequest, change: RoleChange, act: str) -> None:
    """Do one of `confirm` and `refuse`, and tell how it went; anything else isn't there."""
    if act not in ("confirm", "refuse"):
        raise Http404

    def settled() -> str:
        if act == "confirm":
            confirm(change, person(request), timezone.now())
            return _("The change counts from now on.")
        refuse(change, person(request), timezone.now())
        return _("The proposal is refused.")

    attempt(request, settled)


def confirm_made(request: HttpRequest, program: Program) -> None:
    """Let a program act that somebody else made, and tell how it went."""

    def confirmed() -> str:
        confirm_program(program, person(request), timezone.now())
        return _("The program may act from now on.")

    attempt(request, confirmed)
