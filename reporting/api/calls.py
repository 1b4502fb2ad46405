"""REST: what waits, what is stuck, what was sent; and staff's hands on it. Decides nothing."""

from django.db.models import F, Q
from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from people.models import Deed
from people.rights import Needs, Right
from reporting import deeds, health, steering, terms
from reporting.models import Cell, Report
from rest import paging, queries
from rest.calls import Call
from rest.idempotency import idempotent
from rest.schema import KEY, PAGING, paged

from . import rows, shapes
from .bodies import body, who

DIRTY = Q(version__gt=F("acked_version"))
LETTERS = {word: letter for letter, word in rows.WORDS.items()}
SELDOM = ("request_body", "answer_head")


def _road() -> Response:
    return Response(rows.road(health.measure(terms.current(), timezone.now())))


class Road(Call):
    """The road to USH."""

    shape = shapes.Road

    @extend_schema(
        operation_id="delivery_read", summary="Show the road to USH", responses=shapes.Road
    )
    def get(self, request: Request) -> Response:
        """Show state, backlog and lag of the delivery to USH."""
        del request
        return _road()


class Cells(Call):
    """What USH should know."""

    shape = shapes.DeliveryCell
    parameters = (*paging.PARAMETERS, "lane", "dirty", "drift", "device", "property")

    @extend_schema(
        operation_id="delivery_cells",
        summary="List what USH should know",
        parameters=[
            OpenApiParameter("lane", str, enum=list(Cell.Lane.values)),
            OpenApiParameter("dirty", bool, description="What USH does not have yet."),
            OpenApiParameter("drift", bool, description="Where USH believes something else."),
            OpenApiParameter("device", str, description="A device id."),
            OpenApiParameter("property", str, description="USH's name of a property."),
            *PAGING,
        ],
        responses=paged(shapes.DeliveryCell, "Cells"),
    )
    def get(self, request: Request) -> Response:
        """List properties with the newest value and the one that USH acknowledged."""
        query, found = request.query_params, Cell.objects.all()
        lane = queries.choice(query, "lane", tuple(Cell.Lane.values))
        dirty, drift = queries.flag(query, "dirty"), queries.flag(query, "drift")
        device, name = queries.text(query, "device"), queries.text(query, "property")
        found = found.filter(lane=lane) if lane else found
        found = found if dirty is None else found.filter(DIRTY if dirty else ~DIRTY)
        found = found if drift is None else found.filter(health.DRIFT if drift else ~health.DRIFT)
        found = found.filter(device_key=device) if device else found
        found = found.filter(property=name) if name else found
        return paging.answer(request, found, ("id",), _cells)


def _cells(found: list[Cell]) -> list[rows.Row]:
    return [rows.cell(one) for one in found]


class Reports(Call):
    """What was sent."""

    shape = shapes.Report
    parameters = (*paging.PARAMETERS, "outcome", "start", "end")

    @extend_schema(
        operation_id="delivery_reports",
        summary="List requests to USH",
        parameters=[
            OpenApiParameter(
                "outcome", str, description="Several with commas.", enum=list(LETTERS)
            ),
            OpenApiParameter("start", str, description="From here on."),
            OpenApiParameter("end", str, description="Up to, not including."),
            *PAGING,
        ],
        responses=paged(shapes.Report, "Reports"),
    )
    def get(self, request: Request) -> Response:
        """List requests to USH and what came of each, newest first."""
        query, found = request.query_params, Report.objects.defer(*SELDOM)
        wanted = queries.choices(query, "outcome", tuple(LETTERS))
        start, end = queries.moment(query, "start"), queries.moment(query, "end")
        found = found.filter(outcome__in=[LETTERS[word] for word in wanted]) if wanted else found
        found = found.filter(sent_at__gte=start) if start else found
        found = found.filter(sent_at__lt=end) if end else found
        return paging.answer(request, found, ("-sent_at", "-id"), _reports)


def _reports(found: list[Report]) -> list[rows.Row]:
    return [rows.report(one) for one in found]


class OneReport(Call):
    """One request to USH."""

    shape = shapes.ReportWithBodies

    @extend_schema(
        operation_id="delivery_report",
        summary="Show a request to USH",
        responses=shapes.ReportWithBodies,
    )
    def get(self, request: Request, report_id: int) -> Response:
        """Show a request with its body and the beginning of the answer."""
        del request
        one = Report.objects.filter(pk=report_id).first()
        if one is None:
            raise Http404(_("There is no report #%(id)s.") % {"id": report_id})
        bodies = {name: getattr(one, name) for name in SELDOM}
        return Response(rows.report(one) | bodies)


class Steering(Call):
    """Something that staff may do about the delivery."""

    permission_classes = (Needs(Right.RESYNC),)


class Pause(Steering):
    """Stopping."""

    @extend_schema(
        operation_id="delivery_pause",
        summary="Pause sending to USH",
        parameters=[KEY],
        request=shapes.Reason,
        responses=shapes.Road,
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Stop sending; changes are collected on."""
        reason = body(request, shapes.Reason)["reason"]
        steering.pause(who(request), reason, timezone.now())
        return _road()


class Resume(Steering):
    """Going on."""

    @extend_schema(
        operation_id="delivery_resume",
        summary="Resume sending to USH",
        parameters=[KEY],
        request=None,
        responses=shapes.Road,
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Send again, at once."""
        steering.resume(who(request), timezone.now())
        return _road()


class Resync(Steering):
    """Telling everything again."""

    @extend_schema(
        operation_id="delivery_resync",
        summary="Tell USH everything again",
        parameters=[KEY],
        request=shapes.Some,
        responses={202: shapes.Count},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Tell USH all cells again, or all of some devices."""
        some = body(request, shapes.Some).get("devices")
        count = steering.tell_again(who(request), timezone.now(), some)
        return Response({"cells": count}, 202)


class Retry(Steering):
    """Trying the quarantined."""

    @extend_schema(
        operation_id="delivery_quarantine_retry",
        summary="Retry what is in quarantine",
        parameters=[KEY],
        request=shapes.Some,
        responses={202: shapes.Count},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Try quarantined cells at once, each alone; all of them or those of some devices."""
        some = body(request, shapes.Some).get("devices")
        count = steering.retry_quarantined(who(request), timezone.now(), some)
        return Response({"cells": count}, 202)


class Discard(Steering):
    """Giving up."""

    @extend_schema(
        operation_id="delivery_quarantine_discard",
        summary="Give up what is in quarantine",
        parameters=[KEY],
        request=shapes.Some,
        responses={202: shapes.Count},
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Give up quarantined values: USH is not told until they change."""
        some = body(request, shapes.Some).get("devices")
        count = steering.discard(who(request), timezone.now(), some)
        return Response({"cells": count}, 202)


class Deeds(Call):
    """What staff did."""

    shape = shapes.Deed
    parameters = paging.PARAMETERS

    @extend_schema(
        operation_id="delivery_deeds",
        summary="List what staff did about the delivery",
        parameters=[*PAGING],
        responses=paged(shapes.Deed, "Deeds"),
    )
    def get(self, request: Request) -> Response:
        """List pauses, resumptions, resyncs, retries and changes of the mapping, newest first."""
        return paging.answer(request, deeds.of_delivery(), ("-id",), _deeds)


def _deeds(found: list[Deed]) -> list[rows.Row]:
    return [rows.deed(one) for one in found]
