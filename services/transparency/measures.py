"""Every measure that is published: one list for pages, files and the API, so that a figure means the same everywhere."""

from dataclasses import dataclass
from typing import Literal

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Unit = Literal["number", "share", "days", "hours", "minutes", "kg"]
Words = str | Promise


@dataclass(frozen=True)
class Measure:
    """A measure: how it is computed, what it leaves out and why, and whether more of it is better."""

    code: str
    name: Words
    unit: Unit
    formula: Words
    left_out: Words
    better: Literal["more", "less", ""] = ""


_FEW = _("Counts of one to four, and what they would follow from, so that nobody is recognised.")
_WITHDRAWN = _("Withdrawn requests: nobody decided them.")
_OPEN = _("Requests that are still open: what they will take isn’t known yet.")

MEASURES = (
    Measure("received", _("Received"), "number", _("Requests submitted by any channel, by the month of the submission."), _FEW),
    Measure("decided", _("Decided"), "number", _("Requests approved, refused or closed by the office, by the month of the end. A request that was opened again counts once, when it ended anew."), _WITHDRAWN),
    Measure("open", _("Open"), "number", _("Received, less decided, less withdrawn."), _FEW, "less"),
    Measure("withdrawn", _("Withdrawn"), "number", _("Requests that the applicant took back."), _FEW),
    Measure("backlog_age", _("Age of open requests"), "days", _("Days since the submission of the requests that are open now: the age that half don’t exceed."), _("Services with fewer than five open requests."), "less"),
    Measure("median", _("Half within"), "days", _("Working days of the agency’s calendar after the day of the submission up to the day of the decision, without those at whose end the legal clock stood still; a half day counts as one, and what comes after its closing came on the next; as many as half of the decided requests didn’t exceed. Less than one day is told in hours or minutes, as the calendar runs."), _OPEN, "less"),
    Measure("p90", _("9 of 10 within"), "days", _("As “half within”, for nine of ten."), _OPEN, "less"),
    Measure("stopped_days", _("Days the clock stood still"), "days", _("Working days at whose end the legal clock stood still because the applicant had to act, for each decided request on average."), _OPEN, "less"),
    Measure("on_time", _("In time"), "share", _("Decided by the legal deadline, of all decided. Days on which the clock stood still don’t count, recorded extensions do."), _WITHDRAWN, "more"),
    Measure("trend", _("Than the year before"), "share", _("The share in time of the last twelve months less that of the twelve before, in points, with the bounds between which the true difference lies 95 times of 100 (Newcombe). Where they have 0 between them, chance alone may explain it."), _WITHDRAWN, "more"),
    Measure("refused", _("Refused"), "share", _("Refused, of all decided; each refusal has a reason from the service’s list."), _WITHDRAWN),
    Measure("first_time_right", _("Right the first time"), "share", _("Decided without any question to the applicant and never opened again, of all decided."), _WITHDRAWN, "more"),
    Measure("asked", _("Sent back"), "number", _("Requests about which the office asked the applicant at least once, by the month of the first question; and by the paper or answer that was asked for."), _FEW, "less"),
    Measure("step_time", _("Time of a step"), "hours", _("From opening a step to its end, added up where a request came to it again, as the calendar runs. Steps at the same time each count in full."), _("Steps that were cancelled, and robots’ steps, which take seconds."), "less"),
    Measure("holder_time", _("Who held it"), "hours", _("Time of all steps of the office, of other agencies, of the applicant, and time that the law lets pass."), _OPEN, "less"),
    Measure("robot_share", _("Done by robots"), "share", _("Steps that a robot completed, of all steps that a robot or an official completed."), _("Steps of applicants, and waiting."), "more"),
    Measure("robot_minutes", _("Minutes done by robots"), "share", _("Minutes that the definitions state for the steps robots completed, of the minutes stated for all completed steps."), _("Steps for which no minutes are stated."), "more"),
    Measure("hours_saved", _("Hours saved"), "hours", _("Minutes that an official would have needed for the steps which robots completed, as the definition states them, divided by 60."), _("What robots handed to officials."), "more"),
    Measure("objections", _("Objections"), "number", _("Objections to decisions, by the month in which they came in."), _FEW, "less"),
    Measure("overturned", _("Overturned"), "share", _("Decisions annulled or sent back after an objection, for each objection of the same period."), _FEW, "less"),
    Measure("complaints", _("Complaints"), "number", _("Complaints that a request takes too long."), _FEW, "less"),
    Measure("satisfied", _("Satisfied"), "share", _("“Satisfied” or “very satisfied” on a scale of five, of all answers; asked once of each applicant after the decision. The last answer counts."), _("Those who didn’t answer: read the number of answers beside it."), "more"),
    Measure("rated", _("Answers"), "number", _("Applicants who said how satisfied they are."), _FEW),
    Measure("channels", _("Channels"), "share", _("Requests submitted online, at the counter, by phone, post, e-mail or by the agency itself, of all received."), _FEW),
    Measure("equity", _("Served alike"), "share", _("Of those who said in their profile that they may be counted: decided in time, and refused, of all decided in the last twelve whole months, by gender, age at the submission, town and language. Counted once a month from the requests; each share with the bounds between which the true one lies 95 times of 100 (Wilson). More than chance: where the difference to all other groups lies on one side of 0 998 times of 1,000 (Newcombe)."), _("Who didn’t say yes. Groups of one to four people, and what they would follow from. Comparisons with fewer than 30 cases on either side. It can’t be counted again from the public event log, which names nobody.")),
    Measure("clock_stops", _("Stops of the clock"), "number", _("How often the legal clock was stopped; an office that often stops it looks quicker than it is."), _FEW, "less"),
    Measure("silence", _("Decided by silence"), "number", _("Requests that count as approved or as refused because nobody decided in time, where the law says so; they count among the late. And rounds of opinions that ended without the answer of an agency."), _FEW, "less"),
    Measure("file_reads", _("Looks into files"), "number", _("How often an official opened a request’s file. Looks of the same person within ten minutes are one."), _FEW),
    Measure("visits_avoided", _("Visits avoided"), "number", _("Requests submitted online, by e-mail, post or phone, times the visits that the counter would have taken."), _("Visits that a service asks for by law, such as for fingerprints."), "more"),
    Measure("co2_saved", _("CO₂ saved"), "kg", _("Visits avoided, times the usual way there and back, times what a kilometre emits by the usual means of travel."), _("What the portal’s own computers emit."), "more"),
)  # fmt: skip
BY_CODE = {measure.code: measure for measure in MEASURES}
