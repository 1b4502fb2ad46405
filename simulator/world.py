"""The devices as they truly are, and the only hands that change them. Knows nothing of HTTP."""

import threading
from collections.abc import Callable, Iterable

from simulator import catalog
from simulator.chance import dice
from simulator.clock import Clock
from simulator.device import (
    ACTIVATED,
    BY_APP,
    BY_DEVICE,
    OFFLINE,
    ONLINE,
    REPORTED,
    RESET,
    RETENTION_MS,
    Device,
    LogRow,
)
from simulator.history import write_history
from simulator.options import Options
from simulator.population import local_key, people, uids
from simulator.product import Product, read_products
from simulator.values import log_text

Listener = Callable[[str, Device, dict[str, object], int], None]


class World:
    """Every method may be called from any thread; readers of many devices hold `lock` meanwhile."""

    def __init__(self, options: Options, clock: Clock) -> None:
        """Build the fleet that `options` describe."""
        self.lock = threading.RLock()
        self.options = options
        self.clock = clock
        self.started_ms = clock.now_ms()
        self.products = _products(options)
        self.uids = uids(options)
        self.devices = {
            device.id: device for device in people(options, self.products, self.started_ms)
        }
        self._present: list[Device] | None = None
        # Told of every change as it happens, under the lock: what, whose, the words, when.
        self.listeners: list[Listener] = []

    def present(self) -> list[Device]:
        """Return the devices of the account, in the order in which they joined it."""
        with self.lock:
            if self._present is None:
                self._present = [device for device in self.devices.values() if device.gone is None]
            return self._present

    def rows(self, device_id: str) -> list[LogRow]:
        """Return the log of one device, oldest first, as far back as the cloud keeps it."""
        with self.lock:
            device = self.devices[device_id]
            if device.history_days:
                write_history(device, self.options.seed, self.started_ms)
            device.forget_before(self.clock.now_ms() - RETENTION_MS)
            return device.rows

    def log(
        self,
        device_id: str,
        event_id: int,
        source: str = BY_DEVICE,
        *,
        code: str | None = None,
        value: str | None = None,
        at: int | None = None,
    ) -> LogRow:
        """Write one log row; `at` in the past makes a late arrival."""
        with self.lock:
            self.devices[device_id].remember_start()
            moment = self.clock.now_ms() if at is None else at
            return self.devices[device_id].add_row(moment, event_id, source, code=code, value=value)

    def report(
        self,
        device_id: str,
        code: str,
        value: object,
        source: str = BY_DEVICE,
        *,
        at: int | None = None,
    ) -> LogRow:
        """Let a data point take a value: the state changes and the log says so."""
        with self.lock:
            device = self.devices[device_id]
            device.remember_start()
            device.status[code] = value
            device.updated_s = (self.clock.now_ms() if at is None else at) // 1000
            row = self.log(device_id, REPORTED, source, code=code, value=log_text(value), at=at)
            self._tell("status", device, row.at, code=code, value=value)
            return row

    def set_online(self, device_id: str, *, online: bool, at: int | None = None) -> None:
        """Connect or disconnect a device; doing it twice says nothing twice."""
        with self.lock:
            device = self.devices[device_id]
            if device.online != online:
                device.remember_start()
                device.online = online
                row = self.log(device_id, ONLINE if online else OFFLINE, BY_DEVICE, at=at)
                self._tell("online" if online else "offline", device, row.at)

    def rename(self, device_id: str, name: str) -> None:
        """Rename; the log has no event for it."""
        with self.lock:
            device = self.devices[device_id]
            device.name = name
            self._tell("nameUpdate", device, self.clock.now_ms(), name=name)

    def reset(self, device_id: str, source: str, *, at: int | None = None) -> None:
        """Reset to factory state: the device leaves the account and forgets everything."""
        self._leave(device_id, "reset", source, at)

    def remove(self, device_id: str, source: str, *, at: int | None = None) -> None:
        """Take the device out of the account; its data stay behind."""
        self._leave(device_id, "removed", source, at)

    def repair(self, device_id: str, *, at: int | None = None) -> None:
        """Pair a device again: same id, new key; after a reset the cloud has lost its old log."""
        with self.lock:
            device = self.devices[device_id]
            if device.gone == "reset":
                device.rows.clear()
                device.history_days, device.start = 0.0, None
            device.gone, device.online, self._present = None, True, None
            device.active_s = (self.clock.now_ms() if at is None else at) // 1000
            device.local_key = local_key(dice(self.options.seed, device_id, device.active_s))
            self.log(device_id, ACTIVATED, BY_APP, at=at)
            row = self.log(device_id, ONLINE, BY_DEVICE, at=at)
            self._tell("bindUser", device, row.at)
            self._tell("online", device, row.at)

    def children(self, gateway_id: str) -> list[Device]:
        """Return the devices that hang off a gateway."""
        return [device for device in self.present() if device.gateway == gateway_id]

    def _leave(self, device_id: str, how: str, source: str, at: int | None) -> None:
        with self.lock:
            device = self.devices[device_id]
            if device.gone is not None:
                return
            row = self.log(device_id, RESET, source, at=at)
            device.gone, device.online, self._present = how, False, None
            self._tell("delete", device, row.at)

    def _tell(self, what: str, device: Device, at: int, **said: object) -> None:
        for listener in self.listeners:
            listener(what, device, said, at)


def _products(options: Options) -> list[Product]:
    chosen = options.products
    if chosen is None:
        return catalog.PRODUCTS
    if isinstance(chosen, Iterable) and not isinstance(chosen, str):
        return list(chosen)
    return read_products(chosen)
