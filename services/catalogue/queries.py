"""Find services by words."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from functools import reduce
from itertools import islice
from operator import or_
from typing import Any, TypeVar

from django.contrib.postgres.search import SearchQuery, SearchRank, TrigramWordSimilarity
from django.db.models import Case, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When

from services.agencies.models import Agency
from services.catalogue.models import Prose, Service, ServiceQuerySet, Word
from services.catalogue.search import (
    MOST_WORDS,
    as_written,
    forms_of,
    is_compared,
    is_one_error,
    without_ending,
    words_of,
)

NEAR = 0.2
SHORT = 3  # of shorter words the beginnings of half a language would be found
NAMED, TOLD, ENDED_OTHERWISE = 2, 1, 0
Found = TypeVar("Found", bound=Collection[Any])


@dataclass(frozen=True)
class Spelling:
    """What is looked for instead of mistyped words: words that services tell in one language."""

    language: str
    words: str

    @property
    def texts(self) -> dict[str, str]:
        return {self.language: self.words}


def searched(text: str) -> ServiceQuerySet:
    """Give the published services that speak of all words or of their beginnings.

    What is called so comes first, then what speaks of it in short, then what tells of it anywhere in one language, then
    what speaks of a word to which a typed one adds an ending, as a plural or a case does.
    """
    words = words_of(text)
    if not words:
        return Service.objects.none()
    query = _all_of(f"{word}:*" for word in words)
    ended = _all_of(f"({' | '.join([f'{word}:*', *without_ending(word)])})" for word in words)
    told = _telling_of(words)
    place = Case(
        When(vector=query, then=Value(NAMED)),
        When(pk__in=told, then=Value(TOLD)),
        default=Value(ENDED_OTHERWISE),
    )
    # Each of the two has an index, which "or" between them would not let PostgreSQL use.
    speaking = Service.objects.filter(vector=ended).values("pk").union(told)
    hits = Service.objects.listed().alias(place=place, rank=SearchRank(F("vector"), ended))
    return hits.filter(pk__in=speaking).order_by("-place", "-rank", "code")


def _telling_of(words: Iterable[str]) -> QuerySet[Prose, Any]:
    """Give the services that have all words or their beginnings in what they tell in one language."""
    query = _all_of(word if len(word) < SHORT else f"{word}:*" for word in words)
    return Prose.objects.filter(vector=query).values("service")


def _all_of(patterns: Iterable[str]) -> SearchQuery:
    return SearchQuery(" & ".join(patterns), config="simple", search_type="raw")


def found_or_respelled(text: str, language: str, find: Callable[[str], Found]) -> tuple[Found, Spelling | None]:
    """Give what `find` finds by words; when that is nothing, by what they are mistyped from, and what that is."""
    found = find(text)
    spelling = None if found else respelled(text, language)
    instead = find(spelling.words) if spelling else found
    return (instead, spelling) if instead else (found, None)


def respelled(text: str, language: str) -> Spelling | None:
    """Give words with their typing errors put right, one in each, or None where no language has all of them.

    The language in which the fewest are wrong is taken; of several, the given one.
    """
    typed = list(islice(as_written(text), MOST_WORDS))
    known: defaultdict[str, dict[str, str]] = defaultdict(dict)
    for word in like(folded for folded, _written in typed if is_compared(folded)):
        known[word.language][word.folded] = word.written
    spellings = [
        (sum(new != old for new, (_folded, old) in zip(words, typed, strict=True)), name != language, name, words)
        for name, alike in sorted(known.items())
        if (words := [_meant(folded, written, alike) for folded, written in typed]) and all(words)
    ]
    wrong, _is_other, name, words = min(spellings, default=(0, False, "", []))
    return Spelling(name, " ".join(words)) if wrong else None


def like(words: Iterable[str]) -> QuerySet[Word]:
    """Give the known words that begin like one of these or have a form in common with it."""
    alike = (Q(folded__startswith=word) | Q(forms__overlap=forms_of(word)) for word in words)
    return Word.objects.filter(reduce(or_, alike, Q(pk=None))).defer("forms")


def _meant(typed: str, written: str, known: Mapping[str, str]) -> str:
    """Give a typed word that stands so or begins another; else the known word that is one error away, or nothing."""
    if not is_compared(typed) or any(word.startswith(typed) for word in known):
        return written
    return known[near] if (near := min((word for word in known if is_one_error(typed, word)), default="")) else ""


def written_nearly(text: str, most: int = 3) -> ServiceQuerySet:
    """Give the few services whose names are written nearest to words by which nothing was found."""
    folded = " ".join(words_of(text))
    nearness = TrigramWordSimilarity(folded, "names")
    near = Service.objects.listed().annotate(nearness=nearness).filter(nearness__gte=NEAR)
    return near.order_by("-nearness", "code")[:most]


def begun_by_anybody(services: Iterable[Service]) -> list[Service]:
    """Keep what anybody may begin with: an objection begins from its decision only."""
    return [one for one in services if one.current and not one.current.definition.is_appeal]


def offered_by(agency: Agency | OuterRef) -> ServiceQuerySet:
    """Give the published services that an agency answers for or delivers."""
    part = Q(responsible=agency) | Q(offices__agency=agency)
    return Service.objects.published().filter(part).distinct()


def offering_agencies() -> QuerySet[Agency]:
    """Give the agencies that answer for services or deliver some, each with the `count` of these."""
    number = Func(F("pk"), template="COUNT(DISTINCT %(expressions)s)", output_field=IntegerField())
    counted = offered_by(OuterRef("pk")).order_by().values(count=number)
    return Agency.objects.annotate(count=Subquery(counted)).filter(count__gt=0).order_by("code")
