"""The sealed log for everybody: heads, keys and proofs. What is once true here stays true, and may be kept for ever."""

from base64 import b64encode
from typing import Any

from django.conf import settings
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema, inline_serializer
from rest_framework import exceptions, permissions, serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from portal.middleware import for_everybody
from services.ledger import keys, proofs
from services.ledger.merkle import NoSuchProof

FOR_EVER, FOR_A_MOMENT = "public, max-age=31536000, immutable", "public, max-age=10"
BIGGEST = 2**53
PROOF = inline_serializer(
    "Proof",
    {
        "index": serializers.IntegerField(required=False),
        "old": serializers.IntegerField(required=False),
        "size": serializers.IntegerField(),
        "hashes": serializers.ListField(child=serializers.CharField()),
    },
)


class LogView(APIView):
    """A public view of the log; who asks makes no difference."""

    permission_classes = [permissions.AllowAny]


class LogHead(LogView):
    """The newest signed tree head with its cosignatures (C2SP tlog-checkpoint)."""

    @extend_schema(operation_id="log_head", responses={(200, "text/plain"): str})
    def get(self, request: Request) -> HttpResponse:
        seal = proofs.newest_seal()
        if seal is None:
            raise exceptions.NotFound("Nothing is sealed yet.")
        return plain(proofs.note_of(seal))


class LogKeys(LogView):
    """Every key of the log, oldest first, each signed by the one before."""

    @extend_schema(operation_id="log_keys", responses={(200, "text/plain"): str})
    def get(self, request: Request) -> HttpResponse:
        return plain("".join(f"{line}\n" for line in keys.listed(settings.KEYS_DIR)))


class LogInclusion(LogView):
    """The proof that a leaf is among the first `size` events of the log (RFC 9162, 2.1.3)."""

    @extend_schema(operation_id="log_inclusion", responses=PROOF)
    def get(self, request: Request, index: int, size: int) -> Response:
        try:
            proof = proofs.inclusion(index, bounded(size))
        except NoSuchProof as error:
            raise exceptions.NotFound(str(error)) from None
        return kept({"index": index, "size": size, "hashes": encoded(proof)})


class LogConsistency(LogView):
    """The proof that the log of `size` events grew from the one of `old` (RFC 9162, 2.1.4)."""

    @extend_schema(operation_id="log_consistency", responses=PROOF)
    def get(self, request: Request, old: int, size: int) -> Response:
        try:
            proof = proofs.consistency(old, bounded(size))
        except NoSuchProof as error:
            raise exceptions.NotFound(str(error)) from None
        return kept({"old": old, "size": size, "hashes": encoded(proof)})


def bounded(size: int) -> int:
    """Refuse numbers that no log reaches before the database has to."""
    if size > BIGGEST:
        raise NoSuchProof(f"no log has {size} events")
    return size


def encoded(hashes: list[bytes]) -> list[str]:
    return [b64encode(one).decode() for one in hashes]


def kept(content: dict[str, Any]) -> Response:
    answer = Response(content, headers={"Cache-Control": FOR_EVER})
    for_everybody(answer)
    return answer


def plain(words: str) -> HttpResponse:
    answer = HttpResponse(words, content_type="text/plain; charset=utf-8", headers={"Cache-Control": FOR_A_MOMENT})
    for_everybody(answer)
    return answer
