"""Was it us? Joins what the cloud tells of a device with our own orders, by time, kind and source.

An order's `sent` is committed before its call leaves: whatever it brings about finds it written
down. What no order of ours can have caused becomes an event of its own, beside the one that told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from .models import Device, LogEntry, Operation, OperationItem, Provenance
from .packing import EPOCH, Event

RESET = 4  # the vendor's event number (doc "query device logs", event types)
Own = LogEntry.Own
Kind = Operation.Kind
Outcome = OperationItem.Outcome

# Which kinds of order an event can be the effect of. A reset device is unbound and leaves the cloud
# as a removed one does; a removal is told as a reset with the source of a removal.
EFFECTS: dict[int, tuple[str, ...]] = {
    RESET: (Kind.FACTORY_RESET, Kind.REMOVE),
    Own.REMOVED.value: (Kind.FACTORY_RESET, Kind.REMOVE),
    Own.RENAMED.value: (Kind.RENAME,),
}
WHAT = {RESET: "reset", Own.REMOVED.value: "removal", Own.RENAMED.value: "rename"}
# Sources that a call to the cloud never has: a client's command, the app (5 removed, 6 reset), a
# user's client (vendor's table of event sources, "Device Management" 2024-09-10).
NEVER_US = frozenset({2, 5, 6, 13})
SENT = (Outcome.SENT, Outcome.ACCEPTED, Outcome.UNKNOWN, Outcome.CONFIRMED, Outcome.UNCONFIRMED)
CLOCKS = timedelta(minutes=1)  # the vendor's clock and ours may be that far apart
AFTERWARDS = timedelta(days=1)  # what follows a proof so closely is still its effect
LONGEST = timedelta(days=30)  # an offline device is wiped only when it comes back
SAME = timedelta(days=2)  # a reset and then absence are one loss, told twice


@dataclass(frozen=True, slots=True)
class Happening:
    """One event that may be the effect of an order."""

    device: int
    at: datetime
    event_id: int
    source_id: int | None = None
    value: Any = None


def orders(happenings: Iterable[Happening]) -> list[int | None]:
    """Return for each the operation that brought it about; one query for all of them."""
    listed = list(happenings)
    items = _items([one for one in listed if one.event_id in EFFECTS])
    return [_named(one) or _first(one, items) for one in listed]


def by_others(events: Sequence[Event]) -> list[Event]:
    """Return an event for each that we did not bring about, inside the caller's transaction."""
    # most events are none of these, so no call is spent on them
    effects = [_happening(event) for event in events if event.event_id in EFFECTS]
    found = [one for one in effects if not _named(one)]
    if not found:
        return []
    items, known = _items(found), _known_since(found)
    return [
        _told(one)
        for one in found
        if one.device in known
        and one.at >= known[one.device]
        and _first(one, items) is None
        and not _echo(one, items)
        and not _told_before(one)
    ]


def _happening(event: Event) -> Happening:
    at = EPOCH + timedelta(milliseconds=event.at)
    return Happening(event.device, at, event.event_id, event.source_id, event.value)


def _named(one: Happening) -> int | None:
    """Return the operation that our own observation names itself."""
    named = one.value.get("operation") if isinstance(one.value, dict) else None
    return named if isinstance(named, int) and one.event_id < 0 else None


def _items(happenings: Sequence[Happening]) -> list[OperationItem]:
    if not happenings:
        return []
    oldest = min(one.at for one in happenings) - LONGEST
    rows = OperationItem.objects.filter(
        device__in={one.device for one in happenings}, sent_at__gte=oldest, outcome__in=SENT
    )
    return list(rows.select_related("operation").order_by("-sent_at"))


def _first(one: Happening, items: Iterable[OperationItem]) -> int | None:
    return next((item.operation_id for item in items if _caused(item, one)), None)


def _caused(item: OperationItem, one: Happening) -> bool:
    if item.device_id != one.device or item.operation.kind not in EFFECTS.get(one.event_id, ()):
        return False
    if one.source_id in NEVER_US or not item.sent_at:
        return False
    if one.event_id == Own.RENAMED and _names(one)[1] != item.new_name:
        return False
    latest = item.confirmed_at + AFTERWARDS if item.confirmed_at else item.sent_at + LONGEST
    return item.sent_at - CLOCKS <= one.at <= latest


def _echo(one: Happening, items: Iterable[OperationItem]) -> bool:
    """A list that was asked for before our rename and arrived after it tells the old name again."""
    old, new = _names(one)
    return one.event_id == Own.RENAMED and any(
        (item.new_name, item.device_name) == (old, new)
        and item.device_id == one.device
        and item.sent_at is not None
        and abs(one.at - item.sent_at) <= CLOCKS
        for item in items
    )


def _names(one: Happening) -> tuple[str, str]:
    told: Mapping[str, Any] = one.value if isinstance(one.value, dict) else {}
    return str(told.get("from", "")), str(told.get("to", "")).strip()


def _known_since(found: Iterable[Happening]) -> dict[int, datetime]:
    """What happened before Fleet knew a device is nobody's deed here: it was being paired."""
    rows = Device.objects.filter(pk__in={one.device for one in found})
    return dict(rows.values_list("pk", "first_seen_at"))


def _told_before(one: Happening) -> bool:
    """Whether the reset that made the device vanish was told already."""
    return (
        one.event_id == Own.REMOVED
        and LogEntry.objects.filter(
            device=one.device,
            event_id=Own.BY_OTHERS,
            event_time__gt=one.at - SAME,
            event_time__lte=one.at + CLOCKS,
            value__what="reset",
        ).exists()
    )


def _told(one: Happening) -> Event:
    said: dict[str, Any] = {"what": WHAT[one.event_id]}
    if one.event_id == Own.RENAMED:
        said["from"], said["to"] = _names(one)
    return Event(
        device=one.device,
        at=(one.at - EPOCH) // timedelta(milliseconds=1),
        event_id=Own.BY_OTHERS,
        provenance=Provenance.INFERRED,
        value=said,
        source_id=one.source_id,
    )
