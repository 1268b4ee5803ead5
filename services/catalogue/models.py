import hashlib
import uuid
from typing import Any, Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.contrib.postgres.search import SearchVector, SearchVectorField
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from services.accounts.models import User
from services.agencies.models import Agency, Named, Office
from services.agencies.rules import in_language
from services.catalogue.definition import Definition
from services.catalogue.expressions import Expressions
from services.ledger.rules import canonical


class LifeEvent(Named):
    """What happens in a life that leads to services: a child, a move, a business."""

    summary = models.JSONField(default=dict)
    guide = models.JSONField(default=list, help_text=_("What to do about which service; see `guides`."))
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        verbose_name = _("life event")
        verbose_name_plural = _("life events")


class ServiceQuerySet(models.QuerySet["Service"]):
    def published(self) -> Self:
        """Keep what has a version; what only the database searches stays there."""
        return self.filter(current__isnull=False).defer("words", "vector")

    def begun_by(self, agencies: models.QuerySet[Agency]) -> Self:
        """Keep what these agencies began and never published."""
        return self.filter(current=None, versions=None, responsible__in=agencies).order_by("code")

    def delivered_at(self, municipality: Agency) -> Self:
        """Keep what a municipality delivers, and what isn't the business of municipalities."""
        local = Delivery.objects.filter(service=models.OuterRef("pk"), office__agency=municipality)
        elsewhere = Delivery.objects.filter(service=models.OuterRef("pk")).exclude(office__agency__kind="municipal")
        return self.filter(models.Exists(local) | models.Exists(elsewhere))

    def listed(self) -> Self:
        """Keep what is published, as lists tell it: without what it tells on pages of its own."""
        return self.published().select_related("responsible").order_by("code")

    def with_current(self) -> Self:
        return self.select_related("current", "responsible")


class Service(models.Model):
    """A public service in the catalogue (CPSV-AP PublicService)."""

    code = models.SlugField(max_length=60, unique=True)
    responsible = models.ForeignKey(Agency, models.PROTECT, related_name="services")
    title = models.JSONField(default=dict)
    summary = models.JSONField(default=dict)
    names = models.TextField(blank=True, help_text=_("Titles and keywords, folded, for search."))
    words = models.TextField(blank=True, help_text=_("Short texts, folded, for search."))
    vector = models.GeneratedField(
        expression=SearchVector("names", weight="A", config="simple")
        + SearchVector("words", weight="C", config="simple"),
        output_field=SearchVectorField(),
        db_persist=True,
    )
    life_events = models.ManyToManyField(LifeEvent, related_name="services", blank=True)
    offices = models.ManyToManyField(Office, through="Delivery", related_name="services")
    current = models.ForeignKey("ServiceVersion", models.PROTECT, null=True, related_name="+")

    objects = ServiceQuerySet.as_manager()

    class Meta:
        verbose_name = _("service")
        verbose_name_plural = _("services")
        indexes = [GinIndex(fields=["vector"], name="service_vector", fastupdate=False)]

    def __str__(self) -> str:
        return in_language(self.title, get_language() or "en")


class Prose(models.Model):
    """All words that a service tells in one language, for search; apart from it, so that nothing else carries them."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="prose")
    language = models.CharField(max_length=2)
    words = models.TextField(help_text=_("Each word once, folded."))
    vector = models.GeneratedField(
        expression=SearchVector("words", config="simple"), output_field=SearchVectorField(), db_persist=True
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "language"], name="prose_once")]
        # Written seldom and read often, so nothing waits beside the index to be sorted in.
        indexes = [GinIndex(fields=["vector"], name="prose_words", fastupdate=False)]

    def __str__(self) -> str:
        return f"{self.service} ({self.language})"


class Word(models.Model):
    """A word that some service tells in a language: what mistyped words are compared with."""

    language = models.CharField(max_length=2)
    folded = models.TextField()
    written = models.TextField(help_text=_("As people are shown it."))
    forms = ArrayField(models.TextField(), help_text=_("What it shares with its mistyped forms."))

    class Meta:
        constraints = [models.UniqueConstraint(fields=["language", "folded"], name="word_once")]
        indexes = [
            GinIndex(fields=["forms"], name="word_forms"),
            models.Index(OpClass("folded", "text_pattern_ops"), name="word_beginnings"),
        ]

    def __str__(self) -> str:
        return self.written


class Delivery(models.Model):
    """An office that delivers a service, with its own values for the service's parameters."""

    service = models.ForeignKey(Service, models.CASCADE, related_name="deliveries")
    office = models.ForeignKey(Office, models.PROTECT, related_name="deliveries")
    parameters = models.JSONField(default=dict)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["service", "office"], name="delivery_once")]

    def __str__(self) -> str:
        return f"{self.service} ({self.office})"


