"""REST: the list of devices, one device, and the facts of our own about it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import Http404, StreamingHttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from devices import annotations, filters
from devices.models import Device
from devices.querysets import DeviceQuerySet
from people.rights import Needs, Right
from rest import etags, exports, paging, queries
from rest.calls import Call, fields
from rest.idempotency import idempotent
from rest.problems import invalid
from rest.schema import IF_MATCH, KEY, PAGING, exported, paged

from . import examples, mirror, relatives, rows, shapes

ORDERINGS = (
    "name", "device_id", "category", "last_event_at", "first_seen_at", "updated_at", "active_at",
)  # fmt: skip
CHOICES = (*ORDERINGS, *(f"-{name}" for name in ORDERINGS))
STATES = ("present", "missing", "removed")
ONLINE = ("true", "false", "unknown")

DESCRIBED = [
    OpenApiParameter(
        "search", str, description="Part of name, id or product; exact uuid, sn, mac."
    ),
    OpenApiParameter(
        "q",
        str,
        description="The search line of the page, such as `seen:<24h operation:open name:~hall`.",
    ),
    OpenApiParameter("online", str, enum=ONLINE),
    OpenApiParameter("category", str, description="Such as `kg`; several with commas."),
    OpenApiParameter("product_id", str, description="Several with commas."),
    OpenApiParameter("gateway", str, description="The gateway's device id."),
    OpenApiParameter("sub", bool, description="Whether it hangs behind a gateway."),
    OpenApiParameter("tag", str, description="Several with commas: all of them."),
    OpenApiParameter(
        "state", str, description="Several with commas; without it, all but removed ones."
    ),
    OpenApiParameter(
        "retired",
        bool,
        description="Whether staff retired it; without it, only those that are not.",
    ),
    OpenApiParameter(
        "dp", str, many=True, description="`code=value`, such as `switch_1=true`; may be repeated."
    ),
    OpenApiParameter("updated_after", datetime, description="By the vendor."),
    OpenApiParameter("ordering", str, enum=CHOICES, default="name"),
]
FILTERS = tuple(parameter.name for parameter in DESCRIBED)


def find(device_id: str, *, held: bool = False) -> Device:
    """The device, without its key, or the answer 404; `held`: nobody else writes it meanwhile."""
    devices = Device.objects.select_for_update(no_key=True) if held else Device.objects.all()
    found = devices.defer("local_key").filter(device_id=device_id).first()
    if found is None:
        raise Http404(_("Fleet knows no device with the id %(id)s.") % {"id": device_id})
    return found


def chosen(request: Request, now: datetime) -> DeviceQuerySet:
    """The devices that the request's filters ask for."""
    query = request.query_params
    line = _line(query, now)
    named = {token.key for token in line.tokens}
    kept = _by_state(query, removed_too="state" in named) & _by_retirement(query, line)
    devices = _by_kind(Device.objects.filter(kept), query)
    for condition in line.conditions:
        devices = devices.filter(condition)
    devices = devices.search(line.words) if line.words else devices
    for tag in queries.texts(query, "tag"):
        devices = devices.filter(tags__contains=[tag])
    for given in query.getlist("dp"):
        devices = devices.filter(_data_point(given, now))
    text = queries.text(query, "search")
    return devices.search(text) if text else devices


def _line(query: Mapping[str, str], now: datetime) -> filters.Search:
    line = filters.parse(queries.text(query, "q") or "", now)
    if line.hints:  # a page shows them beside the list; a script would take it for the answer
        raise invalid({"q": list(line.hints)})
    return line


def _by_state(query: Mapping[str, str], *, removed_too: bool) -> Q:
    states = queries.choices(query, "state", STATES)
    kept = Q(state__in=states) if states else Q() if removed_too else ~Q(state="removed")
    online = queries.choice(query, "online", ONLINE)
    if online:
        kept &= Q(online={"true": True, "false": False}.get(online))
    after = queries.moment(query, "updated_after")
    return kept & Q(updated_at__gt=after) if after else kept


def _by_retirement(query: Mapping[str, str], line: filters.Search) -> Q:
    """As the page's line has it: hidden unless asked for, or where removed ones are."""
    retired = queries.flag(query, "retired")
    if retired is not None:
        return ~Q(retired_at=None) if retired else Q(retired_at=None)
    states = {*queries.choices(query, "state", STATES), *line.values("state")}
    shown = states & filters.GONE or line.values("retired")
    return Q() if shown else Q(retired_at=None)


