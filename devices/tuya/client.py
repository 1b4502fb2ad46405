"""The device cloud as one object: one method a vendor call, frozen answers, four errors.

Holds no state but its token. Reads are repeated inside on passing trouble. Writes are sent once:
`Unanswered` means that nobody knows.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from types import TracebackType
from typing import Self, TypeVar

import httpx
import msgspec

from . import listing, logs, wire
from .account import Account, Timeouts, base_url
from .batches import BATCH, bisected, slices
from .calls import Calls
from .errors import Kind, Refused, Unanswered, Unintelligible
from .exchange import Request
from .limits import Meter, Pace
from .logs import MAX_PAGES
from .token import TokenStore
from .wire import (
    EVENT_TYPES,
    Device,
    FactoryInfo,
    LogCursor,
    LogPage,
    Page,
    Probe,
    Specification,
    Status,
)

__all__ = ["Account", "Cloud", "Timeouts", "base_url"]

STATUS_BATCH = "GET /v1.0/iot-03/devices/status"
SPECIFICATION = "GET /v1.0/iot-03/devices/{id}/specification"  # carries names, the older one not
OLDER_SPECIFICATION = "GET /v1.0/devices/{id}/specifications"
NO_CHILDREN = {2003, 2009}  # "function not supported": the device is no gateway
NO_SUCH_CALL = 1108  # this data center does not offer the endpoint
T = TypeVar("T")


class _NotOffered(Exception):  # noqa: N818  it never leaves this module
    """This project's data center or subscription lacks a call."""


