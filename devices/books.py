"""What the books of one device's log say at a moment: proven, unread, or lost by now and why.

What the vendor has forgotten unread is lost whether or not a worker came by to write it off.
Reads rows; writes none.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext_noop

from . import coverage, series
from .coverage import Interval, Ledger
from .events import millis
from .models import Coverage, Device, LetGo
from .querysets import REPORT

# The free edition keeps 7 days (doc Kacpq0nn1bioy).
RETENTION = timedelta(days=7)
FORGOTTEN_BY_VENDOR = gettext_noop("The vendor keeps logs for 7 days; this was not read in time.")
NOT_READ = gettext_noop("It was retired: its log was not read while the vendor kept it.")
NO_LOG = gettext_noop("The cloud says that it keeps no log of this device.")


@dataclass(frozen=True, slots=True)
class Books:
    """A ledger as it stands at `now`. History is owed from `since` on, until the device `left`."""

    ledger: Ledger
    since: int
    now: int
    left: int | None = None

    def unread(self, start: int | None = None, end: int | None = None) -> tuple[Interval, ...]:
        """Return what can still be read, of all that is owed or of [start, end)."""
        first = self.since if start is None else max(start, self.since)
        last = self.owed_to if end is None else min(end, self.owed_to)
        return coverage.unread(self.ledger, first, last)

    @property
    def next_loss_at(self) -> int | None:
        """Return when the vendor drops the oldest unread moment; None: nothing is at stake."""
        kept = RETENTION // timedelta(milliseconds=1)
        return coverage.next_loss_at(self.ledger, self.since, self.owed_to, kept)

    @property
    def owed_to(self) -> int:
        """Return up to when there is something to read."""
        return self.now if self.left is None else min(self.now, self.left)


def of(device: Device, now: datetime, *, left_at: datetime | None = None) -> Books:
    """Return the books of a device as they stand now. Of what has left, nothing more is owed.

    Whoever comes `with_books` has both rows at hand; else they are asked for. What was proven once
    and deleted by retention since is held no more. `left_at` is for a device that another one
    continues: it has left then, whatever the cloud says of it.
    """
    owed, gone = _kept(device)
    since = millis(owed.since if owed else device.first_seen_at)
    at = device.state_since if device.state == Device.State.REMOVED else left_at
    left = millis(at) if at else None
    edge = millis(now - RETENTION)
    edge = edge if left is None else min(edge, left)
    ledger = written_off(device, stored(owed), since, edge)
    if gone:
        ledger = coverage.let_go(ledger, millis(gone), series.LET_GO)
    return Books(ledger, since, millis(now), left)


def stored(owed: Coverage | None) -> Ledger:
    """Return what the workers entered; no row is an empty ledger."""
    return coverage.from_json({"complete": owed.complete, "lost": owed.lost} if owed else None)


def written_off(device: Device, ledger: Ledger, since: int, edge: int) -> Ledger:
    """Enter as lost, each with its reason, what was not read before the vendor's store ended.

    Of who is retired: what was past when it retired is nobody's choice.
    """
    if not device.logs_supported:
        return coverage.lose(ledger, edge, since, NO_LOG)
    if device.retired_at:
        past = min(edge, millis(device.retired_at - RETENTION))
        ledger = coverage.lose(ledger, past, since, FORGOTTEN_BY_VENDOR)
        return coverage.lose(ledger, edge, since, NOT_READ)
    return coverage.lose(ledger, edge, since, FORGOTTEN_BY_VENDOR)


def _kept(device: Device) -> tuple[Coverage | None, datetime | None]:
    if "let_go_before" in vars(device):
        return getattr(device, "coverage", None), device.let_go_before
    gone = LetGo.objects.filter(pk=REPORT).values_list("before", flat=True).first()
    return Coverage.objects.filter(device=device).first(), gone
