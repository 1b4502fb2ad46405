"""manage.py prune: let go of what is past its retention, or say what would go."""

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from django.utils import timezone

from devices import retention, telling
from devices.letting_go import Going
from devices.management.work import Work

MB = 1_000_000


class Command(Work):
    """One round of pruning."""

    help = "Delete history past LOG_RETENTION and old records; devices and operations are kept."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--dry-run` deletes nothing."""
        super().add_arguments(parser)
        parser.add_argument("--dry-run", action="store_true", help="only say what would go")

    def work(
        self, *, dry_run: bool = False, **_options: Any
    ) -> tuple[str, Mapping[str, Any], bool]:
        """Run one round, or preview it."""
        now = timezone.now()
        if not dry_run:
            pruned = retention.prune(now)
            return pruned.sentence(), asdict(pruned) | {"dry_run": False}, True
        found = retention.preview(now)
        return told(found), figures(found), True


def told(found: retention.Preview) -> str:
    """Say what would go: one line a type of event."""
    head = (
        f"prune --dry-run: {found.runs} runs, {found.call_counts} call counts,"
        f" {found.answers} answers to keyed calls,"
        f" {sum(one.rows for one in found.log)} log rows,"
        f" {len(found.exports)} files of exports would go"
    )
    months = [f"  as a whole: {', '.join(found.months)}"] if found.months else []
    files = [file_line(one) for one in found.exports]
    return "\n".join([head, *(line(one) for one in found.log), *months, *files])


def line(one: Going) -> str:
    """Say what would go of one type."""
    span = f"{one.first:%Y-%m-%d %H:%M:%S} to {one.last:%Y-%m-%d %H:%M:%S} UTC"
    name = telling.event_name(one.event_id, "en")
    return (
        f"  event {one.event_id} ({name}): {one.rows} rows, {span}, about {one.bytes / MB:.1f} MB"
    )


def file_line(one: retention.GoingFile) -> str:
    """Say which file would go, and since when it may."""
    since = f"kept until {one.expired_at:%Y-%m-%d %H:%M:%S} UTC" if one.expired_at else "cancelled"
    return f"  file {one.name}: {one.bytes / MB:.1f} MB, {since}"


def figures(found: retention.Preview) -> dict[str, Any]:
    """Say the same to programs."""
    log = [asdict(one) | {"event": telling.event_name(one.event_id, "en")} for one in found.log]
    for one in log:
        one["first"], one["last"] = one["first"].isoformat(), one["last"].isoformat()
    files = [asdict(one) for one in found.exports]
    for file in files:
        file["expired_at"] = file["expired_at"] and file["expired_at"].isoformat()
    return asdict(found) | {"log": log, "exports": files, "dry_run": True}