def _by_kind(devices: DeviceQuerySet, query: Mapping[str, str]) -> DeviceQuerySet:
    for name, column in (("category", "category"), ("product_id", "product_id")):
        wanted = queries.texts(query, name)
        devices = devices.filter(**{f"{column}__in": wanted}) if wanted else devices
    gateway = queries.text(query, "gateway")
    devices = devices.children_of(gateway) if gateway else devices
    sub = queries.flag(query, "sub")
    return devices if sub is None else devices.filter(sub=sub)


def _data_point(given: str, now: datetime) -> Any:
    try:
        return filters.data_point(given, now)
    except filters.Unreadable as fault:
        raise invalid({"dp": [_("code=value, please, such as switch_1=true.")]}) from fault


def order(request: Request) -> tuple[str, ...]:
    """The ordering asked for, made unique by the row's own number."""
    wanted = queries.choice(request.query_params, "ordering", CHOICES) or "name"
    # categories and nameless devices come in crowds: by name within, as the index has them
    return (wanted, "name", "id") if wanted == "category" else (wanted, "id")


def listed(request: Request, devices: QuerySet[Device], by: tuple[str, ...]) -> Response:
    """One page of devices."""
    return paging.answer_written(request, mirror.rows(devices, by), by, mirror.written)


def shown(device_id: str) -> rows.Row:
    """One device as REST shows it, or the answer 404."""
    found = mirror.read(mirror.rows(Device.objects.filter(device_id=device_id)))
    if not found:
        raise Http404(_("Fleet knows no device with the id %(id)s.") % {"id": device_id})
    return found[0]


def in_full(device_id: str) -> rows.Row:
    """One device with what it continues, or the answer 404."""
    return shown(device_id) | relatives.of(device_id)


class Devices(Call):
    """The fleet."""

    shape = shapes.Device
    renderer_classes = exports.FORMATS
    parameters = (*paging.PARAMETERS, *FILTERS)

    @extend_schema(
        operation_id="devices_list",
        summary="List devices",
        parameters=[*DESCRIBED, *PAGING],
        responses=exported(paged(shapes.Device, "Devices")),
        examples=[examples.page("A plug", examples.DEVICE)],
    )
    def get(self, request: Request) -> Response | StreamingHttpResponse:
        """List devices, filtered and ordered; removed ones only when `state` names them.

        As CSV or NDJSON, by `format` or `Accept`, it is the whole list instead of a page.
        """
        now = timezone.now()
        found, by, kind = chosen(request, now), order(request), exports.wanted(request)
        if kind is None:
            return listed(request, found, by)
        table = exports.Table(mirror.rows(found, by), by, mirror.read, self.columns)
        return exports.answer(request, table, kind, "devices", now)


class OneDevice(Call):
    """The mirror of one device."""

    shape = relatives.DeviceInFull
    permission_classes = (Needs(Right.TAG),)

    @extend_schema(
        operation_id="devices_read",
        summary="Show a device",
        responses=relatives.DeviceInFull,
        examples=[examples.given("A plug", relatives.EXAMPLE)],
    )
    def get(self, request: Request, device_id: str) -> Response:
        """Show everything that Fleet mirrors of one device. The local key is never shown."""
        del request
        return _guarded(device_id)

    @extend_schema(
        operation_id="devices_annotate",
        summary="Set tags and note",
        parameters=[KEY, IF_MATCH],
        request=shapes.Annotation,
        responses=relatives.DeviceInFull,
    )
    @idempotent()
    def patch(self, request: Request, device_id: str) -> Response:
        """Set our own facts, tags and note. A name belongs to the cloud: rename by an operation."""
        foreign = sorted(set(fields(request)) - {"tags", "note"})
        if foreign:
            words = _("Only tags and note are ours to set. To rename, POST operations/.")
            raise invalid({name: [words] for name in foreign})
        wanted = shapes.Annotation(data=request.data, partial=True)
        wanted.is_valid(raise_exception=True)
        with transaction.atomic():
            device = find(device_id, held=True)
            etags.demand(request, {"tags": device.tags, "note": device.note})
            annotations.annotate(device, **wanted.validated_data)
        return _guarded(device_id)


def _guarded(device_id: str) -> Response:
    """One device, with a tag that tells whether its tags and note are still the same."""
    row = in_full(device_id)
    return etags.Guarded(row, {name: row[name] for name in ("tags", "note")})
