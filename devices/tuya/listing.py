"""Finding the devices: four ways to walk a list, one rule for when it is proven complete.

Stores nothing. Ways and pitfalls: `iot-01/associated-users` (as tinytuya and
homebridge-tuya-platform use it; has_more may be missing, tinytuya PR#342), `users/{uid}/devices`,
`v2.0/cloud/thing/device` (camelCase, no has_more), `v1.0/devices?device_ids=` (silently cut at 20
without a page size, tuya-homebridge#40).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping

from msgspec.structs import replace

from . import wire
from .batches import BATCH, bisected, slices
from .errors import Kind, Refused, Unintelligible
from .exchange import Request
from .wire import Device, Page

Ask = Callable[[Request], wire.Json]

ASSOCIATED = "GET /v1.0/iot-01/associated-users/devices"
OF_USER = "GET /v1.0/users/{uid}/devices"
THING = "GET /v2.0/cloud/thing/device"
BY_IDS = "GET /v1.0/devices"
ASSOCIATED_SIZE = 100  # a page; homebridge-tuya-platform's figure
THING_SIZE = 20  # the vendor's cap
MAX_PAGES = 20_000
MAX_EMPTY = 3  # empty pages in a row that still promise more
NO_DEVICES = 2002


def walk(
    ask: Ask, discovery: str, known_ids: Iterable[str], one: Callable[[str], Device]
) -> Iterator[Page]:
    """Walk the listing that `discovery` names. The last page says whether all were seen."""
    way, _, rest = discovery.partition(":")
    if way == "associated-users":
        pages = _rows(ask, _associated_page)
    elif way == "thing":
        pages = _rows(ask, _thing_page)
    elif way == "user" and rest.strip():
        uids = list(dict.fromkeys(uid.strip() for uid in rest.split(",") if uid.strip()))
        pages = _once_each(_users(ask, uids))
    elif way == "ids":
        pages = _once_each(_ids(ask, list(dict.fromkeys(known_ids)), one))
    else:
        raise ValueError(f"TUYA_DISCOVERY={discovery!r} names no listing")
    return pages


def _once_each(pages: Iterator[Page]) -> Iterator[Page]:
    seen: set[str] = set()
    for page in pages:
        yield replace(page, devices=_fresh(page.devices, seen))


def _fresh(devices: Iterable[Device], seen: set[str]) -> tuple[Device, ...]:
    """Drop what was seen before: a device shared by two homes, or a page that came twice."""
    fresh = {device.id: device for device in devices if device.id not in seen}
    seen.update(fresh)
    return tuple(fresh.values())


class _Found(wire.Page, frozen=True, kw_only=True):
    """A raw page on its way: with the cursor to go on from and what the vendor said about more."""

    cursor: str = ""
    more: bool | None = None
    rows: int = 0


class _Progress:
    """How far a walk has come."""

    def __init__(self) -> None:
        self.rows = self.empty = self.unreadable = 0
        self.ids: set[str] = set()
        self.cursors: set[str] = set()

    def add(self, found: _Found) -> _Found:
        """Count a page; return it without the devices that came before."""
        self.rows += found.rows
        self.empty = 0 if found.rows else self.empty + 1
        self.unreadable += found.unreadable
        return replace(found, devices=_fresh(found.devices, self.ids))


def _rows(ask: Ask, fetch: Callable[[Ask, str], _Found]) -> Iterator[Page]:
    """Follow the cursor until the vendor says that there is no more, or stops making sense."""
    cursor, progress = "", _Progress()
    for _ in range(MAX_PAGES):
        found = fetch(ask, cursor)
        if _sudden(found, progress):
            found = fetch(ask, cursor)
        found = progress.add(found)
        ended, why = _verdict(found, progress)
        cursor = found.cursor
        progress.cursors.add(cursor)
        yield _as_page(found, complete=ended and not why, why=why)
        if ended or why:
            return
    yield Page(why=f"more than {MAX_PAGES} pages")


def _sudden(found: _Found, progress: _Progress) -> bool:
    """Whether a list without a total ends with nothing after full pages: that is asked twice."""
    ends = not found.rows and not found.more and found.total is None
    return ends and progress.rows % THING_SIZE == 0


def _verdict(found: _Found, progress: _Progress) -> tuple[bool, str]:
    """Say whether the walk ended here, and what, if anything, speaks against a whole list."""
    if not (found.more if found.more is not None else _guess_more(found, progress)):
        return True, _shortfall(found, progress)
    if not found.cursor:
        return False, "more devices are announced but no cursor to continue from"
    if found.cursor in progress.cursors:
        return False, "the cursor came back to a page already read"
    empty = progress.empty
    return False, f"{empty} empty pages in a row" if empty >= MAX_EMPTY else ""


def _shortfall(found: _Found, progress: _Progress) -> str:
    """A device that came twice is no substitute for one that did not come."""
    came = len(progress.ids) + progress.unreadable
    if found.total is not None and came < found.total:
        return f"{came} of {found.total} devices came"
    return _illegible(progress.unreadable)


def _illegible(count: int) -> str:
    return f"{count} devices came without an id" if count else ""


def _guess_more(found: _Found, progress: _Progress) -> bool:
    """Do without has_more: go on while rows and a cursor come and the total is not reached."""
    reached = found.total is not None and len(progress.ids) >= found.total
    return bool(found.cursor and found.rows and not reached)


def _as_page(found: _Found, *, complete: bool, why: str) -> Page:
    return Page(
        devices=found.devices,
        complete=complete,
        total=found.total,
        unreadable=found.unreadable,
        why=why,
    )


def _associated_page(ask: Ask, cursor: str) -> _Found:
    query = {"size": str(ASSOCIATED_SIZE)} | ({"last_row_key": cursor} if cursor else {})
    raw = ask(
        Request(endpoint=ASSOCIATED, path="/v1.0/iot-01/associated-users/devices", query=query)
    )
    items = raw.get("devices", raw.get("list")) if isinstance(raw, Mapping) else None
    return _found(
        items,
        ASSOCIATED,
        cursor=wire.text(raw.get("last_row_key")) or "" if items is not None else "",
        more=wire.flag(raw.get("has_more")) if items is not None else None,
        total=wire.number(raw.get("total")) if items is not None else None,
    )


def _thing_page(ask: Ask, cursor: str) -> _Found:
    """Read a bare list. Only an empty page ends it: a short one may be the vendor's whim."""
    query = {"page_size": str(THING_SIZE)} | ({"last_id": cursor} if cursor else {})
    raw = ask(Request(endpoint=THING, path="/v2.0/cloud/thing/device", query=query))
    items = raw.get("list") if isinstance(raw, Mapping) else raw
    found = _found(items, THING)
    last = found.devices[-1].id if found.devices else ""
    return replace(found, cursor=last, more=bool(found.rows))


