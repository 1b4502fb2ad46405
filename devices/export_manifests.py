"""What proves an export: the question, the file's digest, and what of the logs is not proven.

Reads the ledgers; writes nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from devices import books, export_question
from devices.coverage import Interval, Lost
from devices.events import millis
from devices.history_rows import MEMBERS
from devices.models import Device, LogExport
from rest.times import stamp, stamp_ms

MOST_LISTED = 10_000  # devices whose gaps stand in one manifest; the sums count them all
MANIFEST = (
    "file", "format", "bytes", "sha256", "rows", "first_event_time", "last_event_time", "columns",
    "order", "language", "query", "received_until", "asked_by", "asked_at", "made_at", "made_by",
    "coverage", "gaps", "gaps_left_out",
)  # fmt: skip
CHUNK = 1_000  # ledgers in memory at once
READ = ("device_id", "state", "state_since", "first_seen_at", "retired_at", "logs_supported")


@dataclass
class Proof:
    """Gaps inside a range: of how many devices, how long in all, and whose."""

    devices: int = 0
    incomplete: int = 0
    unread_ms: int = 0
    lost_ms: int = 0
    gaps: list[dict[str, Any]] = field(default_factory=list)

    def add(self, device: Device, unread: tuple[Interval, ...], lost: tuple[Lost, ...]) -> None:
        """Enter one device's gaps."""
        self.devices += 1
        self.unread_ms += sum(gap.end - gap.start for gap in unread)
        self.lost_ms += sum(gap.end - gap.start for gap in lost)
        if not (unread or lost):
            return
        self.incomplete += 1
        if self.incomplete <= MOST_LISTED:
            self.gaps.append(
                {
                    "device_id": device.device_id,
                    "unread": [[stamp_ms(gap.start), stamp_ms(gap.end)] for gap in unread],
                    "lost": [[stamp_ms(g.start), stamp_ms(g.end), g.reason] for g in lost],
                }
            )


def of(export: LogExport, now: datetime) -> dict[str, Any]:
    """Return the manifest of a file that was just finished."""
    proof = proof_of(export, now)
    return {
        "file": export.file_name,
        "format": f"{export.format}+gzip",
        "bytes": export.size,
        "sha256": export.sha256,
        "rows": export.rows,
        "first_event_time": stamp(export.first_event_at),
        "last_event_time": stamp(export.last_event_at),
        "columns": list(MEMBERS),
        "order": ["-event_time", "-device_id"],
        "language": export.language,
        "query": export.question,
        "received_until": stamp(export.asked_at),
        "asked_by": export.owner_name,
        "asked_at": stamp(export.asked_at),
        "made_at": stamp(now),
        "made_by": f"Fleet {settings.VERSION}",
        "coverage": {
            "devices": proof.devices,
            "devices_with_gaps": proof.incomplete,
            "unread_seconds": proof.unread_ms // 1000,
            "lost_seconds": proof.lost_ms // 1000,
        },
        "gaps": proof.gaps,
        "gaps_left_out": max(0, proof.incomplete - MOST_LISTED),
    }


def ordered(kept: dict[str, Any]) -> dict[str, Any]:
    """Return a kept manifest with its members in the order of the file: the database has none."""
    whole = {name: kept[name] for name in MANIFEST if name in kept}
    gaps = [{name: gap[name] for name in ("device_id", "unread", "lost")} for gap in kept["gaps"]]
    return whole | {"gaps": gaps}


def proof_of(export: LogExport, now: datetime) -> Proof:
    """Return what of the logs of the question's devices is not proven between its two times."""
    question, proof = export_question.from_json(export.question), Proof()
    start = millis(question.wanted.start)
    end = min(millis(question.wanted.end), millis(export.asked_at))
    keys = question.of()
    found = Device.objects.all() if keys is None else Device.objects.filter(pk__in=keys)
    read = found.with_books().only(*READ, "coverage").order_by("pk")
    for device in read.iterator(chunk_size=CHUNK):
        known = books.of(device, now)
        lost = tuple(_within(known.ledger.lost, start, end))
        proof.add(device, known.unread(start, end), lost)
    return proof


def _within(lost: tuple[Lost, ...], start: int, end: int) -> Iterator[Lost]:
    for gap in lost:
        if gap.start < end and gap.end > start:
            yield Lost(max(gap.start, start), min(gap.end, end), gap.reason)
