"""The portal's own notices to applicants: those that every service sends without saying so."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.core import signing
from django.utils.translation import gettext_lazy as _

from services.requests.models import ServiceRequest

FILED_FOR_YOU, REMINDED, MOVED = "filed_for_you", "reminded", "moved"
RECEIVED, ASKED, WRITTEN, ENDED = "received", "asked", "written", "ended"
ANNULLED, SENT_BACK, COMPLAINT_ANSWERED, REVOKED = "annulled", "sent_back", "complaint_answered", "revoked"
REMINDER, TO_PAY, LETTER, FILE_REFUSED = "reminder", "to_pay", "letter", "file_refused"
SILENT_YES, SILENT_NO = "silent_yes", "silent_no"

BY_MAIL, BY_SMS, TO_ASSISTANT = "", "sms", "assistant"

NOTICES = {
    RECEIVED: (
        _("We have received your request"),
        _(
            "We have received your request “%(service)s”. You can follow it and see until when it will be decided.\n\n"
            "Without an account you can look it up at %(status_link)s with its reference and this code: %(code)s"
        ),
    ),
    FILED_FOR_YOU: (
        _("Somebody has sent a request for you"),
        _(
            "%(assistant)s has sent the request “%(service)s” for you: %(relation)s. "
            "If you did not agree to this, withdraw the request or tell the office at once.\n\n"
            "Without an account you can look it up at %(status_link)s with its reference and this code: %(code)s"
        ),
    ),
    ASKED: (
        _("We need something from you"),
        _(
            "We need an answer or a paper from you for your request “%(service)s”. "
            "The legal time limit stands still until you answer."
        ),
    ),
    REMINDED: (
        _("Your request still waits for you"),
        _(
            "Your request “%(service)s” still waits for an answer or a paper from you, until %(until)s. "
            "After that the office goes on with what it has."
        ),
    ),
    MOVED: (
        _("The day by which we decide has moved"),
        _("The office needs longer for “%(service)s”: it now decides by %(due)s. You can read the reason there."),
    ),
    WRITTEN: (
        _("The office has written to you"),
        _("The office has written to you about your request “%(service)s”. You can read it and answer there."),
    ),
    ENDED: (
        _("Your request has come to an end"),
        _("Your request “%(service)s” has come to an end. You can read the decision and find any documents there."),
    ),
    ANNULLED: (
        _("The decision you objected to no longer counts"),
        _("Your objection succeeded: the decision on “%(service)s” is annulled. Read what the office must do now."),
    ),
    SENT_BACK: (
        _("The office must look at your request again"),
        _("Because of your objection the office must look at your request “%(service)s” again. Read what it must do."),
    ),
    COMPLAINT_ANSWERED: (
        _("Your complaint was answered"),
        _("A supervisor has answered your complaint that “%(service)s” takes too long. You can read the answer there."),
    ),
    REVOKED: (
        _("A document of yours was revoked"),
        _("A document that you got by your request “%(service)s” is no longer valid. You can read the reason there."),
    ),
    REMINDER: (_("A reminder"), _("A reminder about “%(service)s”:") + "\n\n%(words)s"),
    TO_PAY: (
        _("Your request waits for a payment"),
        _(
            "Your request “%(service)s” goes on when its fee is paid. You can read there how much it is, until when it "
            "is due and under which reference. You pay at the counter."
        ),
    ),
    SILENT_YES: (
        _("By law your request counts as approved"),
        _(
            "The office did not decide in time on your request “%(service)s”. For this case the law says yes: "
            "the request counts as approved. You will find the letter and any documents there."
        ),
    ),
    SILENT_NO: (
        _("By law your request counts as refused"),
        _(
            "The office did not decide in time on your request “%(service)s”. For this case the law says no: "
            "the request counts as refused, though nobody has judged it. You can object; read there how and until when."
        ),
    ),
    FILE_REFUSED: (
        _("A file of yours could not be accepted"),
        _(
            "A file that you added to your request “%(service)s” could not be accepted: it did not pass the check for "
            "harmful programs. Nobody has opened it; all else is with the office. "
            "You can see there which file it is, and bring another one."
        ),
    ),
    LETTER: (
        _("The office has sent you a letter"),
        _("There is a letter for you about your request “%(service)s”. You can read and download it there."),
    ),
}
EXTENDED_LETTER, SILENT_YES_LETTER, SILENT_NO_LETTER = "extended_letter", "silent_yes_letter", "silent_no_letter"
AS_LETTER = "letter"
LETTERS: dict[str, tuple[Any, list[Any]]] = {
    EXTENDED_LETTER: (
        _("We need longer for your request"),
        [
            _("We should decide on your request “%(service)s” by %(before)s. We need longer, as the law allows once."),
            _("We now decide by %(due)s. The reason:"),
            "%(reason)s",
            _("You need not do anything."),
        ],
    ),
    SILENT_YES_LETTER: (
        _("Your request counts as approved"),
        [
            _("By law the office had until %(due)s to decide on your request “%(service)s”, and did not decide."),
            _("For this case the law says: where the office stays silent, the request counts as approved."),
            _("This approval is worth as much as one by an official. Keep this letter."),
        ],
    ),
    SILENT_NO_LETTER: (
        _("Your request counts as refused"),
        [
            _("By law the office had until %(due)s to decide on your request “%(service)s”, and did not decide."),
            _("For this case the law says: where the office stays silent, the request counts as refused."),
            _("Nobody has judged your request. You can object: open it on the portal to see how and until when."),
        ],
    ),
}
FRAME = _(
    "Dear %(name)s,\n\n%(body)s\n\nReference: %(reference)s\n%(link)s\n\n%(agency)s\n\n"
    "We never ask for passwords or money by e-mail."
)

BY_CODE = _("Open it there with the reference and the code that stands on the confirmation and in our first e-mail.")
YOU_HELP = _("You get this letter because you help %(name)s.")
SHORT = _("%(subject)s. Reference %(reference)s. %(agency)s")
SHORTER = _("%(subject)s. Reference %(reference)s.")

RATE = _("How satisfied are you? One click is enough: %(link)s")
RATING_SALT, RATING_LINK_S = "portal.rating", 120 * 86_400


def follow_link(service_request: ServiceRequest) -> str:
    """Give where the applicant follows a request: with the account, or with reference and code."""
    has_account = service_request.applicant_id is not None
    return settings.FOLLOW_URL.format(id=service_request.pk) if has_account else settings.STATUS_URL


def rating_token(service_request: UUID) -> str:
    """Give what a letter's link proves its right to rate a request with."""
    return signing.dumps(str(service_request), salt=RATING_SALT)


def read_rating_token(token: str) -> UUID | None:
    """Give the request that a link's token is for; None when it isn't ours or is older than 120 days."""
    try:
        return UUID(signing.loads(token, salt=RATING_SALT, max_age=RATING_LINK_S))
    except (signing.BadSignature, ValueError):
        return None
