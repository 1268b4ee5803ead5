"""Find services by words."""

from collections.abc import Iterable

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector, TrigramWordSimilarity
from django.db.models import Case, F, Func, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Greatest

from services.agencies.models import Agency
from services.catalogue.models import Prose, Service, ServiceQuerySet
from services.catalogue.search import words_of

NEAR_ENOUGH = 0.5
NEAR = 0.2
SHORT = 3  # of shorter words the beginnings of half a language would be found
NAMED, TOLD, ALIKE = 2, 1, 0
VECTOR = SearchVector("names", weight="A", config="simple") + SearchVector("words", weight="C", config="simple")


def searched(text: str) -> ServiceQuerySet:
    """Give the published services that speak of all words or of their beginnings, or of something like them.

    What is called so comes first, then what speaks of it in short, then what tells of it anywhere in one language, then
    what is only written alike. Typing errors are forgiven in names and short texts alone: in its whole prose every
    service has a word that is written alike.
    """
    words = words_of(text)
    if not words:
        return Service.objects.none()
    query, told = _all_of(f"{word}:*" for word in words), Q(pk__in=_telling_of(words))
    folded = " ".join(words)
    found = (
        Service.objects.published()
        .with_current()
        .alias(
            vector=VECTOR,
            place=Case(When(vector=query, then=Value(NAMED)), When(told, then=Value(TOLD)), default=Value(ALIKE)),
            rank=SearchRank(F("vector"), query),
            named=TrigramWordSimilarity(folded, "names"),
            nearness=Greatest(F("named"), TrigramWordSimilarity(folded, "words")),
        )
    )
    hits = found.filter(told | Q(vector=query) | Q(nearness__gte=NEAR_ENOUGH))
    return hits.order_by("-place", "-rank", "-nearness", "-named", "code")


def _telling_of(words: Iterable[str]) -> QuerySet[Prose, int]:
    """Give the services that have all words or their beginnings in what they tell in one language."""
    query = _all_of(word if len(word) < SHORT else f"{word}:*" for word in words)
    return Prose.objects.filter(vector=query).values_list("service", flat=True)


def _all_of(patterns: Iterable[str]) -> SearchQuery:
    return SearchQuery(" & ".join(patterns), config="simple", search_type="raw")


def written_nearly(text: str, most: int = 3) -> ServiceQuerySet:
    """Give the few services whose names are written nearest to words by which nothing was found."""
    folded = " ".join(words_of(text))
    nearness = TrigramWordSimilarity(folded, "names")
    near = Service.objects.published().with_current().annotate(nearness=nearness).filter(nearness__gte=NEAR)
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
