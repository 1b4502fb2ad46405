"""Takes in what the cloud reported of devices: state, history and letters, in one transaction.

A device whose report is byte for byte the last one costs one comparison and no write.
"""

import hashlib
from array import array
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import msgspec
from django.conf import settings
from django.db import transaction

from pages import live
from reporting import outbox
from reporting.letters import StateReported

from . import changes, writing
from .catalogue import Catalogue, Meaning, meaning_of, product_of
from .changes import Change, Known
from .events import Event, clean, millis, moment, store
from .models import Device, LogEntry, Provenance
from .tuya.wire import Device as Reported

# What a report may carry; a name that the answer did not carry is left as it was.
TEXTS = (
    "name", "category", "gateway_id", "uuid", "sn", "mac", "ip", "time_zone", "owner_id", "uid",
    "icon", "model", "local_key",
)  # fmt: skip
LONGEST: dict[str, int | None] = {
    name: getattr(Device._meta.get_field(name), "max_length", None)  # noqa: SLF001
    for name in TEXTS
}
TIMES = {"active_time": "active_at", "create_time": "created_at", "update_time": "updated_at"}
WRITTEN = (
    *TEXTS, *TIMES.values(), "product_id", "sub", "online", "online_since", "state", "state_since",
    "state_reason", "absences", "status", "stamps", "listing_digest", "last_event_at",
    "last_seen_at", "next_harvest_at",
)  # fmt: skip

FUTURE_MS = 60_000  # how far a log row may be ahead of a look that ran beside its reading
ONLINE, OFFLINE, ACTIVATED, REPORTED = 1, 2, 3, 7


@dataclass(frozen=True, slots=True)
class Look:
    """When a report was asked for; `at` and `before`, the look before, by the vendor's clock."""

    at: int
    before: int | None
    now: datetime


@dataclass(slots=True)
class Taken:
    """What a page of reports came to."""

    seen: "array[int]" = field(default_factory=partial(array, "q"))  # keys; a set weighs ten times
    created: int = 0
    changed: int = 0
    rows: int = 0

    def add(self, other: "Taken") -> None:
        """Count another page in."""
        self.seen += other.seen
        self.created += other.created
        self.changed += other.changed
        self.rows += other.rows


@dataclass(slots=True)
class _News:
    """What one report changed of one device."""

    events: list[Event] = field(default_factory=list)
    told: bool = False


def take(reports: Sequence[Reported], look: Look, catalogue: Catalogue | None = None) -> Taken:
    """Store a page of reports. Returns whom it saw and what it changed."""
    digests = {report.id: digest(report) for report in reports}
    known = _known(digests)
    fresh = [report for report in reports if report.id not in known]
    moved = [report for report in reports if _moved(known.get(report.id), digests[report.id])]
    taken = Taken(seen=array("q", [pk for pk, _digest, _state in known.values()]))
    if fresh or moved:
        products = catalogue or Catalogue()
        products.meet([*fresh, *moved])
        with transaction.atomic():
            _create(fresh, digests, look, taken, products)
            _update(moved, digests, look, taken, products)
    return taken


def _known(digests: Iterable[str]) -> dict[str, tuple[int, bytes, str]]:
    rows = Device.objects.filter(device_id__in=list(digests)).values_list(
        "device_id", "pk", "listing_digest", "state"
    )
    return {device_id: (pk, bytes(last), state) for device_id, pk, last, state in rows}


def _moved(known: tuple[int, bytes, str] | None, fresh: bytes) -> bool:
    return known is not None and (known[1] != fresh or known[2] != Device.State.PRESENT)


def digest(report: Reported) -> bytes:
    """Name exactly this report; the order in which the cloud lists the codes does not matter."""
    status = None if report.status is None else sorted(report.status, key=lambda one: one.code)
    plain = (msgspec.structs.replace(report, status=None), status)
    # sets in an order of their own: of every process another one, and each took all for changed
    exact = msgspec.json.encode(plain, order="deterministic")
    return hashlib.blake2b(exact, digest_size=8).digest()


