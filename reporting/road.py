"""The state of the road to USH: open, backing off, half open, parked or paused. Only decides.

Each function changes the fields of a Sink that its caller locked and will save.
"""

from datetime import datetime, timedelta
from random import Random

from django.utils.translation import gettext as _

from . import pace, phrases
from .models import Sink
from .outcomes import Outcome, Verdict, backoff
from .terms import Terms

FAILURES_TO_OPEN = 5  # in a row; from then on one small request at a time
MISMATCHES_TO_PARK = 3
PROBE_EVERY = timedelta(minutes=5)  # while parked
LONG_OUTAGE = timedelta(minutes=10)  # afterwards everything is told again


def closed(sink: Sink, now: datetime) -> str:
    """Say why nothing may be sent now; empty when it may."""
    if sink.paused:
        return _("paused by %(name)s") % {"name": sink.paused_by}
    if sink.next_try_at is not None and sink.next_try_at > now:
        return phrases.translated(sink.parked_reason) or _("waiting after a failure")
    return ""


def probing(sink: Sink) -> bool:
    """Say whether only one small request may try the road."""
    return bool(sink.parked_reason) or sink.failures >= FAILURES_TO_OPEN


def state(sink: Sink, now: datetime) -> str:
    """Name the state for people: healthy, paused, parked, broken, waiting."""
    if sink.paused:
        return "paused"
    if sink.parked_reason:
        return "parked"
    if sink.failures >= FAILURES_TO_OPEN:
        return "broken"
    return "waiting" if closed(sink, now) or sink.failures else "healthy"


def note(sink: Sink, verdict: Verdict, terms: Terms, now: datetime, chance: Random) -> None:
    """Draw the conclusion of one answer for the whole road."""
    match verdict.outcome:
        case Outcome.ACCEPTED:
            _opened(sink, terms, now)
        case Outcome.THROTTLED:
            sink.pace, sink.rising = pace.slower(sink.pace, terms.qps), False
            _wait(sink, now, verdict.wait or backoff(sink.failures + 1, chance))
        case Outcome.UNDELIVERED | Outcome.UNANSWERED | Outcome.TROUBLE:
            failed(sink, now, chance)
        case Outcome.CLOSED:
            _parked(sink, verdict.words, now)
        case Outcome.STRANGE:
            _mismatched(sink, verdict, now, chance)
        case _:  # too big, bad payload, refused, doubtful: about the request, not about the road
            return


def failed(sink: Sink, now: datetime, chance: Random) -> None:
    """Count a failure of the road itself and wait before the next request."""
    sink.failures += 1
    _wait(sink, now, backoff(sink.failures, chance))


def _opened(sink: Sink, terms: Terms, now: datetime) -> None:
    if probing(sink):
        sink.next_try_at = None  # else a Retry-After that another request brought stays
        sink.pace = pace.first(sink.pace, terms.qps)
        sink.rising = sink.pace is not None
    elif sink.rising:
        sink.pace = pace.doubled(sink.pace, terms.qps)
        sink.rising = sink.pace is not None
    else:
        sink.pace = pace.faster(sink.pace, terms.qps)
    sink.failures = sink.mismatches = 0
    sink.parked_reason = ""
    sink.outage_since = None
    sink.last_ok_at = now


def _mismatched(sink: Sink, verdict: Verdict, now: datetime, chance: Random) -> None:
    sink.mismatches += 1
    if sink.mismatches >= MISMATCHES_TO_PARK:
        _parked(sink, f"format_mismatch: {verdict.words}", now)
    else:
        _wait(sink, now, backoff(sink.mismatches, chance))


def _parked(sink: Sink, reason: str, now: datetime) -> None:
    sink.parked_reason = reason[:300]
    _wait(sink, now, PROBE_EVERY)


def _wait(sink: Sink, now: datetime, wait: timedelta) -> None:
    sink.outage_since = sink.outage_since or now
    standing = None if probing(sink) else sink.next_try_at
    sink.next_try_at = max(standing or now, now + wait)