class Cloud:
    """One Tuya cloud project. Safe to share among threads; close it when done."""

    def __init__(
        self,
        account: Account,
        *,
        tokens: TokenStore,
        pace: Pace,
        meter: Meter,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.account = account
        self.lacks: set[str] = set()  # endpoints that this project was found not to have
        self._calls = Calls(
            account,
            tokens=tokens,
            pace=pace,
            meter=meter,
            transport=transport,
            clock=clock,
            sleep=sleep,
        )

    def __enter__(self) -> Self:
        """Use as a context manager, and the connections are closed."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        self.close()

    def close(self) -> None:
        """Close the connections."""
        self._calls.close()

    @property
    def offset_ms(self) -> int:
        """The vendor's clock minus ours, in ms, as the last answer said."""
        return self._calls.offset_ms

    @offset_ms.setter
    def offset_ms(self, offset: int) -> None:
        self._calls.offset_ms = offset

    # Reading.

    def test(self) -> Probe:
        """Fetch a token: proves id, secret and data center, and measures the way and our clock."""
        return self._calls.probe()

    def listing(self, discovery: str, known_ids: Iterable[str] = ()) -> Iterator[Page]:
        """Walk all devices by pages. `complete` on the last one: the walk truly ended."""
        return listing.walk(self._calls.ask, discovery, known_ids, self.device)

    def device(self, device_id: str) -> Device:
        """Read one device with its state."""
        found = wire.device(self._get("GET /v1.0/devices/{id}", device_id))
        return _readable(found, "a device", device_id)

    def status(self, device_id: str) -> tuple[Status, ...]:
        """Read one device's state."""
        found = wire.statuses(self._get("GET /v1.0/devices/{id}/status", device_id))
        return _readable(found, "a status", device_id)

    def statuses(self, ids: Iterable[str]) -> dict[str, tuple[Status, ...]]:
        """Read many devices' state, twenty a call; ids without an answer are absent."""
        found: dict[str, tuple[Status, ...]] = {}
        for batch in slices(list(dict.fromkeys(ids)), BATCH):
            for part in bisected(batch, self._status_batch):
                found |= part
        return found

    def logs(
        self,
        device_id: str,
        start_ms: int,
        end_ms: int,
        cursor: LogCursor | None = None,
        types: Iterable[int] = EVENT_TYPES,
    ) -> LogPage:
        """Read one page of logs, newest first as a rule."""
        edition = self.account.log_edition
        request = logs.request(
            device_id,
            _path("/v1.0/devices/{id}/logs", device_id),
            edition=edition,
            start_ms=start_ms,
            end_ms=end_ms,
            cursor=cursor,
            types=types,
        )
        return logs.page(self._calls.ask(request), edition=edition, device_id=device_id)

    def walk_logs(
        self,
        device_id: str,
        start_ms: int,
        end_ms: int,
        types: Iterable[int] = EVENT_TYPES,
        max_pages: int = MAX_PAGES,
    ) -> Iterator[LogPage]:
        """Walk a window's pages; the final one is `last` (read to the end) or says `why` not."""
        wanted = tuple(types)
        return logs.walk(
            lambda cursor: self.logs(device_id, start_ms, end_ms, cursor, wanted),
            max_pages=max_pages,
        )

    def sub_devices(self, device_id: str) -> tuple[Device, ...]:
        """Read a gateway's children; none for what is no gateway."""
        try:
            raw = self._get("GET /v1.0/devices/{id}/sub-devices", device_id)
        except Refused as error:
            if error.code in NO_CHILDREN:
                return ()
            raise
        items = _readable(
            raw if isinstance(raw, list) else None, "a list of sub-devices", device_id
        )
        return tuple(device for item in items if (device := wire.device(item)) is not None)

    def factory_infos(self, ids: Iterable[str]) -> dict[str, FactoryInfo]:
        """Read uuid, sn and mac by id, twenty a call; ids that may not be seen are absent."""
        batches = slices(list(dict.fromkeys(ids)), BATCH)
        parts = (part for batch in batches for part in bisected(batch, self._factory_batch))
        return {info.id: info for part in parts for info in part}

    def specification(self, device_id: str) -> Specification:
        """Read what this device's product can be told and what it reports."""
        try:
            raw = self._if_offered(SPECIFICATION, lambda: self._get(SPECIFICATION, device_id))
        except _NotOffered:
            raw = self._get(OLDER_SPECIFICATION, device_id)
        return _readable(wire.specification(raw), "a specification", device_id)

    # Writing: sent once, never repeated on silence.

    def rename(self, device_id: str, name: str) -> None:
        """Give a device a new name."""
        self._do("PUT /v1.0/devices/{id}", device_id, body=msgspec.json.encode({"name": name}))

    def remove(self, device_id: str) -> None:
        """Unbind a device from its account; the vendor keeps its data."""
        self._do("DELETE /v1.0/devices/{id}", device_id)

    def reset_factory(self, device_id: str) -> None:
        """Unbind a device and wipe it, on the device and in the vendor's cloud."""
        self._do("PUT /v1.0/devices/{id}/reset-factory", device_id)

    # Below: how.

    def _get(self, endpoint: str, device_id: str) -> wire.Json:
        request = Request(endpoint=endpoint, path=_path(endpoint, device_id), device_id=device_id)
        return self._calls.ask(request)

    def _do(self, endpoint: str, device_id: str, *, body: bytes = b"") -> None:
        request = Request(
            endpoint=endpoint, path=_path(endpoint, device_id), body=body, device_id=device_id
        )
        done = wire.flag(self._calls.ask(request))
        if done is None:
            raise Unanswered("success without a result", endpoint=endpoint, device_id=device_id)
        if not done:
            raise Refused(
                "the vendor answered result: false", endpoint=endpoint, device_id=device_id
            )

    def _if_offered(self, endpoint: str, call: Callable[[], wire.Json]) -> wire.Json:
        """Call what only some projects have, and remember where this one has not."""
        if endpoint in self.lacks:
            raise _NotOffered
        try:
            return call()
        except Refused as error:
            if error.kind is not Kind.FAMILY and error.code != NO_SUCH_CALL:
                raise
            self.lacks.add(endpoint)
            raise _NotOffered from error

    def _status_batch(self, ids: list[str]) -> dict[str, tuple[Status, ...]]:
        try:
            return _by_id(self._if_offered(STATUS_BATCH, lambda: self._batch(STATUS_BATCH, ids)))
        except _NotOffered:
            return self._status_singly(ids)

    def _status_singly(self, ids: list[str]) -> dict[str, tuple[Status, ...]]:
        found = {}
        for device_id in ids:
            try:
                found[device_id] = self.status(device_id)
            except Refused as error:
                if error.kind is not Kind.OBJECT:
                    raise
        return found

    def _factory_batch(self, ids: list[str]) -> list[FactoryInfo]:
        endpoint = "GET /v1.0/devices/factory-infos"
        raw = self._batch(endpoint, ids)
        if not isinstance(raw, list):
            raise Unintelligible("factory infos without a list", endpoint=endpoint)
        return [info for item in raw if (info := wire.factory_info(item)) is not None]

    def _batch(self, endpoint: str, ids: list[str]) -> wire.Json:
        path = endpoint.partition(" ")[2]
        return self._calls.ask(
            Request(endpoint=endpoint, path=path, query={"device_ids": ",".join(ids)})
        )


def _path(endpoint: str, device_id: str) -> str:
    """Build the template's path with the id in it."""
    return endpoint[endpoint.index("/") :].replace("{id}", wire.segment(device_id))


def _by_id(raw: wire.Json) -> dict[str, tuple[Status, ...]]:
    """Read a list of {id, status}, or the older map of id to status (as in the Go SDK)."""
    if isinstance(raw, dict):
        pairs = list(raw.items())
    elif isinstance(raw, list):
        pairs = [
            (wire.text(item.get("id")), item.get("status"))
            for item in raw
            if isinstance(item, dict)
        ]
    else:
        raise Unintelligible("statuses without a list", endpoint=STATUS_BATCH)
    read = ((device_id, wire.statuses(status)) for device_id, status in pairs)
    return {device_id: status for device_id, status in read if device_id and status is not None}


def _readable(found: T | None, what: str, device_id: str) -> T:
    if found is None:
        raise Unintelligible(f"an answer that is not {what}", device_id=device_id)
    return found
