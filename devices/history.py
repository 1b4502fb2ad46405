"""Reads one data point's past for a chart or a caller of REST: points, gaps and their reasons."""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from operator import itemgetter
from typing import Literal

from django.db.models import BigIntegerField, F, Func, TextField
from django.db.models.functions import Cast

from devices import coverage, retention, series
from devices.datapoints import Specification
from devices.models import Coverage, Device, LogEntry

REPORT = 7  # the vendor's event number for a data point's value

SPELLED = re.compile(r"true|false|-?[0-9]{1,15}(\.[0-9]{1,9})?")

# As the clouds write a moment; what stands below the milliseconds is a row's place.
IN_MS = Func(
    F("event_time"),
    template="floor(extract(epoch FROM %(expressions)s) * 1000)::bigint",
    output_field=BigIntegerField(),
)

# What one drawing may read; a device that speaks every second fills it in a day. The newest stay.
MOST_ROWS = 100_000


@dataclass(frozen=True)
class Past:
    """A data point between two moments, in the unit that people read."""

    series: series.Series
    rows: int
    cut: bool  # more than MOST_ROWS: the oldest part of the range is missing


def read(
    device: Device,
    code: str,
    *,
    start: datetime,
    end: datetime,
    limit: int,
    now: datetime,
    older: Sequence[Device] = (),
) -> Past:
    """Return at most `limit` points or buckets of `code` in [start, end).

    `older`: the devices that this one continues, the newest first; their values are drawn as its.
    """
    drawn_of = (device, *older)
    specification = Specification.parse(device.product.items if device.product else [])
    rows = list(_rows(drawn_of, code, start, end))
    cut = len(rows) > MOST_ROWS
    # A week of a busy device is ten thousand rows, and few values: each is read once.
    meant = {
        text: _value(specification, code, None if text is None else json.loads(text))
        for text in {text for _at, text in rows}
    }
    points = [series.Point(at, meant[text]) for at, text in rows[:MOST_ROWS]]
    if not cut:
        points += _before(drawn_of, code, start, specification)
    drawn = series.series(
        points,
        gaps(device, start, end, now, older),
        milliseconds(start),
        milliseconds(end),
        limit,
        kind=_kind(specification, code),
    )
    return Past(drawn, min(len(rows), MOST_ROWS), cut)


def gaps(
    device: Device,
    start: datetime,
    end: datetime,
    now: datetime,
    older: Sequence[Device] = (),
) -> list[series.Gap]:
    """Return the stretches of [start, end) of which the history does not hold all values."""
    found = _gaps(device, start, end, now)
    if not older:
        return found
    begins = min(device.active_at or device.first_seen_at, device.first_seen_at)
    return series.continued(
        found,
        gaps(older[0], start, end, now, older[1:]),
        milliseconds(begins),
        milliseconds(older[0].state_since),
    )


def _gaps(device: Device, start: datetime, end: datetime, now: datetime) -> list[series.Gap]:
    ledger, since = books(device)
    return series.gaps_between(
        ledger, since, milliseconds(start), milliseconds(end), milliseconds(now)
    )


def books(device: Device) -> tuple[coverage.Ledger, int]:
    """Return what is held of a device's values, and since when they are owed, in ms.

    What was proven once and deleted by retention since is held no more.
    """
    owed = Coverage.objects.filter(device=device).first()
    since = owed.since if owed else device.first_seen_at
    ledger = coverage.from_json({"complete": owed.complete, "lost": owed.lost} if owed else {})
    gone = retention.let_go_before(REPORT)
    if gone:
        ledger = coverage.let_go(ledger, milliseconds(gone), series.LET_GO)
    return ledger, milliseconds(since)


def milliseconds(at: datetime) -> int:
    """Return a moment as the clouds write it."""
    return round(at.timestamp() * 1000)


def _rows(
    devices: Sequence[Device], code: str, start: datetime, end: datetime
) -> Iterator[tuple[int, str | None]]:
    """Give moments in ms and values as the text of their JSON, the newest first."""
    rows = LogEntry.objects.of_any(devices).between(start, end).filter(event_id=REPORT, code=code)
    newest = rows.order_by("-event_time")[: MOST_ROWS + 1]
    yield from newest.values_list(IN_MS, Cast("value", TextField()))


def _before(
    devices: Sequence[Device], code: str, start: datetime, specification: Specification
) -> list[series.Point]:
    """Return the value that held when the range began: a step line must not start in the air."""
    found: list[tuple[datetime, object]] = []
    for device in devices:
        rows = LogEntry.objects.of_one(device.pk).between(None, start)
        rows = rows.filter(event_id=REPORT, code=code).order_by("-device_id", "-place")
        found += rows.values_list("event_time", "value")[:1]
    last = max(found, key=itemgetter(0), default=None)
    return (
        [series.Point(milliseconds(last[0]), _value(specification, code, last[1]))] if last else []
    )


def _value(specification: Specification, code: str, raw: object) -> object:
    definition = specification.get(code)
    if definition is None:
        return spelled_out(raw)
    if isinstance(raw, bool | str):
        return raw
    return specification.read(code, raw).value


def spelled_out(raw: object) -> object:
    """Return the number or truth value that a log's text spells, else the value itself.

    Only for drawing, and only while the product has no specification.
    """
    if not isinstance(raw, str) or not SPELLED.fullmatch(raw):
        return raw
    return json.loads(raw) if raw in {"true", "false"} else float(raw)


def _kind(specification: Specification, code: str) -> Literal["line", "step"] | None:
    definition = specification.get(code)
    if definition is None:
        return None
    return "line" if definition.type == "Integer" else "step"
