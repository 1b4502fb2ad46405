"""Writes what an answer means: for the cells, for the road, and the report. One transaction, short.

Acknowledges by comparing versions only: a value that changed while its request was away stays
dirty. Who lost the lease meanwhile acknowledges nothing.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.db.models import F

from pages import live

from . import claim, road
from .cells import NEAR, SETTLE
from .claim import Lease
from .models import Cell, Report, Sink
from .outcomes import SUSPICIOUS, Outcome, Verdict, backoff
from .sending import Desk, Sent
from .terms import SINK
from .ush.wire import Format

CONFIRM_AFTER = timedelta(seconds=20)  # twice the read timeout: a lost request may be applied late
QUARANTINE_FIRST, QUARANTINE_LONGEST = timedelta(hours=1), timedelta(hours=24)
LONGEST_KEPT = 16_384  # characters of a request body in a report

_NEAR_TOLD = NEAR.format(one="cell.value", other="told.value")
# What was told is acknowledged. If it changed meanwhile and changed back, it is clean again. A cell
# whose earlier request was lost is told once more, later.
ACCEPT = f"""
WITH told AS (
    SELECT cell.id, told.version, told.value, told.source_at FROM reporting_cell AS cell
    JOIN unnest(%(ids)s::bigint[], %(versions)s::bigint[], %(values)s::text[],
                %(source_ats)s::bigint[])
         AS told (id, version, value, source_at) ON cell.id = told.id
    WHERE cell.acked_version < told.version)
UPDATE reporting_cell AS cell SET
    acked_value = told.value,
    acked_source_at = told.source_at,
    acked_at = %(now)s,
    acked_known = NOT cell.confirm,
    acked_version = CASE WHEN cell.value = told.value AND NOT cell.confirm THEN cell.version
                         ELSE told.version END,
    version = cell.version + (cell.confirm AND cell.version = told.version)::int,
    next_try_at = CASE WHEN cell.version > told.version AND NOT cell.confirm AND {_NEAR_TOLD}
                       THEN %(settled)s
                       WHEN cell.version > told.version THEN %(soon)s
                       WHEN cell.confirm THEN %(later)s ELSE cell.next_try_at END,
    first_dirty_at = CASE WHEN cell.version > told.version OR cell.confirm THEN %(sent)s
                          ELSE cell.first_dirty_at END,
    in_flight = false, confirm = cell.confirm AND cell.version > told.version,
    attempts = 0, lane = 'healthy', last_error = '', last_http = NULL
FROM told WHERE cell.id = told.id
"""  # noqa: S608  put together from constants

LOST = """
UPDATE reporting_cell SET confirm = true, acked_known = false,
    version = version + (version = acked_version)::int, next_try_at = %(now)s
WHERE id = ANY(%(ids)s)
"""


def write(desk: Desk, lease: Lease, sent: Sent, *, hold: bool = False) -> bool:
    """Write one answer. `hold` keeps the lease for the next request. False: the lease was lost."""
    now = desk.clock()
    with transaction.atomic():
        ours = claim.renew(lease, now) if hold else claim.release(lease, now)
        _lock(sent.cells)
        if ours:
            _cells(desk, sent, now)
        else:
            _run(LOST, {"ids": _ids(sent.cells), "now": now})
        _road(desk, sent, now)
        _report(desk, sent, now)
        live.announce("delivery", {cell.device_key for cell in sent.cells})
    return ours


def quarantine(desk: Desk, cell: Cell, verdict: Verdict) -> None:
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


def suspect(cells: Sequence[Cell]) -> None:
    """Let cells of a refused batch ride apart until each is proven."""
    with transaction.atomic():
        _lock(cells)
        Cell.objects.filter(pk__in=_ids(cells), lane=Cell.Lane.HEALTHY).update(
            lane=Cell.Lane.SUSPECT
        )


def blame_nobody(desk: Desk, cells: Sequence[Cell]) -> None:
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
        case Outcome.ACCEPTED:
            _accept(desk, sent, now)
        case Outcome.UNDELIVERED:
            _restore(sent)
        case outcome if outcome in SUSPICIOUS:
            _blame(desk, sent, now)
        case outcome:
            _mark(sent, confirm=outcome is Outcome.UNANSWERED)


def _accept(desk: Desk, sent: Sent, now: datetime) -> None:
    columns = {
        "ids": _ids(sent.cells),
        "versions": [cell.version for cell in sent.cells],
        "values": [cell.value for cell in sent.cells],
        "source_ats": [cell.source_at for cell in sent.cells],
    }
    times = {"now": now, "sent": sent.at, "later": now + CONFIRM_AFTER, "settled": now + SETTLE}
    _run(ACCEPT, columns | times | {"soon": now + desk.terms.window})


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
    sink = Sink.objects.select_for_update(no_key=True).get(pk=SINK)
    road.note(sink, sent.verdict, desk.terms, now, desk.chance)
    if sent.verdict.outcome is Outcome.TOO_BIG and sent.devices > 1:
        sink.max_devices = max(1, sent.devices // 2)
    sink.save()


def _report(desk: Desk, sent: Sent, now: datetime) -> None:
    verdict = sent.verdict
    accepted = verdict.outcome is Outcome.ACCEPTED and sent.kind != Report.Kind.CANARY
    lag = max(now - cell.first_dirty_at for cell in sent.cells) if accepted else None
    Report.objects.create(
        sink_id=SINK,
        kind=sent.kind,
        sent_at=sent.at,
        took_ms=round(sent.took.total_seconds() * 1000),
        devices=sent.devices,
        cells=len(sent.cells),
        outcome=verdict.outcome.letter,
        meaning=verdict.words[:300],
        http_status=verdict.status,
        code=(verdict.reply.code or "")[:40],
        business_code=verdict.reply.business_code[:100],
        business_message=verdict.reply.business_message[:300],
        lag_ms=None if lag is None else round(lag.total_seconds() * 1000),
        request_body=_redacted(desk, sent.body),
        answer_head=verdict.head,
    )


def _redacted(desk: Desk, body: bytes) -> str:
    """Keep the request for people, without the operator's channel code."""
    text = body.decode()
    if desk.terms.format is Format.ENVELOPE and desk.terms.source_code:
        text = text.replace(desk.terms.source_code, "***")
    return text[:LONGEST_KEPT]


def _ids(cells: Sequence[Cell]) -> list[int]:
    return [cell.pk for cell in cells]


def _lock(cells: Sequence[Cell]) -> None:
    """Lock in the order that everyone keeps; a device that left meanwhile has no rows to lock."""
    rows = Cell.objects.select_for_update(no_key=True).filter(pk__in=_ids(cells))
    list(rows.order_by("ush_device_id", "property").values_list("pk"))


def _run(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
