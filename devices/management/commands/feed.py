"""manage.py feed: take in what the message service holds; with --follow, whatever comes."""

import signal
import threading
from argparse import ArgumentParser
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.db import OperationalError, close_old_connections
from django.utils import timezone

from devices import feed
from devices.management.work import BUSY, Work
from devices.models import SyncRun

IDLE_S = 3.0
ROUND = timedelta(seconds=30)  # where messages never cease
FIRST_WAIT, LONGEST_WAIT = timedelta(seconds=1), timedelta(minutes=1)
OFF = "TUYA_FEED is off: nothing is pushed to Fleet; set it to event or event-test"


class Command(Work):
    """One round ends when nothing came for 3 s, or after 30; the supervisor's part never ends."""

    help = "Take in what the message service pushes, once, now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--follow` is for the supervisor."""
        super().add_arguments(parser)
        parser.add_argument("--follow", action="store_true", help="go on until told to stop")

    def work(self, *, follow: bool = False, **_options: Any) -> tuple[str, Mapping[str, Any], bool]:
        """Take in one round, or follow."""
        if settings.TUYA_FEED == "off":
            return f"feed: {OFF}", {"error": OFF}, False
        run = keep_following() if follow else _round()
        if run is None:
            return f"feed: {BUSY}", {"error": BUSY}, False
        return run.sentence(), run.figures(), run.outcome == SyncRun.Outcome.COMPLETE


def _round() -> SyncRun | None:
    return feed.follow(timezone.now(), idle=IDLE_S, stretch=ROUND)


def keep_following() -> SyncRun | None:
    """Follow until a signal; what breaks is tried again, later each time, up to a minute."""
    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    wait, run = FIRST_WAIT, None
    while not told.is_set():
        run = _stretch(told)
        fine = run is not None and run.outcome == SyncRun.Outcome.COMPLETE
        wait = FIRST_WAIT if fine else min(2 * wait, LONGEST_WAIT)
        if not fine:
            told.wait(wait.total_seconds())
    return run


def _stretch(told: threading.Event) -> SyncRun | None:
    close_old_connections()
    try:
        return feed.follow(timezone.now(), ended=told.is_set)
    except OperationalError:
        return None  # the database is away: nothing was acknowledged, so it all comes again
