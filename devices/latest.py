"""What newer events, of a log or of the message feed, change of a device's mirrored state."""

from datetime import datetime

from pages import live
from reporting import outbox

from . import intake
from .events import Event, moment
from .intake import OFFLINE, ONLINE, REPORTED
from .models import Device, Provenance


def bring_up_to_date(device: Device, events: list[Event], seen: int, now: datetime) -> None:
    """Let newer events change the mirrored state; older ones are history only.

    `seen`: when the last complete look began, by the vendor's clock. What it has already seen is
    older than that look, whatever its stamp says.
    """
    fresh = [one for one in events if one.at > seen]
    changed = [one for one in _newest_by_code(fresh) if _is_newer(device, one)]
    for one in changed:
        intake.set_value(device, one.code, one.value, one.at, Provenance(one.provenance), now)
    dated = [one for one in _newest_by_code(events) if _dates(device, one)]
    for one in dated:
        device.stamps[one.code] = [one.at, device.stamps[one.code][1], int(one.provenance)]
    switched = _online(device, fresh)
    newest = max((moment(one.at) for one in events), default=None)
    if newest and (device.last_event_at is None or newest > device.last_event_at):
        device.last_event_at = newest
    elif not (changed or dated or switched):
        return
    if changed or switched:
        device.listing_digest = b""  # the next list is compared in full again
    device.save(
        update_fields=(
            "status", "stamps", "online", "online_since", "last_event_at", "listing_digest",
        )
    )  # fmt: skip
    if changed and device.retired_at is None:
        outbox.take([intake.letter(device)], now)
    live.announce("devices", [device.device_id])


def _newest_by_code(events: list[Event]) -> list[Event]:
    newest: dict[str, Event] = {}
    for one in sorted(events, key=lambda event: event.at):
        if one.event_id == REPORTED and one.code:
            newest[one.code] = one
    return list(newest.values())


def _is_newer(device: Device, one: Event) -> bool:
    """Whether a row may change the state: newer, another value, and typed as the state is typed.

    The log sends text; where no specification says how to read it, the next list will tell.
    """
    if one.code not in device.status:
        return False
    stamp, value = device.stamps.get(one.code, [0])[0], device.status[one.code]
    return one.at > stamp and type(one.value) is type(value) and one.value != value


def _dates(device: Device, one: Event) -> bool:
    """Whether a row tells since when the present value holds, which a poll could only bound."""
    stamp = device.stamps.get(one.code)
    if stamp is None or stamp[2] not in {Provenance.POLL, Provenance.INFERRED}:
        return False
    value = device.status.get(one.code)
    return one.at <= stamp[0] and type(one.value) is type(value) and one.value == value


def _online(device: Device, events: list[Event]) -> bool:
    switches = [one for one in events if one.event_id in {ONLINE, OFFLINE}]
    if not switches:
        return False
    last = max(switches, key=lambda one: one.at)
    online, since = last.event_id == ONLINE, moment(last.at)
    if online == device.online or (device.online_since and since < device.online_since):
        return False
    device.online, device.online_since = online, since
    return True
