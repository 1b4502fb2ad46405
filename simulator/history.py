"""Makes the log of the days before the start, backwards from the state at the start."""

from simulator.chance import count_for, dice
from simulator.device import (
    BY_APP,
    BY_DEVICE,
    OFFLINE,
    ONLINE,
    REPORTED,
    RESTARTED,
    SIGNAL,
    TIMER,
    UPGRADED,
    Device,
)
from simulator.product import DataPoint
from simulator.values import log_text, next_value

DAY_MS = 86_400_000
# Reports of one device a day: a quiet one, as most are.
REPORTS_A_DAY = 40.0
DROPS_A_DAY = 0.7
ODD_EVENTS = ((SIGNAL, 1.5), (RESTARTED, 0.1), (TIMER, 0.6), (UPGRADED, 0.03))


def write_history(device: Device, seed: int, start_ms: int) -> None:
    """Fill `device.rows` once; the newest row of a code carries the value at the start."""
    days, device.history_days = device.history_days, 0.0
    if days <= 0:
        return
    source = dice(seed, "history", device.ordinal)
    status, online = device.start or (device.status, device.online)
    device.start = None
    began = start_ms - int(days * DAY_MS)
    _reports(device, dict(status), source.randrange(1 << 30), (began, start_ms))
    _comings_and_goings(device, online, source.randrange(1 << 30), (began, start_ms))
    for event_id, rate in ODD_EVENTS:
        for _ in range(count_for(rate * days, source)):
            device.add_row(source.randrange(began, start_ms), event_id, BY_DEVICE)


def _reports(device: Device, values: dict[str, object], seed: int, span: tuple[int, int]) -> None:
    source = dice("reports", seed)
    points = [point for point in device.product.points if point.reported]
    if not points:
        return
    count = count_for(REPORTS_A_DAY * (span[1] - span[0]) / DAY_MS, source)
    for at in sorted((source.randrange(*span) for _ in range(count)), reverse=True):
        point = source.choice(points)
        value = values.get(point.code)
        device.add_row(at, REPORTED, _origin(point), code=point.code, value=log_text(value))
        values[point.code] = next_value(point, value, source)


def _origin(point: DataPoint) -> str:
    return BY_APP if point.writable else BY_DEVICE


def _comings_and_goings(device: Device, online: bool, seed: int, span: tuple[int, int]) -> None:
    source = dice("presence", seed)
    at = span[1]
    while True:
        at -= int(source.expovariate(1.0) * DAY_MS / DROPS_A_DAY / 2) + 1000
        if at < span[0]:
            return
        device.add_row(at, ONLINE if online else OFFLINE, BY_DEVICE)
        online = not online
