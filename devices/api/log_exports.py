"""REST: exports of history as files. Asks the door `devices.log_exports`; decides nothing."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from devices import export_manifests, export_progress, log_exports, pairing
from devices.explorer import Wanted
from devices.export_question import WORDS, Question
from devices.models import Device, LogExport
from people.rights import Needs, Right
from rest import files, paging, queries
from rest.calls import Call, fields
from rest.idempotency import idempotent
from rest.problems import MEDIA_TYPE, Problem, invalid
from rest.schema import KEY, PAGING, ProblemShape, paged
from rest.times import stamp

from . import export_shapes

STATES = tuple(LogExport.State.values)
USUAL_RANGE = timedelta(hours=24)


class Gzip(BaseRenderer):
    """Names the media type of the files; `rest.files` sends them."""

    media_type = "application/gzip"
    format = "gzip"


def written(found: list[LogExport]) -> list[dict[str, Any]]:
    """Exports as REST shows them."""
    now = timezone.now()
    return [_row(one, export_progress.of(one, now)) for one in found]


def _row(one: LogExport, progress: export_progress.Progress) -> dict[str, Any]:
    done, proven = one.state == LogExport.State.DONE, bool(one.sha256)
    return {
        "id": one.pk,
        "state": one.state,
        "format": one.format,
        "query": one.question,
        "rows": one.rows,
        "rows_expected": progress.expected,
        "percent": progress.percent,
        "eta_seconds": round(progress.left.total_seconds()) if progress.left else None,
        "bytes": one.size,
        "sha256": one.sha256,
        "asked_by": one.owner_name,
        "asked_at": stamp(one.asked_at),
        "started_at": stamp(one.started_at),
        "finished_at": stamp(one.finished_at),
        "expires_at": stamp(one.expires_at),
        "error": one.error,
        "file": reverse("api-export-file", args=[one.pk]) if done else None,
        "manifest": reverse("api-export-manifest", args=[one.pk]) if proven else None,
    }


def find(request: Request, export_id: int) -> LogExport:
    """An export that the caller may see, or the answer 404."""
    found = log_exports.seen_by(request).filter(pk=export_id).first()
    if found is None:
        raise Http404(_("There is no export #%(id)s of yours.") % {"id": export_id})
    return found


def read(body: Any) -> tuple[Question, str]:
    """The question that a body asks, and the format."""
    unknown = sorted(set(body) - set(export_shapes.AskedExport().fields))
    if unknown:
        raise invalid({name: [_("No such field.")] for name in unknown})
    wanted = export_shapes.AskedExport(data=body)
    wanted.is_valid(raise_exception=True)
    given = wanted.validated_data
    end = given.get("end") or timezone.now()
    start = given.get("start") or end - USUAL_RANGE
    if start >= end:
        raise invalid({"start": [_("It must lie before the end.")]})
    numbers = {word: number for number, word in WORDS.items()}
    asked = Wanted(
        start=start,
        end=end,
        events=tuple(given.get("event", ())),
        sources=tuple(given.get("source", ())),
        provenances=tuple(numbers[word] for word in given.get("provenance", ())),
        codes=tuple(given.get("code", ())),
        not_codes=tuple(given.get("not_code", ())),
        changes=given.get("changes", False),
    )
    ids = _known(given.get("device"))
    if ids and "with" in given:
        ids = pairing.with_predecessors(ids)
    return Question(asked, ids, _some(given.get("product_id"))), given["format"]


def _known(ids: list[str] | None) -> tuple[str, ...] | None:
    """Refuse ids that no device has: a typo must not make an empty file."""
    if not ids:
        return None
    known = set(Device.objects.filter(device_id__in=ids).values_list("device_id", flat=True))
    unknown = [one for one in ids if one not in known]
    if unknown:
        words = _("Fleet knows no device with the id %(id)s.") % {"id": unknown[0]}
        raise invalid({"device": [words]})
    return tuple(dict.fromkeys(ids))


def _some(ids: list[str] | None) -> tuple[str, ...] | None:
    return tuple(ids) if ids else None


class Exports(Call):
    """One's exports; an admin's are everybody's."""

    shape = export_shapes.Export
    permission_classes = (Needs(Right.BROWSE),)
    parameters = (*paging.PARAMETERS, "state")

    @extend_schema(
        operation_id="exports_list",
        summary="List exports of logs",
        parameters=[
            OpenApiParameter("state", str, description="Several with commas."),
            *PAGING,
        ],
        responses=paged(export_shapes.Export, "Exports"),
    )
    def get(self, request: Request) -> Response:
        """List exports, newest first: one's own, for an admin all."""
        found = log_exports.seen_by(request)
        states = queries.choices(request.query_params, "state", STATES)
        found = found.filter(state__in=states) if states else found
        return paging.answer(request, found, ("-id",), written)

    @extend_schema(
        operation_id="exports_ask",
        summary="Ask for a file of logs",
        parameters=[KEY],
        request=export_shapes.AskedExport,
        responses={202: export_shapes.Export},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Have history rows written to a gzip file in the background, with a manifest."""
        question, kind = read(fields(request))
        try:
            made = log_exports.ask(request, question, kind, timezone.now())
        except log_exports.Refused as no:
            raise Problem(409, "too_many_exports", str(no)) from no
        address = reverse("api-export", args=[made.pk])
        return Response(written([made])[0], 202, headers={"Location": address})


class OneExport(Call):
    """One export."""

    shape = export_shapes.Export

    @extend_schema(
        operation_id="exports_read", summary="Show an export", responses=export_shapes.Export
    )
    def get(self, request: Request, export_id: int) -> Response:
        """Show how far an export is, and where its file and manifest are."""
        return Response(written([find(request, export_id)])[0])


class File(Call):
    """The file of an export."""

    renderer_classes = (Gzip,)

    @extend_schema(
        operation_id="exports_file",
        summary="Download an export",
        parameters=[
            OpenApiParameter(
                "Range", str, OpenApiParameter.HEADER, description="To go on: `bytes=1000-`."
            )
        ],
        responses={
            (200, Gzip.media_type): OpenApiTypes.BINARY,
            (206, Gzip.media_type): OpenApiTypes.BINARY,
            416: OpenApiResponse(description="No such part."),
            (409, MEDIA_TYPE): ProblemShape,
        },
    )
    def get(self, request: Request, export_id: int) -> HttpResponse | StreamingHttpResponse:
        """Send the file; each download is on record."""
        export = find(request, export_id)
        path = log_exports.take(request, export, timezone.now())
        if path is None:
            raise Problem(409, "no_file", _("There is no file: not yet, or no longer."))
        return files.answer(request._request, path, Gzip.media_type, export.sha256)  # noqa: SLF001 - DRF hides it


class Manifest(Call):
    """What proves a file."""

    @extend_schema(
        operation_id="exports_manifest",
        summary="Show an export's manifest",
        responses={200: OpenApiTypes.OBJECT, (409, MEDIA_TYPE): ProblemShape},
    )
    def get(self, request: Request, export_id: int) -> Response:
        """Show the question, the rows, the SHA-256 and the gaps; kept when the file is gone."""
        export = find(request, export_id)
        if export.manifest is None:
            raise Problem(409, "no_manifest", _("There is no manifest: it comes with the file."))
        return Response(export_manifests.ordered(export.manifest))


class Cancel(Call):
    """Giving an export up."""

    permission_classes = (Needs(Right.BROWSE),)

    @extend_schema(
        operation_id="exports_cancel",
        summary="Cancel an export",
        parameters=[KEY],
        request=None,
        responses=export_shapes.Export,
    )
    @idempotent()
    def post(self, request: Request, export_id: int) -> Response:
        """End an export that waits or runs; nothing of it is kept."""
        export = find(request, export_id)
        if not log_exports.cancel(request, export, timezone.now()):
            raise Problem(409, "wrong_state", _("This export has ended already."))
        return Response(written([find(request, export_id)])[0])
