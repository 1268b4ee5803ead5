"""Words for people: texts of definitions in the reader's language, references and spans of time."""

from collections.abc import Callable, Mapping
from html import unescape
from typing import Any

from django import template
from django.conf import settings
from django.utils.formats import localize
from django.utils.html import Urlizer, conditional_escape, format_html, strip_tags
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from portal.browsers import browser_in_words
from portal.fault_words import fault_in_words
from services.agencies import rules
from services.catalogue.answer_words import display
from services.requests.assistance import MANDATE
from services.requests.rules import write_reference
from services.transparency.tables import Took

register = template.Library()

MINUTE, HOUR, DAY = 60, 3_600, 86_400
MANY = 100  # how fractions are counted: some languages tell one and two without a number
ASKING = ("?", "؟")
DOTTED = str.maketrans({"İ": "i", "I": "ı"})


@register.filter
def in_language(texts: Mapping[Any, str] | None, language: str = "") -> str:
    """Give a text of a definition in the reader's language, or the nearest there is."""
    return rules.in_language(texts or {}, language or get_language() or "en")


@register.filter
def lowered(texts: Mapping[Any, str]) -> dict[Any, str]:
    """Give a text's translations in small letters: in Azerbaijani those of İ and I are i and ı."""
    return {key: (text.translate(DOTTED) if key == "az" else text).lower() for key, text in texts.items()}


@register.filter
def language_of(texts: Mapping[Any, str] | None) -> str:
    """Give the language of the text that `in_language` shows when it isn't the reader's; else nothing."""
    language = get_language() or "en"
    if not texts or language in texts:
        return ""
    return "en" if "en" in texts else str(next(iter(texts)))


@register.filter
def marked(texts: Mapping[Any, str] | None) -> SafeString:
    """Give a text as `in_language` does, for the words of a page: marked where its language isn't the page's.

    Of a text whose language isn't known (the key "") none is claimed, the page's neither.
    """
    if texts and set(texts) == {""}:
        return format_html('<bdi lang="">{}</bdi>', texts[""])
    return _marked(in_language(texts), language_of(texts))


def unmarked(words: SafeString) -> str:
    """Give a page's words as plain text: for programs, and where no marks can stand."""
    return unescape(strip_tags(words))


@register.filter
def isolated(words: Any) -> SafeString:
    """Keep the direction of words from what stands around them."""
    return format_html("<bdi>{}</bdi>", words)


@register.filter
def labelled(label: Any, message: Any) -> SafeString:
    """Tell a fault after what its question is called, joined as the page's language does; a question has its mark."""
    pattern = "{label} {message}" if strip_tags(str(label)).endswith(ASKING) else _("{label}: {message}")
    return format_html(pattern, label=label, message=message)


@register.filter
def named(thing: Any) -> SafeString:
    """Tell what an agency, an office, a desk or a service is called, marked as `marked` does; words stay the same."""
    if not thing or isinstance(thing, str):
        return conditional_escape(thing or "")
    return marked(getattr(thing, "title", None) or thing.name)


def _marked(words: str, language: str) -> SafeString:
    return format_html('<bdi lang="{}">{}</bdi>', language, words) if language else conditional_escape(words)


@register.filter
def fault_words(english: str) -> SafeString:
    """Tell a sentence of a fault in the page's language; marked as English where it isn't known there."""
    known = fault_in_words(english)
    return conditional_escape(known) if known else _marked(english, "" if get_language() == "en" else "en")


@register.filter
def lang(texts: Mapping[Any, str] | None) -> SafeString:
    """Give the attribute that marks a text in another language, for what can hold text only: an option."""
    other = language_of(texts)
    return format_html(' lang="{}"', other) if other else SafeString()


@register.filter
def answer(field: Any, value: Any) -> SafeString:
    """Tell an answer, marked where it is told by texts of the definition in another language than the page's."""
    by_definition = TOLD_BY.get(field.kind)
    words = display(field, value, get_language() or "en")
    return _marked(words, language_of(by_definition(field)) if by_definition else "")


TOLD_BY: dict[str, Callable[[Any], Mapping[Any, str] | None]] = {
    "one_of": lambda field: field.options[0].label,
    "several_of": lambda field: field.options[0].label,
    "number": lambda field: field.unit,
    "group": lambda field: field.item,
}


def own_text(words: Any) -> dict[str, str]:
    """Give words of the portal in the shape of a definition's text: known in the reader's language."""
    return {get_language() or "en": str(words)}


