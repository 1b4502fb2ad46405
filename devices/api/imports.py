"""REST: registering device ids by hand, as JSON or CSV."""

import csv
import io
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from devices import imports
from people.rights import Needs, Right
from rest.calls import Call, StrictJSONParser
from rest.idempotency import idempotent
from rest.problems import Problem
from rest.schema import KEY

from . import shapes

MOST_BYTES = 2_000_000


class CsvParser(BaseParser):
    """Ids in the first column; a first line that names the column is skipped."""

    media_type = "text/csv"

    def parse(
        self,
        stream: Any,
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> dict[str, list[str]]:
        """Read the column, or answer 400."""
        del media_type, parser_context
        try:
            text = stream.read(MOST_BYTES).decode("utf-8-sig")
            lines = [line[0].strip() for line in csv.reader(io.StringIO(text)) if line]
        except (UnicodeDecodeError, csv.Error) as fault:
            raise ParseError(_("The CSV could not be read as UTF-8 text.")) from fault
        if lines and lines[0].lower() in ("device_id", "id", "device"):
            lines = lines[1:]
        return {"device_ids": [line for line in lines if line]}


class Import(Call):
    """Registering ids."""

    permission_classes = (Needs(Right.SYNC),)
    parser_classes = (StrictJSONParser, CsvParser)

    @extend_schema(
        operation_id="devices_import",
        summary="Register device ids",
        parameters=[KEY],
        request={"application/json": shapes.Import, "text/csv": {"type": "string"}},
        responses={202: shapes.Imported},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Register ids for TUYA_DISCOVERY=ids; the next sync reads them."""
        if settings.TUYA_DISCOVERY != "ids":
            words = _("This Fleet finds devices by %(how)s: set TUYA_DISCOVERY=ids to import ids.")
            how = {"how": settings.TUYA_DISCOVERY.partition(":")[0]}
            raise Problem(409, "discovery_is_not_ids", words % how)
        wanted = shapes.Import(data=request.data)
        wanted.is_valid(raise_exception=True)
        done = imports.register(wanted.validated_data["device_ids"], timezone.now())
        return Response({"added": done.added, "known": done.known}, status=202)
