"""Life by seed: switches are pressed, readings drift, devices drop off, come back, are renamed."""

import heapq
import math
from collections.abc import Callable

from simulator.chance import dice
from simulator.device import (
    BY_APP,
    BY_DEVICE,
    RESET_IN_APP,
    RESTARTED,
    SIGNAL,
    TIMER,
    UPGRADED,
    Device,
)
from simulator.product import DataPoint
from simulator.values import next_value, odd_value
from simulator.world import World

# Events of one device an hour at activity 1.
EVENTS_AN_HOUR = 30.0
HOUR_MS = 3_600_000
MEAN_ABSENCE_MS = 4 * 60_000
MEAN_UNPAIRED_MS = 15 * 60_000
ODD_VALUES = 1 / 400

Later = Callable[[str, int], None]


class Activity:
    """Events on the world's time line; the same seed and the same times give the same life."""

    def __init__(self, world: World, activity: float) -> None:
        """Plan the first event. An activity of 0 never has one."""
        self._world = world
        self._dice = dice(world.options.seed, "activity")
        self._rate = activity * EVENTS_AN_HOUR * len(world.devices) / HOUR_MS
        self._next_ms = float(world.started_ms)
        # A heap: when, a number that keeps equal moments apart, to whom, what.
        self._later: list[tuple[float, int, str, Later]] = []
        self._promises = 0
        # What may happen and how often, in parts.
        self._deeds: list[tuple[Callable[[Device], None], float]] = [
            (self._drift, 720),
            (self._press, 230),
            (self._drop, 12),
            (self._signal, 20),
            (self._timer, 10),
            (self._restart, 3),
            (self._upgrade, 1),
            (self._rename, 1),
            (self._reset, 0.1),
        ]
        self._plan()

    def run_until(self, now_ms: int) -> int:
        """Let everything happen that is due; say how many events that were."""
        count = 0
        with self._world.lock:
            while (moment := self._next_moment()) <= now_ms:
                count += 1
                if self._later and self._later[0][0] == moment:
                    at, _, device_id, deed = heapq.heappop(self._later)
                    deed(device_id, int(at))
                else:
                    self._happen()
                    self._plan()
        return count

    def _next_moment(self) -> float:
        return min(
            self._next_ms if self._rate else math.inf,
            self._later[0][0] if self._later else math.inf,
        )

    def _promise(self, mean_ms: float, device_id: str, deed: Later) -> None:
        """Plan what follows of itself after a while, such as a return."""
        self._promises += 1
        at = self._next_ms + self._dice.expovariate(1 / mean_ms)
        heapq.heappush(self._later, (at, self._promises, device_id, deed))

    def _plan(self) -> None:
        if self._rate:
            self._next_ms += self._dice.expovariate(self._rate)

    def _happen(self) -> None:
        present = self._world.present()
        if not present:
            return
        device = self._dice.choice(present)
        deeds, weights = zip(*self._deeds, strict=True)
        deed = self._dice.choices(deeds, weights)[0]
        if device.online:
            deed(device)

    def _change(self, device: Device, points: list[DataPoint], source: str) -> None:
        if not points:
            return
        point = self._dice.choice(points)
        odd = self._dice.random() < ODD_VALUES
        make = (
            odd_value(point, self._dice)
            if odd
            else next_value(point, device.status.get(point.code), self._dice)
        )
        self._world.report(device.id, point.code, make, source, at=int(self._next_ms))

    def _drift(self, device: Device) -> None:
        measured = [point for point in device.product.points if not point.writable]
        self._change(device, measured, BY_DEVICE)

    def _press(self, device: Device) -> None:
        handles = [point for point in device.product.points if point.writable and point.reported]
        switches = [point for point in handles if point.kind.lower() in ("boolean", "bool")]
        by_hand = self._dice.random() < 0.3  # noqa: PLR2004 - the rest use the app
        self._change(device, switches or handles, BY_DEVICE if by_hand else BY_APP)

    def _drop(self, device: Device) -> None:
        self._world.set_online(device.id, online=False, at=int(self._next_ms))
        self._promise(MEAN_ABSENCE_MS, device.id, self._return)

    def _return(self, device_id: str, at: int) -> None:
        if self._world.devices[device_id].gone is None:
            self._world.set_online(device_id, online=True, at=at)

    def _pair(self, device_id: str, at: int) -> None:
        self._world.repair(device_id, at=at)

    def _note(self, device: Device, event_id: int) -> None:
        self._world.log(device.id, event_id, BY_DEVICE, at=int(self._next_ms))

    def _signal(self, device: Device) -> None:
        self._note(device, SIGNAL)

    def _timer(self, device: Device) -> None:
        self._note(device, TIMER)

    def _restart(self, device: Device) -> None:
        self._note(device, RESTARTED)

    def _upgrade(self, device: Device) -> None:
        self._note(device, UPGRADED)

    def _rename(self, device: Device) -> None:
        number = self._dice.randint(2, 9)
        self._world.rename(device.id, f"{device.name.rstrip(' 0123456789')} {number}")

    def _reset(self, device: Device) -> None:
        if device.product.gateway:
            return
        self._world.reset(device.id, RESET_IN_APP, at=int(self._next_ms))
        self._promise(MEAN_UNPAIRED_MS, device.id, self._pair)
