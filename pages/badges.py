"""States as every page shows them: a shape, a word and a colour, never the colour alone."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy as _p


class Badge(NamedTuple):
    """One state: its word, its icon and its tone (good, quiet, busy, warn, bad)."""

    word: str | Promise
    icon: str
    tone: str


BADGES = {
    # a device
    "online": Badge(_("Online"), "dot", "good"),
    "offline": Badge(_("Offline"), "circle", "quiet"),
    "unknown": Badge(_("Unknown"), "circle-dashed", "quiet"),
    "stale": Badge(_("Stale"), "clock", "warn"),
    "missing": Badge(_("Missing"), "help-circle", "warn"),
    "removed": Badge(_("Removed"), "circle-off", "quiet"),
    "retired": Badge(_("Retired"), "archive", "quiet"),
    "resetting": Badge(_("Resetting"), "loader-2", "busy"),
    # an operation and its items
    "requested": Badge(_("Requested"), "clock", "busy"),
    "awaiting_approval": Badge(_("Awaiting approval"), "user-question", "warn"),
    "scheduled": Badge(_("Scheduled"), "clock", "busy"),
    "cooling_off": Badge(_("Cooling off"), "hourglass", "busy"),
    "running": Badge(_("Running"), "loader-2", "busy"),
    "pausing": Badge(_("Pausing"), "player-pause", "warn"),
    "paused": Badge(_("Paused"), "player-pause", "warn"),
    "cancelling": Badge(_("Cancelling"), "circle-x", "warn"),
    "finished": Badge(_("Finished"), "circle-check", "good"),
    "finished_with_failures": Badge(_("Finished with failures"), "alert-triangle", "bad"),
    "stopped": Badge(_("Stopped by its rule"), "hand-stop", "bad"),
    "rejected": Badge(_("Rejected"), "circle-x", "quiet"),
    "expired": Badge(_("Expired"), "clock-off", "quiet"),
    "queued": Badge(_("Queued"), "clock", "quiet"),
    "sent": Badge(_("Sent"), "send", "busy"),
    "accepted": Badge(_("Accepted"), "check", "busy"),
    "confirmed": Badge(_("Confirmed"), "circle-check", "good"),
    "unconfirmed": Badge(_("Unconfirmed"), "help-circle", "warn"),
    "refused": Badge(_("Refused"), "circle-x", "bad"),
    "skipped": Badge(_("Skipped"), "player-skip-forward", "quiet"),
    "cancelled": Badge(_("Cancelled"), "circle-off", "quiet"),
    # delivery and the clouds
    "healthy": Badge(_("Healthy"), "circle-check", "good"),
    "waiting": Badge(_("Waiting"), "clock", "busy"),
    "suspect": Badge(_("Suspect"), "alert-triangle", "warn"),
    "quarantine": Badge(_("Quarantine"), "barrier-block", "bad"),
    "discarded": Badge(_("Discarded"), "circle-off", "quiet"),
    "delivered": Badge(_("Delivered"), "check", "quiet"),
    "parked": Badge(_("Parked"), "plug-connected-x", "bad"),
    "done": Badge(_("Done"), "circle-check", "good"),
    "failed": Badge(_("Failed"), "circle-x", "bad"),
    "incomplete": Badge(_("Incomplete"), "alert-triangle", "warn"),
    "complete": Badge(_p("run", "Complete"), "check", "quiet"),
}


def badge(state: str) -> Badge:
    """Return the badge of a state; one that has no entry is shown under its own name."""
    return BADGES.get(state) or Badge(
        state.replace("_", " ").capitalize(), "circle-dashed", "quiet"
    )
