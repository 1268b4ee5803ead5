"""Find services by words."""

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db.models import Q

from services.catalogue.models import Service, ServiceQuerySet
from services.catalogue.search import fold

NEAR_ENOUGH = 0.5


def searched(words: str) -> ServiceQuerySet:
    """Give the published services that speak of all words, or of something like them; the nearest first."""
    folded = fold(words)
    every_word = Q(*(Q(words__contains=word) for word in folded.split()))
    near = Service.objects.published().with_current().annotate(nearness=TrigramWordSimilarity(folded, "words"))
    return near.filter(every_word | Q(nearness__gte=NEAR_ENOUGH)).order_by("-nearness", "code")
