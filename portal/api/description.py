"""What OpenAPI can't see by itself: how a program shows its token, and where one of an agency gets it."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema

from services.accounts.tokens import Token
from services.workflow.programs import SCOPES

OF_A_PERSON = "A token that a person made under My data, Programs."
OF_AN_AGENCY = "A program of an agency, made by its managers under Manage, Programs of the agency."
READS = {str(Token.Scope.DESK_READ): "Read at the desks that it was given", str(Token.Scope.REPORT): "Open311 reports"}


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Found by its class; see `portal.api.tokens`."""

    target_class, name = "portal.api.tokens.TokenAuthentication", ["token", "agency"]

    def get_security_definition(self, auto_schema: AutoSchema) -> list[dict[str, object]]:
        flow = {"tokenUrl": "/oauth/token", "scopes": READS}
        agency = {"type": "oauth2", "description": OF_AN_AGENCY, "flows": {"clientCredentials": flow}}
        return [{"type": "http", "scheme": "bearer", "description": OF_A_PERSON}, agency]

    def get_security_requirement(self, auto_schema: AutoSchema) -> list[dict[str, list[str]]]:
        """Name the scope that the call needs, as OpenAPI 3.1 allows for every kind of scheme."""
        scope = getattr(auto_schema.view, "scopes", {}).get(auto_schema.method)
        person = {"token": [str(scope)] if scope else []}
        return [person, {"agency": [str(scope)]}] if scope in SCOPES else [person]
