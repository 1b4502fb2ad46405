"""The log call in both editions: pages newest first, each edition with its own cursor.

A row key is `<device hash>_<Long.MAX - milliseconds>_...`; the free edition's names the first row
of the page it opens, the paid edition's the last row of the page before.
"""

import base64
import binascii
import hashlib
from bisect import bisect_left, bisect_right
from typing import NamedTuple

from simulator.chance import dice
from simulator.device import LAST, RETENTION_MS, Device, LogRow
from simulator.exchange import Request
from simulator.stage import Stage
from simulator.tuya import reach
from simulator.tuya.refusal import Refusal

LONG_MAX = (1 << 63) - 1
LARGEST_PAGE = 100
DEFAULT_PAGE = 20


class Place(NamedTuple):
    """Where a row stands: its millisecond, and which of that millisecond's rows it is."""

    at: int
    n: int


def logs(stage: Stage, request: Request, device_id: str) -> object:
    """GET /v1.0/devices/{id}/logs; query_type=1 is free, 2 is paid."""
    if stage.board.take(["no_logs"], request):
        raise Refusal(2009)
    device = reach.logged_device(stage, device_id)
    rows = _matching(stage, request, device)
    size = min(LARGEST_PAGE, max(1, reach.whole_number(request, "size", DEFAULT_PAGE)))
    if reach.whole_number(request, "query_type", 1) == 1:
        return _free(stage, request, device, rows, size)
    if not stage.options.paid_logs:
        raise Refusal(28841101)
    return _paid(stage, request, device, rows, size)


def free_key(device: Device, row: LogRow) -> str:
    """Write the free edition's key of a row: base64."""
    text = f"{_hash(device)}_{LONG_MAX - row.at}_{row.event_id}_{row.n}"
    return base64.b64encode(text.encode()).decode()


def paid_key(device: Device, row: LogRow) -> str:
    """Write the paid edition's key of a row: plain."""
    return f"{_hash(device)}_{LONG_MAX - row.at}_{row.n}"


def _matching(stage: Stage, request: Request, device: Device) -> list[LogRow]:
    """Select by time, event and code; oldest first."""
    types = _types(request)
    codes = {code for code in request.arg("codes").split(",") if code}
    now = stage.clock.now_ms()
    start = max(reach.whole_number(request, "start_time", 0), now - RETENTION_MS)
    end = reach.whole_number(request, "end_time", 0) or now
    rows = stage.world.rows(device.id)
    low = bisect_left(rows, (start, 0), key=lambda row: (row.at, row.n))
    high = bisect_right(rows, (end, LAST), key=lambda row: (row.at, row.n))
    return [
        row for row in rows[low:high] if row.event_id in types and (not codes or row.code in codes)
    ]


def _types(request: Request) -> set[int]:
    try:
        types = {int(one) for one in request.arg("type").split(",") if one}
    except ValueError as exc:
        raise Refusal(1109) from exc
    if not types:
        raise Refusal(1100)
    return types


def _free(
    stage: Stage, request: Request, device: Device, rows: list[LogRow], size: int
) -> dict[str, object]:
    key = request.arg("start_row_key")
    if key and not stage.board.take(["page_repeats"], request):
        rows = _up_to(rows, _read_free(device, key), inclusive=True)
    page, rest = rows[::-1][:size], rows[: max(0, len(rows) - size)]
    answer: dict[str, object] = {
        "current_row_key": free_key(device, page[0]) if page else None,
        "device_id": device.id,
        "has_next": bool(rest),
        "logs": [_row(row) for row in _distorted(stage, request, page)],
        "next_row_key": free_key(device, rest[-1]) if rest else None,
    }
    if page and stage.board.take(["empty_page"], request):
        answer |= {"logs": [], "has_next": True, "next_row_key": answer["current_row_key"]}
    if stage.board.take(["row_key_stuck"], request):
        answer |= {"has_next": True, "next_row_key": key or answer["current_row_key"]}
    return _keyed(stage, request, answer)


def _paid(
    stage: Stage, request: Request, device: Device, rows: list[LogRow], size: int
) -> dict[str, object]:
    count, key = len(rows), request.arg("last_row_key")
    at = reach.whole_number(request, "last_event_time", 0)
    if bool(key) != bool(at):
        raise Refusal(1100)
    if key and not stage.board.take(["page_repeats", "row_key_stuck"], request):
        rows = _up_to(rows, _read_paid(device, key, at), inclusive=False)
    page = rows[::-1][:size]
    given = [
        {**_row(row), "row": paid_key(device, row), "status": "1"}
        for row in _distorted(stage, request, page)
    ]
    answer: dict[str, object] = {
        "count": count,
        "device_id": device.id,
        "has_next": len(rows) > size,
        "logs": given,
    }
    if page and stage.board.take(["empty_page"], request):
        answer |= {"logs": [], "has_next": True}
    return _keyed(stage, request, answer)


def _keyed(stage: Stage, request: Request, answer: dict[str, object]) -> dict[str, object]:
    if stage.board.take(["has_more_missing"], request):
        del answer["has_next"]
    return answer


def _up_to(rows: list[LogRow], place: Place, *, inclusive: bool) -> list[LogRow]:
    cut = bisect_right if inclusive else bisect_left
    return rows[: cut(rows, tuple(place), key=lambda row: (row.at, row.n))]


def _row(row: LogRow) -> dict[str, object]:
    shape: dict[str, object] = {
        "event_from": row.source,
        "event_id": row.event_id,
        "event_time": row.at,
    }
    if row.code is not None:
        shape |= {"code": row.code, "value": row.value}
    return shape


def _hash(device: Device) -> str:
    return hashlib.sha256(device.uuid.encode()).hexdigest()[:28]


def _read_free(device: Device, key: str) -> Place:
    try:
        owner, moment, _event, number = base64.b64decode(key, validate=True).decode().split("_")
        place = Place(LONG_MAX - int(moment), int(number))
    except (ValueError, binascii.Error) as exc:
        raise Refusal(1109) from exc
    if owner != _hash(device):
        raise Refusal(1109)
    return place


def _read_paid(device: Device, key: str, at: int) -> Place:
    try:
        owner, moment, number = key.split("_")
        place = Place(LONG_MAX - int(moment), int(number))
    except ValueError as exc:
        raise Refusal(1109) from exc
    if owner != _hash(device) or place.at != at:
        raise Refusal(1109)
    return place


def _distorted(stage: Stage, request: Request, page: list[LogRow]) -> list[LogRow]:
    if stage.board.take(["rows_doubled"], request):
        page = [row for row in page for _ in range(2)]
    if stage.board.take(["rows_shuffled"], request):
        page = page[:]
        dice("shuffle", len(page)).shuffle(page)
    return page
