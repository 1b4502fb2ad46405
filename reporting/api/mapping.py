"""REST: the mapping, its own rows, a trial on a device, and what has no word. Decides nothing."""

from typing import Any

from django.db import transaction
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from people.rights import Needs, Right
from reporting import health, tables, wordbook
from reporting.models import MappingRow
from rest import etags
from rest.calls import Call
from rest.idempotency import idempotent
from rest.problems import invalid
from rest.schema import IF_MATCH, KEY

from . import rows, shapes
from .bodies import body, who


class Mapping(Call):
    """The operator's rows."""

    shape = shapes.MappingRow
    permission_classes = (Needs(Right.ADMIN),)

    @extend_schema(
        operation_id="delivery_mapping",
        summary="List the operator's rows of the mapping",
        responses=shapes.Mapping,
    )
    def get(self, request: Request) -> Response:
        """List own rows. What is told without them is in the docs."""
        del request
        own = MappingRow.objects.order_by("code", "category", "property")
        return Response({"results": [rows.mapping_row(one) for one in own]})

    @extend_schema(
        operation_id="delivery_mapping_add",
        summary="Add a row of the mapping",
        parameters=[KEY],
        request=shapes.NewMappingRow,
        responses={201: shapes.MappingRow},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Add a row; all devices are translated anew."""
        given = body(request, shapes.NewMappingRow)
        try:
            row = wordbook.add(given, who(request), timezone.now())
        except wordbook.RefusedError as refused:
            raise invalid({name: [said] for name, said in refused.errors.items()}) from refused
        return Response(rows.mapping_row(row), 201)


class OneMappingRow(Call):
    """One of the operator's rows."""

    permission_classes = (Needs(Right.ADMIN),)
    shape = shapes.MappingRow

    @extend_schema(
        operation_id="delivery_mapping_read",
        summary="Show a row of the mapping",
        responses=shapes.MappingRow,
    )
    def get(self, request: Request, row_id: int) -> Response:
        """Show one of the operator's rows."""
        del request
        return _guarded(_found(row_id))

    @extend_schema(
        operation_id="delivery_mapping_switch",
        summary="Switch a row of the mapping on or off",
        parameters=[KEY, IF_MATCH],
        request=shapes.Switch,
        responses=shapes.MappingRow,
    )
    @idempotent()
    def patch(self, request: Request, row_id: int) -> Response:
        """Switch a row on or off; all devices are translated anew."""
        enabled = body(request, shapes.Switch)["enabled"]
        with transaction.atomic():
            _demand(request, row_id)
            row = wordbook.switch(row_id, who(request), timezone.now(), enabled=enabled)
        return _guarded(row or _found(row_id))

    @extend_schema(
        operation_id="delivery_mapping_remove",
        summary="Remove a row of the mapping",
        parameters=[KEY, IF_MATCH],
        responses={204: None},
    )
    @idempotent()
    def delete(self, request: Request, row_id: int) -> Response:
        """Remove a row; what is published counts again."""
        with transaction.atomic():
            _demand(request, row_id)
            wordbook.remove(row_id, who(request), timezone.now())
        return Response(status=204)


def _found(row_id: int) -> MappingRow:
    row = MappingRow.objects.filter(pk=row_id).first()
    if row is None:
        raise Http404(_("There is no such row."))
    return row


def _demand(request: Request, row_id: int) -> None:
    tables.own()  # nobody else changes a row from here on
    etags.demand(request, rows.mapping_row(_found(row_id)))


def _guarded(row: MappingRow) -> Response:
    shown = rows.mapping_row(row)
    return etags.Guarded(shown, shown)


class Preview(Call):
    """A trial."""

    permission_classes = (Needs(Right.ADMIN),)

    @extend_schema(
        operation_id="delivery_mapping_preview",
        summary="Try a row on a real device",
        request=shapes.Trial,
        responses=shapes.MappingPreview,
    )
    def post(self, request: Request) -> Response:
        """Say what a row would make of a device's present state; changes nothing."""
        given = body(request, shapes.Trial)
        try:
            tried = wordbook.preview(given, given["device"])
        except wordbook.RefusedError as refused:
            raise invalid({name: [said] for name, said in refused.errors.items()}) from refused
        if tried is None:
            raise Http404(_("There is no such device."))
        return Response(rows.preview(tried))


class Unmapped(Call):
    """What has no word."""

    shape = shapes.Unmapped

    @extend_schema(
        operation_id="delivery_unmapped",
        summary="List values and codes that USH is not told",
        responses=shapes.Unmapped,
    )
    def get(self, request: Request) -> Response:
        """List what devices report and USH has no word for, with how many devices do."""
        del request
        values: list[dict[str, Any]] = [rows.unheard(one) for one in health.unheard()]
        codes = [{"code": code, "devices": count} for code, count in wordbook.unmapped_codes()]
        return Response({"values": values, "codes": codes})