def _create(
    reports: Sequence[Reported],
    digests: Mapping[str, bytes],
    look: Look,
    taken: Taken,
    products: Catalogue,
) -> None:
    if not reports:
        return
    new = {report.id: _new(report, digests[report.id], look) for report in reports}
    made = writing.insert(list(new.values()), look.now)
    taken.created += len(made)
    taken.seen.extend(made.values())
    taken.seen.extend(_met_by_another(new.keys() - made.keys()))
    _tell((new[device_id] for device_id in made), products, look.now)


def _met_by_another(ids: Collection[str]) -> list[int]:
    """Return the keys of devices that another look made since we asked which are known."""
    if not ids:
        return []
    return list(Device.objects.filter(device_id__in=ids).values_list("pk", flat=True))


def _new(report: Reported, fresh: bytes, look: Look) -> dict[str, Any]:
    """Return the columns of a device at first sight; since when a value holds, nobody knows."""
    status = {clean(one.code): clean(one.value) for one in report.status or ()}
    stamp = [look.at, millis(look.now), int(Provenance.INFERRED)]
    since = dict.fromkeys(
        ("first_seen_at", "last_seen_at", "state_since", "next_harvest_at"), look.now
    )
    return since | {
        "device_id": report.id,
        "listing_digest": fresh,
        "status": status,
        "stamps": dict.fromkeys(status, stamp),
        "online": report.online,
        "online_since": None if report.online is None else moment(look.at),
        **dict.fromkeys(("product_id", *TIMES.values())),
        **_told(report),
    }


def _update(
    reports: Sequence[Reported],
    digests: Mapping[str, bytes],
    look: Look,
    taken: Taken,
    products: Catalogue,
) -> None:
    if not reports:
        return
    devices = _locked(report.id for report in reports)
    events: list[Event] = []
    told: list[Device] = []
    for report in reports:
        device = devices[report.id]
        news = absorb(device, report, look)
        # What this report says but a newer log row gainsaid: the next list is compared in full.
        device.listing_digest = digests[report.id] if _agrees(device, report) else b""
        device.last_seen_at = look.now
        events += news.events
        if news.events:
            device.next_harvest_at = min(device.next_harvest_at, _soonest_harvest(device, look.now))
        if news.told and device.retired_at is None:
            told.append(device)
    writing.update(devices.values(), WRITTEN)
    taken.rows += store(events, look.now)
    taken.changed += len(devices)
    _tell((_told_of(device) for device in told), products, look.now)
    live.announce("devices", devices)
    if events:
        live.announce("logs", devices)


def _agrees(device: Device, report: Reported) -> bool:
    known = device.status
    return all(
        changes.same(known.get(clean(one.code)), clean(one.value)) for one in report.status or ()
    )


def _soonest_harvest(device: Device, now: datetime) -> datetime:
    """Its log is read soon, but a device that never rests is read no more often than the rest."""
    if device.harvested_at is None:
        return now
    return max(now, device.harvested_at + settings.HARVEST_INTERVAL)


def _locked(ids: Iterable[str]) -> dict[str, Device]:
    """Lock in key order: two looks that lock the same devices crosswise would deadlock."""
    held = Device.objects.filter(device_id__in=list(ids)).order_by("pk").select_for_update()
    return {device.device_id: device for device in held}


def absorb(device: Device, report: Reported, look: Look) -> _News:
    """Bring one device up to date with one report; return what is history. Saves nothing."""
    news = _News()
    old_name, old_key, old_active = device.name, device.local_key, device.active_at
    for name, value in _told(report).items():
        setattr(device, name, value)
    _note_identity(device, news, look, old_name, (old_key, old_active))
    _note_return(device, news, look)
    _take_online(device, report, news, look)
    _take_status(device, report, news, look)
    return news


def _told(report: Reported) -> dict[str, Any]:
    """Return the columns that this report carries; what it left out stays as it was."""
    told: dict[str, Any] = {
        name: clean(getattr(report, name))[: LONGEST[name]]
        for name in TEXTS
        if name not in report.missing
    }
    for theirs, ours in TIMES.items():
        if seconds := getattr(report, theirs):
            told[ours] = moment(seconds * 1000)
    if "sub" not in report.missing:
        told["sub"] = report.sub
    if report.product_id:
        told["product_id"] = product_of(report)
    return told