def _found(
    items: wire.Json,
    endpoint: str,
    *,
    cursor: str = "",
    more: bool | None = None,
    total: int | None = None,
) -> _Found:
    if not isinstance(items, list):
        raise Unintelligible("a listing without a list of devices", endpoint=endpoint)
    devices = tuple(device for item in items if (device := wire.device(item)) is not None)
    return _Found(
        devices=devices,
        rows=len(items),
        unreadable=len(items) - len(devices),
        cursor=cursor,
        more=more,
        total=total,
    )


def _users(ask: Ask, uids: list[str]) -> Iterator[Page]:
    """Ask user by user: all devices come in one answer (as tuya-iot-py-sdk asks)."""
    unreadable = 0
    for uid in uids:
        found = _of_user(ask, uid)
        unreadable += found.unreadable
        last = uid == uids[-1]
        why = _illegible(unreadable) if last else ""
        yield _as_page(found, complete=last and not why, why=why)


def _of_user(ask: Ask, uid: str) -> _Found:
    path = f"/v1.0/users/{wire.segment(uid)}/devices"
    try:
        raw = ask(Request(endpoint=OF_USER, path=path))
    except Refused as error:
        if error.code == NO_DEVICES:
            return _Found()
        raise
    return _found(raw.get("devices", raw.get("list")) if isinstance(raw, Mapping) else raw, OF_USER)


def _ids(ask: Ask, ids: list[str], one: Callable[[str], Device]) -> Iterator[Page]:
    """Ask for the given ids, by twenty; one that the vendor refuses is not in the list."""
    if not ids:
        yield Page(complete=True, total=0)
    batches = slices(ids, BATCH)
    for number, batch in enumerate(batches, start=1):
        found = [
            device
            for part in bisected(batch, lambda part: _by_ids(ask, part, one))
            for device in part
        ]
        yield Page(devices=tuple(found), complete=number == len(batches), total=len(ids))


def _by_ids(ask: Ask, ids: list[str], one: Callable[[str], Device]) -> list[Device]:
    query = {"device_ids": ",".join(ids), "page_no": "1", "page_size": str(BATCH)}
    try:
        raw = ask(Request(endpoint=BY_IDS, path="/v1.0/devices", query=query))
    except Refused as error:
        if error.kind not in (Kind.FAMILY, Kind.CALL):
            raise
        return one_by_one(ids, one)
    items = raw.get("devices", raw.get("list")) if isinstance(raw, Mapping) else raw
    return list(_found(items, BY_IDS).devices)


def one_by_one(ids: list[str], one: Callable[[str], Device]) -> list[Device]:
    """Ask for each device, where there is no batch call; leave out what is refused for itself."""
    devices = []
    for device_id in ids:
        try:
            devices.append(one(device_id))
        except Refused as error:
            if error.kind is not Kind.OBJECT:
                raise
    return devices
