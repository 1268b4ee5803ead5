"""Find services by words."""

from django.contrib.postgres.search import SearchQuery, SearchRank, SearchVector, TrigramWordSimilarity
from django.db.models import F, Q
from django.db.models.functions import Greatest

from services.catalogue.models import Service, ServiceQuerySet
from services.catalogue.search import words_of

NEAR_ENOUGH = 0.5
NEAR = 0.2
VECTOR = SearchVector("names", weight="A", config="simple") + SearchVector("words", weight="C", config="simple")


def searched(text: str) -> ServiceQuerySet:
    """Give the published services that speak of all words or of their beginnings, or of something like them.

    What is called so comes first, then what speaks of it, then what is only written alike.
    """
    words = words_of(text)
    if not words:
        return Service.objects.none()
    query = SearchQuery(" & ".join(f"{word}:*" for word in words), config="simple", search_type="raw")
    folded = " ".join(words)
    found = (
        Service.objects.published()
        .with_current()
        .annotate(
            vector=VECTOR,
            rank=SearchRank(F("vector"), query),
            nearness=Greatest(TrigramWordSimilarity(folded, "names"), TrigramWordSimilarity(folded, "words")),
        )
    )
    return found.filter(Q(vector=query) | Q(nearness__gte=NEAR_ENOUGH)).order_by("-rank", "-nearness", "code")


def written_nearly(text: str, most: int = 3) -> ServiceQuerySet:
    """Give the few services whose names are written nearest to words by which nothing was found."""
    folded = " ".join(words_of(text))
    nearness = TrigramWordSimilarity(folded, "names")
    near = Service.objects.published().with_current().annotate(nearness=nearness).filter(nearness__gte=NEAR)
    return near.order_by("-nearness", "code")[:most]