class ServiceVersion(models.Model):
    """One published, immutable definition of a service; the database refuses to change it."""

    service = models.ForeignKey(Service, models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    source = models.JSONField()
    digest = models.CharField(max_length=64)
    published_at = models.DateTimeField()
    by_only_manager = models.BooleanField(
        default=False, db_default=False, help_text=_("Nobody else could approve it: the agency has only one manager.")
    )

    class Meta:
        verbose_name = _("service version")
        verbose_name_plural = _("service versions")
        constraints = [models.UniqueConstraint(fields=["service", "number"], name="version_once")]

    def __str__(self) -> str:
        return f"{self.service} v{self.number}"

    @property
    def definition(self) -> Definition:
        return compiled(self).definition

    @property
    def expressions(self) -> Expressions:
        return compiled(self).expressions


class DefinitionDraft(models.Model):
    """One text that a manager checked on the way to a new version; a changed text is a draft of its own."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    service = models.ForeignKey(Service, models.CASCADE, related_name="definition_drafts")
    base = models.ForeignKey(
        ServiceVersion,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text=_("The version it changes; none where it is to be the first."),
    )
    text = models.TextField()
    faults = models.JSONField(default=list, help_text=_("What is wrong with it: line, path, message, remedy."))
    notes = models.JSONField(
        default=list,
        db_default=[],
        help_text=_("What a file that it was read from tells besides: see `bpmn_parts.Note`."),
    )
    by = models.ForeignKey(User, models.PROTECT, related_name="definition_drafts")
    made_at = models.DateTimeField()
    version = models.OneToOneField(
        ServiceVersion, models.PROTECT, null=True, related_name="draft", help_text=_("What was published from it.")
    )

    class Meta:
        verbose_name = _("draft of a definition")
        verbose_name_plural = _("drafts of definitions")
        constraints = [
            models.CheckConstraint(name="published_when_sound", condition=models.Q(version=None) | models.Q(faults=[]))
        ]

    def __str__(self) -> str:
        return f"{self.service} ({self.made_at})"

    @property
    def is_sound(self) -> bool:
        return not self.faults


class DraftOrigin(models.Model):
    """The package that a draft was taken from; the key that signed it was confirmed by the manager who took it."""

    draft = models.OneToOneField(DefinitionDraft, models.CASCADE, primary_key=True, related_name="origin")
    address = models.CharField(max_length=200)
    service = models.CharField(max_length=60)
    version = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    key = models.CharField(max_length=300)
    definition = models.JSONField()
    guidance = models.JSONField(default=dict, db_default={}, help_text=_("What came with it, by the keys of steps."))

    class Meta:
        verbose_name = _("origin of a draft")
        verbose_name_plural = _("origins of drafts")

    def __str__(self) -> str:
        return f"{self.address} {self.service} v{self.version}"


class Compiled:
    """A version's definition, read and with its expressions compiled, once a process."""

    def __init__(self, source: dict[str, Any]) -> None:
        self.definition = Definition.model_validate(source)
        self.expressions = Expressions(self.definition)


_cache: dict[tuple[int, str], Compiled] = {}


def compiled(version: ServiceVersion) -> Compiled:
    """Give a version's compiled definition; versions never change, so it is kept."""
    key = (version.pk, version.digest)
    if key not in _cache:
        _cache[key] = Compiled(version.source)
    return _cache[key]


def digest_of(source: dict[str, Any]) -> str:
    """Give the hex SHA-256 of a definition's plain data."""
    return hashlib.sha256(canonical(source)).hexdigest()
