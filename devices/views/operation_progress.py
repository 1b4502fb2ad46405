"""How far an operation is and how each device ended, as its page shows it. Reads only."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Count
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from devices.models import Operation, OperationItem
from devices.plans import CALLS
from devices.tuya.errors import explain
from pages.moments import span

Outcome = OperationItem.Outcome

# In the order of a device's way through an operation: what is proven first, what never went last.
ORDER = (
    Outcome.CONFIRMED,
    Outcome.ACCEPTED,
    Outcome.SENT,
    Outcome.QUEUED,
    Outcome.UNKNOWN,
    Outcome.UNCONFIRMED,
    Outcome.REFUSED,
    Outcome.SKIPPED,
    Outcome.CANCELLED,
)
OVER = frozenset(
    {
        Operation.State.FINISHED,
        Operation.State.STOPPED,
        Operation.State.CANCELLED,
        Operation.State.REJECTED,
    }
)

# What a person can do about an outcome; a vendor's code brings its own advice.
NEXT_STEPS = {
    Outcome.UNKNOWN: lambda: _("Wait: Fleet looks for the proof and asks nothing twice."),
    Outcome.UNCONFIRMED: lambda: _("Look at the device itself before asking again."),
    Outcome.ACCEPTED: lambda: _("The cloud agreed; Fleet waits for the proof."),
}


@dataclass(frozen=True, slots=True)
class Segment:
    """One stretch of the progress bar, in per cent."""

    outcome: str
    label: str
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Progress:
    """Where an operation stands."""

    total: int
    counts: dict[str, int]
    segments: tuple[Segment, ...]

    @property
    def queued(self) -> int:
        """How many devices were not asked for yet."""
        return self.counts.get(Outcome.QUEUED, 0)

    @property
    def refused(self) -> int:
        """How many can be tried again."""
        return self.counts.get(Outcome.REFUSED, 0)

    @property
    def gone(self) -> int:
        """How many calls have left and cannot be recalled."""
        kept = {Outcome.QUEUED, Outcome.SKIPPED, Outcome.CANCELLED}
        return sum(count for outcome, count in self.counts.items() if outcome not in kept)


@dataclass(frozen=True, slots=True)
class Result:
    """One device of the table."""

    item: OperationItem
    label: str
    meaning: str
    advice: str
    proof: str


def progress(operations: Sequence[Operation]) -> dict[int, Progress]:
    """Return where each operation stands, in one query."""
    rows = (
        OperationItem.objects.filter(operation__in=operations)
        .order_by()
        .values_list("operation_id", "outcome")
        .annotate(count=Count("pk"))
    )
    counts: dict[int, dict[str, int]] = defaultdict(dict)
    for operation_id, outcome, count in rows:
        counts[operation_id][outcome] = count
    return {operation.pk: _progress(counts[operation.pk]) for operation in operations}


def _progress(counts: dict[str, int]) -> Progress:
    total = sum(counts.values())
    segments, x = [], 0.0
    for outcome in ORDER:
        count = counts.get(outcome, 0)
        if count:
            width = count * 100 / total
            segments.append(
                Segment(outcome.value, str(outcome.label), count, round(x, 3), round(width, 3))
            )
            x += width
    return Progress(total, counts, tuple(segments))


def time_left(operation: Operation, queued: int) -> timedelta | None:
    """Return how long the rest takes at its pace and the quota; None when nothing is running."""
    if operation.state != Operation.State.RUNNING or not queued:
        return None
    by_quota = queued * CALLS[Operation.Kind(operation.kind)] / settings.TUYA_QPS
    pace = operation.pace_per_minute
    return timedelta(seconds=max(by_quota, queued * 60 / pace if pace else 0))


def results(items: Iterable[OperationItem], language: str) -> list[Result]:
    """Return the rows of the table."""
    return [_result(item, language) for item in items]


def _result(item: OperationItem, language: str) -> Result:
    chinese = language.startswith("zh")
    known = explain(item.vendor_code) if item.vendor_code is not None else None
    step = NEXT_STEPS.get(Outcome(item.outcome))
    advice = step() if step else ""
    if item.outcome == Outcome.QUEUED and _is_waited_for(item):
        advice = _("It waits until it is online.")
    if known and item.outcome == Outcome.REFUSED:
        advice = known.advice_zh if chinese else known.advice_en
    meaning = (known.meaning_zh if chinese else known.meaning_en) if known else ""
    return Result(item, str(Outcome(item.outcome).label), meaning, advice, proof_words(item.proof))


def _is_waited_for(item: OperationItem) -> bool:
    return item.operation.offline == Operation.Offline.WAIT and item.device.online is False


def proof_words(proof: dict[str, Any]) -> str:
    """Say what proves it; the shapes are those of `devices.proof`."""
    kind = proof.get("kind")
    if kind == "detail":
        return _("The cloud answers the new name.")
    if kind == "log":
        return _("The device's own log tells of the reset.")
    if kind == "absence":
        return _("The cloud denies the device (%(code)s) and no longer lists it.") % {
            "code": proof.get("code")
        }
    return ""


def proof_time(proof: dict[str, Any]) -> datetime | None:
    """Return the time of the log row that proves it, if a row does."""
    text = proof.get("event_time")
    return datetime.fromisoformat(text) if isinstance(text, str) else None


def left_words(left: timedelta | None) -> str:
    """Say how long is left."""
    return _("about %s left") % span(left) if left else ""


def title(operation: Operation, total: int) -> str:
    """Say what was asked in one phrase."""
    kinds = {
        Operation.Kind.RENAME: ngettext("Rename %d device", "Rename %d devices", total),
        Operation.Kind.REMOVE: ngettext("Remove %d device", "Remove %d devices", total),
        Operation.Kind.FACTORY_RESET: ngettext(
            "Factory reset of %d device", "Factory reset of %d devices", total
        ),
    }
    return kinds[Operation.Kind(operation.kind)] % total
