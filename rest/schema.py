"""How our calls describe themselves in OpenAPI: problems, paging and keys, said once for all."""

from __future__ import annotations

from functools import cache
from typing import Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers

from rest.paging import LARGEST_PAGE, PAGE_SIZE
from rest.problems import MEDIA_TYPE

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A text of your own. The same key with the same body gets the first answer again.",
)
NEEDED_KEY = OpenApiParameter(
    KEY.name, str, OpenApiParameter.HEADER, required=True, description=KEY.description
)
PAGING = [
    OpenApiParameter("cursor", str, description="From `next` or `previous`; opaque."),
    OpenApiParameter(
        "page_size",
        {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE},
        description="Rows a page.",
    ),
    OpenApiParameter(
        "count",
        {"type": "string", "enum": ["0", "1"]},
        description='`1` adds `count`: exact up to 10,000, then "10000+".',
    ),
]


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    """How the token header is written down in OpenAPI."""

    target_class = "people.tokens.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        """Name the header and what stands in it."""
        del auto_schema
        return {
            "type": "apiKey",
            "in": "header",
            "name": "Authorization",
            "description": "`Token <token>`; `manage.py apitoken <username>` makes one.",
        }


@extend_schema_serializer(component_name="Problem")
class ProblemShape(serializers.Serializer[Any]):
    """A refusal (RFC 9457)."""

    type = serializers.CharField()
    title = serializers.CharField(help_text="The status in words.")
    status = serializers.IntegerField()
    code = serializers.CharField(help_text="What a script can compare.")
    detail = serializers.CharField(help_text="What a person reads.")
    instance = serializers.CharField(help_text="The path that was called.")
    errors = serializers.DictField(  # type: ignore[assignment]  # the metaclass takes it away
        required=False, help_text="Faults by field or parameter."
    )
    vendor_code = serializers.IntegerField(required=False)
    vendor_message = serializers.CharField(required=False)
    meaning = serializers.CharField(required=False, help_text="The vendor's code in words.")


@cache
def paged(shape: type[serializers.Serializer[Any]], name: str) -> serializers.Serializer[Any]:
    """The shape of one page of such rows."""
    fields: dict[str, serializers.Field[Any, Any, Any, Any]] = {
        "next": serializers.URLField(allow_null=True),
        "previous": serializers.URLField(allow_null=True),
        "count": serializers.JSONField(required=False, help_text='A number, or "10000+".'),
        "results": shape(many=True),
    }
    return inline_serializer(f"PageOf{name}", fields)


class Described(AutoSchema):
    """Adds to every call the refusals that any call can give."""

    def _get_response_bodies(
        self, direction: Literal["request", "response"] = "response"
    ) -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        for code, words in self._refusals().items():
            said = OpenApiResponse(ProblemShape, description=words)
            body = self._get_response_for_code(  # type: ignore[no-untyped-call]
                said, code, [MEDIA_TYPE], direction
            )
            bodies.setdefault(code, body)
        return dict(sorted(bodies.items()))

    def _refusals(self) -> dict[str, str]:
        found = {"400": "Not understood.", "401": "Not known.", "403": "Not allowed."}
        if "{" in self.path:
            found["404"] = "No such thing."
        if self.method not in ("GET", "HEAD"):
            found["409"] = "Not possible now."
            found["415"] = "Not JSON."
            found["422"] = "Idempotency-Key reused with another body."
        return found
