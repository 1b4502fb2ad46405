"""How our calls describe themselves in OpenAPI: problems, paging and keys, said once for all."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any, Literal

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import (
    OpenApiParameter,
    OpenApiResponse,
    extend_schema_serializer,
    inline_serializer,
)
from rest_framework import serializers

from rest import selection
from rest.paging import LARGEST_PAGE, PAGE_SIZE
from rest.problems import MEDIA_TYPE

if TYPE_CHECKING:
    from collections.abc import Sequence

READING = ("GET", "HEAD")

KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="A text of your own. The same key with the same body gets the first answer again.",
)
NEEDED_KEY = OpenApiParameter(
    KEY.name, str, OpenApiParameter.HEADER, required=True, description=KEY.description
)
IF_MATCH = OpenApiParameter(
    "If-Match",
    str,
    OpenApiParameter.HEADER,
    description="The `ETag` of what was read. 412 when what this call changes is other by now.",
)
IF_NONE_MATCH = OpenApiParameter(
    "If-None-Match",
    str,
    OpenApiParameter.HEADER,
    description="An `ETag`. The same answer again is a 304 without a body.",
)
ETAG = OpenApiParameter(
    "ETag",
    str,
    OpenApiParameter.HEADER,
    response=[200],
    description="Names this answer: for `If-None-Match`, and for `If-Match` where a call takes it.",
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


def exported(page: serializers.Serializer[Any]) -> dict[tuple[int, str], Any]:
    """A page as JSON, or the whole list as CSV or NDJSON."""
    text = {"type": "string"}
    return {
        (200, "application/json"): page,
        (200, "text/csv"): text,
        (200, "application/x-ndjson"): text,
    }


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
        if self.method == "GET":
            bodies["304"] = {"description": "The same as the `ETag` sent: nothing new."}
        return dict(sorted(bodies.items()))

    def get_override_parameters(self) -> list[Any]:
        """Add what every read takes and gives."""
        found: list[Any] = list(super().get_override_parameters())
        if self.method != "GET":
            return found
        shape = getattr(self.view, "shape", None)
        chosen = [_fields(selection.known(shape))] if shape else []
        return [*found, *chosen, IF_NONE_MATCH, ETAG]

    def _refusals(self) -> dict[str, str]:
        found = {"400": "Not understood.", "401": "Not known.", "403": "Not allowed."}
        found |= {"406": "No such format.", "429": "Too many calls: see `Retry-After`."}
        if "{" in self.path:
            found["404"] = "No such thing."
        if self.method not in READING:
            found["409"] = "Not possible now."
            found["413"] = "Too large."
            found["415"] = "Not JSON."
        taken = {getattr(one, "name", "") for one in self.get_override_parameters()}
        if KEY.name in taken:
            found["422"] = "Idempotency-Key reused with another body."
        if IF_MATCH.name in taken:
            found["412"] = "Changed since it was read."
        return found


def _fields(names: Sequence[str]) -> OpenApiParameter:
    return OpenApiParameter(
        selection.PARAMETER,
        {"type": "array", "items": {"type": "string", "enum": list(names)}},
        style="form",
        explode=False,
        description="Only these members, with commas; all when left out.",
    )
