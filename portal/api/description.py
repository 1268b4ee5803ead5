"""What OpenAPI can't see by itself: how a program shows its token."""

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """Found by its class; see `portal.api.tokens`."""

    target_class, name = "portal.api.tokens.TokenAuthentication", "token"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        words = "A token that a person made under My data, Programs."
        return {"type": "http", "scheme": "bearer", "description": words}

    def get_security_requirement(self, auto_schema: AutoSchema) -> dict[str, list[str]]:
        """Name the scope that the call needs, as OpenAPI 3.1 allows for every kind of scheme."""
        scope = getattr(auto_schema.view, "scopes", {}).get(auto_schema.method)
        return {"token": [str(scope)] if scope else []}
