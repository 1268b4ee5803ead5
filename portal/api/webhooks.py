"""What a manager's program does about the webhooks of the manager's agencies, as the manager does on pages."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, permissions, status
from rest_framework.request import Request
from rest_framework.response import Response

from portal.api.personal import ByPerson, require_second_factor
from portal.api.refusing import refusals
from portal.api.tokens import HasScope
from portal.api.views import Pages
from portal.api.webhook_serializers import (
    MadeWebhookSerializer,
    MakeWebhookSerializer,
    ReplayedSerializer,
    ReplaySerializer,
    SecretSerializer,
    SentMessageSerializer,
    WebhookSerializer,
)
from services.accounts.models import User
from services.accounts.tokens import Token
from services.webhooks import operations
from services.webhooks.models import Webhook
from services.webhooks.queries import log_of, webhooks_of
from services.workflow.operations.roles import agencies_managed_by

METHODS = ("GET", "POST", "DELETE")


class IsManager(permissions.BasePermission):
    """Ask of each call what the managers' pages ask: a role that hasn't ended, and the second factor of officials."""

    def has_permission(self, request: Request, view: Any) -> bool:
        assert isinstance(request.user, User)
        if not agencies_managed_by(request.user).exists():
            raise Http404
        require_second_factor(request.user)
        return True


class AsManager(ByPerson):
    """A call about webhooks; those of agencies that one doesn't manage answer 404."""

    scopes = dict.fromkeys(METHODS, Token.Scope.WEBHOOKS)
    permission_classes = [permissions.IsAuthenticated, HasScope, IsManager]

    def webhook(self, pk: UUID) -> Webhook:
        return get_object_or_404(webhooks_of(self.person()), pk=pk)

    def told(self, pk: UUID, code: int = status.HTTP_200_OK) -> Response:
        """Tell a webhook as it is now."""
        return Response(WebhookSerializer(self.webhook(pk)).data, status=code)


class Webhooks(AsManager):
    """The webhooks of the agencies that one manages."""

    pagination_class, ordering = Pages, ("-made_at", "pk")

    @extend_schema(operation_id="webhooks_list", responses=WebhookSerializer(many=True))
    def get(self, request: Request) -> Response:
        """List them, the newest first, also those that have ended."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(webhooks_of(self.person()), request, view=self)
        return pages.get_paginated_response(WebhookSerializer(page, many=True).data)

    @extend_schema(operation_id="webhooks_make", request=MakeWebhookSerializer, responses={201: MadeWebhookSerializer})
    def post(self, request: Request) -> Response:
        """Let an address be told; `secret` is told this once. An agency has one webhook for each address."""
        by = self.person()
        said = self.data(MakeWebhookSerializer, agencies=agencies_managed_by(by))
        with refusals():
            try:
                made, secret = operations.make_webhook(by=by, now=timezone.now(), **said)
            except operations.BadAddress as bad:
                raise exceptions.ValidationError({"url": [str(bad.message)]}) from None
        told = MadeWebhookSerializer(made, context={"secret": secret}).data
        return Response(told, status=status.HTTP_201_CREATED)


class OneWebhook(AsManager):
    """One webhook."""

    @extend_schema(operation_id="webhooks_read", responses=WebhookSerializer)
    def get(self, request: Request, pk: UUID) -> Response:
        """Read how it fares."""
        return self.told(pk)

    @extend_schema(operation_id="webhooks_end", request=None, responses={204: None})
    def delete(self, request: Request, pk: UUID) -> Response:
        """End it; what waits isn't sent. 409 when it has ended already."""
        known = self.webhook(pk)
        with refusals():
            operations.end(known, timezone.now(), self.person())
        return Response(status=status.HTTP_204_NO_CONTENT)


class Pause(AsManager):
    """The pause of a webhook."""

    @extend_schema(operation_id="webhooks_pause", request=None, responses=WebhookSerializer)
    def post(self, request: Request, pk: UUID) -> Response:
        """Send nothing until it is resumed; what happens meanwhile waits, for 30 days."""
        known = self.webhook(pk)
        with refusals():
            operations.pause(known, timezone.now(), self.person())
        return self.told(pk)

    @extend_schema(operation_id="webhooks_resume", request=None, responses={200: WebhookSerializer})
    def delete(self, request: Request, pk: UUID) -> Response:
        """Resume it, also when the portal had switched it off; what waited is sent at once."""
        known = self.webhook(pk)
        with refusals():
            operations.resume(known, timezone.now(), self.person())
        return self.told(pk)


class Secret(AsManager):
    """The secret by which a webhook signs."""

    @extend_schema(operation_id="webhooks_renew_secret", request=None, responses={201: SecretSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Make a new one, which is told this once; for 24 hours the one before signs beside it.

        Sent again it makes another, and only the last two sign.
        """
        known = self.webhook(pk)
        with refusals():
            secret = operations.renew_secret(known, timezone.now(), self.person())
        told = {"secret": secret, "former_until": self.webhook(pk).former_until}
        return Response(SecretSerializer(told).data, status=status.HTTP_201_CREATED)


class Trial(AsManager):
    """A message that tells of no request."""

    @extend_schema(operation_id="webhooks_test", request=None, responses={202: SentMessageSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Let one be sent; the log tells how it went. 409 while the webhook is paused."""
        known = self.webhook(pk)
        with refusals():
            message = operations.send_test(known, timezone.now(), self.person())
        return Response(SentMessageSerializer(message).data, status=status.HTTP_202_ACCEPTED)


class Log(AsManager):
    """The messages of a webhook."""

    pagination_class, ordering = Pages, ("-asked_at", "-id")

    @extend_schema(operation_id="webhooks_messages", responses=SentMessageSerializer(many=True))
    def get(self, request: Request, pk: UUID) -> Response:
        """List those of the last 30 days with each try, the newest first."""
        pages = self.pagination_class()
        page = pages.paginate_queryset(log_of(self.webhook(pk)), request, view=self)
        return pages.get_paginated_response(SentMessageSerializer(page, many=True).data)


class Again(AsManager):
    """One message once more."""

    @extend_schema(operation_id="webhooks_replay_message", request=None, responses={202: SentMessageSerializer})
    def post(self, request: Request, pk: UUID, message: UUID) -> Response:
        """Send it again, under the same id, however it went. 409 while it waits to be sent anyway."""
        deliveries = self.webhook(pk).deliveries.select_related("webhook")
        known = get_object_or_404(deliveries, pk=message)
        with refusals():
            operations.replay(known, timezone.now(), self.person())
        return Response(SentMessageSerializer(deliveries.get(pk=message)).data, status=status.HTTP_202_ACCEPTED)


class Replay(AsManager):
    """All failed messages of a span once more."""

    @extend_schema(operation_id="webhooks_replay", request=ReplaySerializer, responses={202: ReplayedSerializer})
    def post(self, request: Request, pk: UUID) -> Response:
        """Send those again that came up in the last hours and failed for good. 409 where there is none."""
        known, now = self.webhook(pk), timezone.now()
        since = now - timedelta(hours=self.data(ReplaySerializer)["hours"])
        with refusals():
            count = operations.replay_failed(known, since, now, self.person())
        return Response(ReplayedSerializer({"messages": count}).data, status=status.HTTP_202_ACCEPTED)
