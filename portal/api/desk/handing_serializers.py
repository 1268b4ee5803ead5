"""Giving a task away as JSON: to whom it may go, to whom it goes, and why an official stands aside."""

from typing import Any

from django.utils.translation import gettext_lazy
from rest_framework import serializers

from portal.api.desk.serializers import DeskSerializer
from portal.field_faults import no_unkept
from services.accounts.models import User
from services.catalogue.answer_kinds import NOT_OFFERED


class ColleagueSerializer(serializers.ModelSerializer[User]):
    """An official to whom a task may be given."""

    name = serializers.CharField(source="__str__")

    class Meta:
        model = User
        fields = ["id", "name"]


class ReceiversSerializer(serializers.Serializer[Any]):
    """To whom you may give a task now: nobody where it isn't yours to give."""

    colleagues = ColleagueSerializer(many=True)
    desks = DeskSerializer(many=True)


class HandoverSerializer(serializers.Serializer[Any]):
    """Who gets a task: a colleague of its desk, or another desk of its agency."""

    to = serializers.UUIDField(required=False, help_text="A colleague of its desk.")
    desk = serializers.IntegerField(min_value=1, required=False, help_text="Another desk of its agency.")

    default_error_messages = {
        "nobody": gettext_lazy("Name a colleague (`to`) or another desk (`desk`)."),
        "both": gettext_lazy("Name a colleague or a desk, not both."),
    }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Put in place of each number whom it stands for."""
        if not attrs:
            raise serializers.ValidationError({"to": self.error_messages["nobody"]})
        if len(attrs) > 1:
            raise serializers.ValidationError({"desk": self.error_messages["both"]})
        ((name, number),) = attrs.items()
        found = self.context[name].filter(pk=number).first()
        if found is None:
            raise serializers.ValidationError({name: NOT_OFFERED})
        return {name: found}


class TieSerializer(serializers.Serializer[Any]):
    """What connects an official with a request; only the supervisor reads it."""

    words = serializers.CharField(max_length=1000, validators=[no_unkept])
