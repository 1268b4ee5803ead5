"""The portal's own notices to applicants: those that every service sends without saying so."""

from django.utils.translation import gettext_lazy as _

RECEIVED, ASKED, ENDED = "received", "asked", "ended"

NOTICES = {
    RECEIVED: (
        _("We have received your request"),
        _("We have received your request “%(service)s”. You can follow it and see until when it will be decided."),
    ),
    ASKED: (
        _("We need something from you"),
        _(
            "We need an answer or a paper from you for your request “%(service)s”. "
            "The legal time limit stands still until you answer."
        ),
    ),
    ENDED: (
        _("Your request has come to an end"),
        _("Your request “%(service)s” has come to an end. You can read the decision and find any documents there."),
    ),
}
FRAME = _(
    "Dear %(name)s,\n\n%(body)s\n\nReference: %(reference)s\n%(link)s\n\n%(agency)s\n\n"
    "We never ask for passwords or money by e-mail."
)
