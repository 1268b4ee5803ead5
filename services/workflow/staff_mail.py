"""Letters to officials about deadlines: one to a person for all that came since the last one."""

from datetime import datetime

import structlog
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from services.accounts.models import User
from services.workflow.staff_notices import StaffNotice

log = structlog.get_logger(__name__)
MOST_LINES = 30


def mail_officials(now: datetime) -> int:
    """Send what officials were told and haven't been sent; give how many letters went out.

    It is sent first and noted then: a letter may come twice, with the same Message-ID, but none is lost.
    """
    waiting = User.objects.filter(pk__in=StaffNotice.objects.filter(mailed_at=None).values("user")).order_by("pk")
    return sum(_mail(user, now) for user in waiting)


def _mail(user: User, now: datetime) -> bool:
    related = ("service_request__service", "step")
    notices = list(StaffNotice.objects.filter(user=user, mailed_at=None).select_related(*related).order_by("pk"))
    is_wanted = bool(notices and user.email and user.wants_mail and user.is_active)
    try:
        if is_wanted:
            _letter(user, notices).send()
    except OSError:
        log.warning("officials_letter_not_sent", user=str(user.pk))
        return False
    StaffNotice.objects.filter(pk__in=[notice.pk for notice in notices]).update(mailed_at=now)
    return is_wanted


def _letter(user: User, notices: list[StaffNotice]) -> EmailMessage:
    count = len(notices)
    with override(user.language):
        subject = ngettext("%(count)s deadline to look at", "%(count)s deadlines to look at", count) % {"count": count}
        lines = [_line(notice) for notice in notices[:MOST_LINES]]
        rest = [_("and %(count)s more") % {"count": count - MOST_LINES}] if count > MOST_LINES else []
        body = "\n".join([*lines, *rest, "", settings.DESK_URL])
    headers = {"Message-ID": f"<deadlines.{notices[0].pk}.{notices[-1].pk}@{settings.MAIL_DOMAIN}>"}
    return EmailMessage(subject, body, to=[user.email], headers={**headers, "Auto-Submitted": "auto-generated"})


def _line(notice: StaffNotice) -> str:
    request = notice.service_request
    due = notice.step.due_at if notice.step else request.due_at
    day = date_format(timezone.localtime(due), "DATE_FORMAT") if due else "–"
    words = {"kind": notice.get_kind_display(), "service": request.service, "reference": request.written_reference}
    return _("%(kind)s: %(service)s, %(reference)s, due by %(day)s") % {**words, "day": day}
