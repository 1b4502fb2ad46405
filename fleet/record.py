"""REST: the record of deeds, for admins.

It is the room of people's, but that room stands below what all REST calls share.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.http import StreamingHttpResponse
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from people import record
from people.models import Deed
from people.rights import Needs, Right
from rest import exports, paging, queries
from rest.calls import Call
from rest.schema import PAGING, exported, paged
from rest.times import stamp

KINDS = tuple(Deed.What.values)
NEWEST = ("-id",)
FILTERS = [
    OpenApiParameter("who", str, description="A person's name; their tokens are theirs."),
    OpenApiParameter("what", str, description=f"Several with commas: {', '.join(KINDS)}."),
    OpenApiParameter("since", datetime, description="From here on."),
    OpenApiParameter("until", datetime, description="Up to, not including."),
    OpenApiParameter("device", str, description="The id of a device that it was about."),
    OpenApiParameter("text", str, description="Part of what the row says, in any case."),
]


class RecordedDeed(serializers.Serializer[Any]):
    """A row of the record: who did what, when, from where, why."""

    id = serializers.IntegerField(help_text="Its number in the chain, without gaps.")
    at = serializers.DateTimeField()
    who = serializers.CharField(help_text="The person, and the token that spoke for them.")
    address = serializers.CharField(allow_blank=True)
    what = serializers.ChoiceField(choices=KINDS)
    did = serializers.CharField(help_text="The same in words.")
    about = serializers.CharField(allow_blank=True)
    why = serializers.CharField(allow_blank=True)
    devices = serializers.ListField(child=serializers.CharField())
    details = serializers.DictField()
    seal = serializers.CharField(help_text="Of this row and all before it.")


class Deeds(Call):
    """The record."""

    shape = RecordedDeed
    permission_classes = (Needs(Right.ADMIN, read=Right.ADMIN),)
    renderer_classes = exports.FORMATS
    parameters = (*paging.PARAMETERS, *(one.name for one in FILTERS))

    @extend_schema(
        operation_id="deeds_list",
        summary="List what people did",
        parameters=[*FILTERS, *PAGING],
        responses=exported(paged(RecordedDeed, "RecordedDeeds")),
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """List the record of deeds, newest first; as CSV or NDJSON all that fits the filters."""
        found, kind = record.found(asked(request.query_params)), exports.wanted(request)
        if kind is None:
            return paging.answer(request, found, NEWEST, written)
        table = exports.Table(found, NEWEST, written, self.columns)
        return exports.answer(request, table, kind, "deeds", timezone.now())


def asked(query: Mapping[str, str]) -> record.Question:
    """What the parameters ask, or the answer 400."""
    return record.Question(
        who=queries.text(query, "who") or "",
        what=queries.choices(query, "what", KINDS),
        since=queries.moment(query, "since"),
        until=queries.moment(query, "until"),
        device=queries.text(query, "device") or "",
        text=queries.text(query, "text") or "",
    )


def written(found: Iterable[Deed]) -> list[dict[str, Any]]:
    """Rows as REST shows them."""
    return [
        {
            "id": one.pk,
            "at": stamp(one.at),
            "who": one.who,
            "address": one.address,
            "what": one.what,
            "did": one.get_what_display(),
            "about": one.about,
            "why": one.why,
            "devices": one.devices,
            "details": one.details,
            "seal": one.seal,
        }
        for one in found
    ]
