"""Writes what an answer means: for the cells, for the road, and the report. One transaction, short.

Who lost the lease meanwhile acknowledges nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from pages import live

from . import claim, road
from . import receipt as receipts
from .claim import Lease
from .held import Held
from .models import Cell, Report, Sink
from .outcomes import SUSPICIOUS, Outcome, Verdict, backoff
from .sending import Desk, Sent
from .terms import SINK
from .ush.wire import Format

QUARANTINE_FIRST, QUARANTINE_LONGEST = timedelta(hours=1), timedelta(hours=24)
LONGEST_KEPT = 16_384  # characters of a request body in a report

LOST = """
UPDATE reporting_cell SET confirm = true, acked_known = false,
    version = version + (version = acked_version)::int, next_try_at = %(now)s
WHERE id = ANY(%(ids)s)
"""


def write(desk: Desk, lease: Lease, sent: Sent, *, hold: bool = False) -> bool:
    """Write one answer. `hold` keeps the lease for the next request. False: the lease was lost."""
    now = desk.clock()
    report = _report(desk, sent, now)
    if sent.verdict.outcome is Outcome.ACCEPTED and sent.kind != Report.Kind.CANARY:
        longer = claim.LEASE if hold else timedelta(0)
        receipt = receipts.write(lease, sent, report, now, desk.terms.window, longer)
        if receipt.ours:
            if not receipt.calm:
                _road(desk, sent, now)
            return True
    return _write(desk, lease, sent, report, now, hold=hold)


def _write(
    desk: Desk, lease: Lease, sent: Sent, report: dict[str, Any], now: datetime, *, hold: bool
) -> bool:
    with transaction.atomic():
        ours = claim.renew(lease, now) if hold else claim.release(lease, now)
        _lock(sent.cells)
        if ours:
            _cells(desk, sent, now)
        else:
            _run(LOST, {"ids": _ids(sent.cells), "now": now})
        _road(desk, sent, now)
        Report.objects.create(sink_id=SINK, **report)
        live.announce("delivery", {cell.device_key for cell in sent.cells})
    return ours


def quarantine(desk: Desk, cell: Held, verdict: Verdict) -> None:
    """Keep a cell that USH refuses alone away from the others; try it again later, alone.

    A value that is newer than the refused one is tried at once.
    """
    now = desk.clock()
    with transaction.atomic():
        row = Cell.objects.filter(pk=cell.pk, version__gt=F("acked_version"))
        row.update(
            lane=Cell.Lane.QUARANTINE,
            attempts=1,
            last_error=verdict.words,
            last_http=verdict.status,
            next_try_at=now + QUARANTINE_FIRST,
        )
        row.filter(version__gt=cell.version).update(next_try_at=now)
        live.announce("delivery", [cell.device_key])


def suspect(cells: Sequence[Held]) -> None:
    """Let cells of a refused batch ride apart until each is proven."""
    with transaction.atomic():
        _lock(cells)
        Cell.objects.filter(pk__in=_ids(cells), lane=Cell.Lane.HEALTHY).update(
            lane=Cell.Lane.SUSPECT
        )


def blame_nobody(desk: Desk, cells: Sequence[Held]) -> None:
    """Take it as a failure of the road: everything waits, no cell is worse than before."""
    now = desk.clock()
    with transaction.atomic():
        _lock(cells)
        rows = Cell.objects.filter(pk__in=_ids(cells))
        rows.filter(lane=Cell.Lane.SUSPECT).update(lane=Cell.Lane.HEALTHY)
        sink = Sink.objects.select_for_update(no_key=True).get(pk=SINK)
        road.failed(sink, now, desk.chance)
        sink.save()


def _cells(desk: Desk, sent: Sent, now: datetime) -> None:
    if sent.kind == Report.Kind.CANARY:
        return
    match sent.verdict.outcome:
        case Outcome.UNDELIVERED:
            _restore(sent)
        case outcome if outcome in SUSPICIOUS:
            _blame(desk, sent, now)
        case outcome:
            _mark(sent, confirm=outcome is Outcome.UNANSWERED)


def _restore(sent: Sent) -> None:
    """Nothing left the house: what was known of USH is known still."""
    known = [cell.pk for cell in sent.cells if cell.acked_known and not cell.in_flight]
    _mark(sent, confirm=False)
    Cell.objects.filter(pk__in=known).update(acked_known=True)


def _mark(sent: Sent, *, confirm: bool) -> None:
    rows = Cell.objects.filter(pk__in=_ids(sent.cells))
    rows.update(in_flight=False, last_error=sent.verdict.words, last_http=sent.verdict.status)
    if confirm:
        rows.update(confirm=True)


def _blame(desk: Desk, sent: Sent, now: datetime) -> None:
    """Count a refusal; the lane says how long to wait before the same is tried again."""
    _mark(sent, confirm=False)
    attempts = max(cell.attempts for cell in sent.cells) + 1
    wait = backoff(attempts, desk.chance)
    if sent.kind == Report.Kind.QUARANTINE:
        wait = min(QUARANTINE_FIRST * 2 ** min(attempts - 1, 5), QUARANTINE_LONGEST)
    rows = Cell.objects.filter(pk__in=_ids(sent.cells))
    rows.update(attempts=F("attempts") + 1, next_try_at=now + wait)
    if sent.kind == Report.Kind.QUARANTINE:  # a value that is new is not the one that was refused
        rows.filter(version__gt=sent.cells[0].version).update(next_try_at=now)


def _road(desk: Desk, sent: Sent, now: datetime) -> None:
    with transaction.atomic():
        sink = Sink.objects.select_for_update(no_key=True).get(pk=SINK)
        road.note(sink, sent.verdict, desk.terms, now, desk.chance)
        if sent.verdict.outcome is Outcome.TOO_BIG and sent.devices > 1:
            sink.max_devices = max(1, sent.devices // 2)
        sink.save()


def _report(desk: Desk, sent: Sent, now: datetime) -> dict[str, Any]:
    verdict = sent.verdict
    accepted = verdict.outcome is Outcome.ACCEPTED and sent.kind != Report.Kind.CANARY
    lag = max(now - cell.first_dirty_at for cell in sent.cells) if accepted else None
    return {
        "kind": str(sent.kind),
        "sent_at": sent.at,
        "took_ms": round(sent.took.total_seconds() * 1000),
        "devices": sent.devices,
        "cells": len(sent.cells),
        "outcome": verdict.outcome.letter,
        "meaning": verdict.words[:300],
        "http_status": verdict.status,
        "code": (verdict.reply.code or "")[:40],
        "business_code": verdict.reply.business_code[:100],
        "business_message": verdict.reply.business_message[:300],
        "lag_ms": None if lag is None else round(lag.total_seconds() * 1000),
        "request_body": _redacted(desk, sent.body),
        "answer_head": verdict.head,
    }


def _redacted(desk: Desk, body: bytes) -> str:
    """Keep the request for people, without the operator's channel code."""
    text = body.decode()
    if desk.terms.format is Format.ENVELOPE and desk.terms.source_code:
        text = text.replace(desk.terms.source_code, "***")
    return text[:LONGEST_KEPT]


def _ids(cells: Sequence[Held]) -> list[int]:
    return [cell.pk for cell in cells]


def _lock(cells: Sequence[Held]) -> None:
    """Lock in the order that everyone keeps; a device that left meanwhile has no rows to lock."""
    rows = Cell.objects.select_for_update(no_key=True).filter(pk__in=_ids(cells))
    list(rows.order_by("ush_device_id", "property").values_list("pk"))


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
