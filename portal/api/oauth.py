"""OAuth 2.0 for programs of agencies: client credentials against a token for an hour (RFC 6749, 4.4)."""

from base64 import b64decode
from urllib.parse import unquote_plus

from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from portal.limits import HOUR, Limit, address_of
from services.workflow.operations.programs import WrongClient, WrongScope, give_access

GIVEN = Limit("oauth_given", 600, HOUR)  # by program
WRONG = Limit("oauth_wrong", 60, HOUR)  # by address and program, so that one gone wrong shuts out no other there
WRONG_AT = Limit("oauth_wrong_at", 3000, HOUR)  # by address
NEVER_KEPT = {"Cache-Control": "no-store", "Pragma": "no-cache"}
FORM = "application/x-www-form-urlencoded"


class Refused(Exception):
    """An error of RFC 6749, 5.2, and its status."""

    def __init__(self, error: str, says: str, status: int = 400) -> None:
        super().__init__(error)
        self.error, self.says, self.status = error, says, status


@csrf_exempt  # a program has no page of ours that a form could come from, and shows no cookie
@require_POST
def token(request: HttpRequest) -> JsonResponse:
    """Give a token for an hour to a program that shows its id and secret."""
    try:
        return JsonResponse(_given(request), headers=NEVER_KEPT)
    except Refused as refused:
        told = {"error": refused.error, "error_description": refused.says}
        answer = JsonResponse(told, status=refused.status, headers=NEVER_KEPT)
    if answer.status_code == 401:
        answer["WWW-Authenticate"] = 'Basic realm="oauth"'
    if answer.status_code == 429:
        answer["Retry-After"] = str(HOUR)
    return answer


def _given(request: HttpRequest) -> dict[str, object]:
    _require_form(request)
    if request.POST["grant_type"] != "client_credentials":
        raise Refused("unsupported_grant_type", "Only client_credentials is known here.")
    client_id, secret = _client_of(request)
    address = address_of(request)
    wrong_by = f"{address} {client_id}"
    if WRONG.is_used_up(wrong_by) or WRONG_AT.is_used_up(address) or GIVEN.is_used_up(client_id):
        raise Refused("temporarily_unavailable", "Too many tries: go on in an hour. A token works for an hour.", 429)
    now = timezone.now()
    try:
        given, bearer = give_access(client_id, secret, request.POST.get("scope", "").split(), now)
    except WrongClient:
        WRONG.count(wrong_by)
        WRONG_AT.count(address)
        raise Refused("invalid_client", "No program that may act now has this id and secret.", 401) from None
    except WrongScope:
        raise Refused("invalid_scope", "The program wasn't given this scope.") from None
    GIVEN.count(client_id)
    seconds = int((given.expires_at - now).total_seconds())
    return {"access_token": bearer, "token_type": "Bearer", "expires_in": seconds, "scope": " ".join(given.scopes)}


def _require_form(request: HttpRequest) -> None:
    """Take a form that names each thing once and has no NUL, as the RFC wants it; nothing from the address."""
    if request.content_type != FORM or request.GET:
        raise Refused("invalid_request", f"Send a form ({FORM}), and nothing in the address.")
    if "grant_type" not in request.POST:
        raise Refused("invalid_request", "grant_type is missing.")
    values = [value for _name, values in request.POST.lists() for value in values]
    if len(values) != len(request.POST) or any("\0" in value for value in values):
        raise Refused("invalid_request", "Send each parameter once, as plain text.")


def _client_of(request: HttpRequest) -> tuple[str, str]:
    """Give id and secret from the header (Basic) or from the form, never from both."""
    kind, _, written = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() != "basic":
        return request.POST.get("client_id", ""), request.POST.get("client_secret", "")
    if "client_secret" in request.POST:
        raise Refused("invalid_request", "Show the secret in one way only.")
    try:
        client_id, _, secret = b64decode(written, validate=True).decode().partition(":")
    except ValueError:
        raise Refused("invalid_client", "The header Authorization can't be read.", 401) from None
    return unquote_plus(client_id).replace("\0", ""), unquote_plus(secret)