def _note_identity(
    device: Device,
    news: _News,
    look: Look,
    old_name: str,
    old_pairing: tuple[str, datetime | None],
) -> None:
    if device.name != old_name:
        change = {"from": old_name, "to": device.name}
        news.events.append(_inferred(device, look, LogEntry.Own.RENAMED, change))
    if old_pairing[0] and device.local_key != old_pairing[0] and device.active_at != old_pairing[1]:
        news.events.append(_inferred(device, look, ACTIVATED, None))


def _note_return(device: Device, news: _News, look: Look) -> None:
    if device.state == Device.State.PRESENT:
        return
    news.events.append(_inferred(device, look, LogEntry.Own.CAME_BACK, None))
    news.told = True
    device.state, device.state_since, device.state_reason = Device.State.PRESENT, look.now, ""
    device.absences = 0


def _take_online(device: Device, report: Reported, news: _News, look: Look) -> None:
    if report.online is None or report.online == device.online:
        return
    if device.online is not None:
        event = ONLINE if report.online else OFFLINE
        news.events.append(_polled(device, look, event))
    device.online, device.online_since = report.online, moment(look.at)


def _take_status(device: Device, report: Reported, news: _News, look: Look) -> None:
    reported = {clean(one.code): clean(one.value) for one in report.status or ()}
    found = changes.diff(known_of(device, look.at), reported, at=look.at, not_before=look.before)
    for change in found:
        set_value(device, change.code, change.after, change.at, _how(change), look.now)
        if not change.first:
            event = _polled(device, look, REPORTED, code=change.code, value=change.after)
            news.events.append(event)
    news.told = news.told or bool(found)
    if news.events:
        device.last_event_at = max(device.last_event_at or moment(look.at), moment(look.at))


def _how(change: Change) -> Provenance:
    """At first sight nobody knows since when a value holds."""
    return Provenance.INFERRED if change.first else Provenance.POLL


def known_of(device: Device, at: int) -> dict[str, Known]:
    """Return what is known of its state, in the form that `changes` compares.

    A stamp of the future came from a clock that was wrong; it must not hold a value until then.
    """
    stamps = {code: device.stamps.get(code, [0])[0] for code in device.status}
    return {
        code: Known(value, stamps[code] if stamps[code] <= at + FUTURE_MS else 0)
        for code, value in device.status.items()
    }


def set_value(
    device: Device, code: str, value: Any, at: int, how: Provenance, now: datetime
) -> None:
    """Enter one value and how it was learned; saves nothing."""
    device.status[code] = value
    device.stamps[code] = [at, millis(now), int(how)]


def _polled(device: Device, look: Look, event_id: int, code: str = "", value: Any = None) -> Event:
    return Event(
        device=device.pk,
        at=look.at,
        event_id=event_id,
        provenance=Provenance.POLL,
        code=code,
        value=value,
        not_before=look.before if look.before is not None else 0,
    )


def _inferred(device: Device, look: Look, event_id: int, value: Any) -> Event:
    return Event(
        device=device.pk,
        at=look.at,
        event_id=event_id,
        provenance=Provenance.INFERRED,
        value=value,
    )


def _tell(states: Iterable[Mapping[str, Any]], products: Catalogue, now: datetime) -> None:
    """Hand over what changed; what a product means is told once its specification was asked for."""
    changed = list(states)
    products.learn(state["product_id"] for state in changed)
    described = ((state, products.meaning(state["product_id"])) for state in changed)
    letters = [written(state, meaning) for state, meaning in described if meaning is not None]
    if letters:
        outbox.take(letters, now)


def letter(device: Device) -> StateReported:
    """Return what USH's side must know of a device: its whole known state."""
    return written(_told_of(device), meaning_of(device.product.items if device.product else []))


SAID = ("device_id", "category", "product_id", "status", "stamps")


def _told_of(device: Device) -> dict[str, Any]:
    return {name: getattr(device, name) for name in SAID}


def written(state: Mapping[str, Any], meaning: Meaning) -> StateReported:
    """Return the letter about a device of which these columns are known: those of `SAID`."""
    return StateReported(
        device_key=state["device_id"],
        category=state.get("category", ""),
        values=state["status"],
        specification=meaning,
        stamps={code: stamp[0] for code, stamp in state["stamps"].items()},
    )