@register.filter
def direction(language: str) -> str:
    """Give the direction in which a language is written; Django's own table takes Azerbaijani for Arabic script."""
    return "rtl" if language in settings.LANGUAGES_BIDI else "ltr"


class _Links(Urlizer):
    """Addresses are written from left to right, whatever the direction of the text around them."""

    url_template = '<a dir="ltr" href="{href}"{attrs}>{url}</a>'


@register.filter(is_safe=True)
def with_links(text: str) -> SafeString:
    """Make links of the addresses in a text, and escape the rest."""
    return mark_safe(_Links()(text, nofollow=True, autoescape=True))  # noqa: S308 - it escapes


@register.filter
def reference(value: str) -> str:
    """Write a reference in groups."""
    return write_reference(value)


@register.filter
def duration(seconds: float | None) -> str:
    """Tell a span of time in its largest fitting unit: 3 days, 4 hours, 12 minutes."""
    if seconds is None:
        return "–"
    if seconds >= DAY:
        days = round(seconds / DAY, 1) if seconds < 10 * DAY else round(seconds / DAY)
        whole = days == int(days)
        words = ngettext("%(count)s day", "%(count)s days", int(days) if whole else MANY)
        return words % {"count": localize(int(days) if whole else days)}
    if seconds >= HOUR:
        hours = round(seconds / HOUR)
        return ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours}
    minutes = max(1, round(seconds / MINUTE))
    return ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes}


@register.filter
def took(time: Took | None) -> str:
    """Tell how long something took: in working days; in hours and minutes when it was less than one."""
    if not time:
        return "–"
    if time.days:
        return ngettext("%(count)s working day", "%(count)s working days", time.days) % {"count": time.days}
    return duration(time.seconds) if time.seconds is not None else _("the same day")


@register.filter
def percent(share: float | None) -> str:
    """Tell a share as a percentage."""
    return "–" if share is None else f"{share * 100:.0f} %"


@register.filter
def few(number: int | None) -> str:
    """Tell a count, or that it isn't told."""
    return _("few") if number is None else str(number)


@register.filter
def points(share: float | None) -> str:
    """Tell a difference of shares in points of a percentage."""
    return "–" if share is None else f"{share * 100:+.0f}"


@register.filter
def found_words(value: Any) -> str:
    """Tell what a register answered: yes and no instead of true and false."""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value) if value not in ("", None) else "–"


@register.filter
def under(mapping: Mapping[str, Any], key: str) -> Any:
    """Give what a mapping has under a key, or nothing."""
    return mapping.get(key)


@register.filter
def evidence_title(key: str, definition: Any) -> str:
    """Tell an evidence key, or the key of a file question, by its title."""
    titles = {evidence.key: evidence.title for evidence in definition.evidence}
    titles |= {field.key: field.label for field in definition.fields.values() if field.kind == "file"}
    own = {MANDATE: _("Mandate of the assistant")}
    return marked(titles[key]) if key in titles else own.get(key, _("Answer to a question"))


@register.filter
def corrections_of(message: Any, definition: Any) -> list[dict[str, str]]:
    """Tell which answers were changed because of a question: label, before, after."""
    fields = definition.fields

    def told(key: str, value: Any) -> str:
        return answer(fields[key], value) if value is not None else "–"

    return [
        {
            "label": marked(fields[one.key].label),
            "before": told(one.key, one.before),
            "after": told(one.key, one.after),
        }
        for one in sorted(message.corrections.all(), key=lambda one: one.pk)
        if one.key in fields
    ]


register.filter("browser_in_words", browser_in_words)


@register.filter
def decision_words(decision: Any, definition: Any) -> str:
    """Tell a decision: the step, the outcome, and the reason of a refusal."""
    step = definition.workflow.by_key[decision.step_key]
    outcome = next(known for known in step.outcomes if known.key == decision.outcome)
    words = format_html("{}: {}", marked(step.title), marked(outcome.title))
    reason = next((known for known in definition.rejection_reasons if known.code == decision.reason), None)
    return format_html("{} – {}", words, marked(reason.text)) if reason else words


@register.filter
def activity_title(done: Any, definition: Any) -> str:
    """Tell a completed activity by its title."""
    step = definition.workflow.by_key[done.step.key]
    known = {activity.key: activity for activity in [*step.activities, *step.after_care]}
    return marked(known[done.key].title)
