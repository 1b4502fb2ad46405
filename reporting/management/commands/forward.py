"""`manage.py forward`: send what is due, once, now, and say it in one line."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from reporting import forwarder, road, sinks, terms
from reporting.forwarder import Tally
from reporting.sending import Desk
from reporting.ush.client import UshClient


class Command(BaseCommand):
    """Exit 0 when nothing went wrong, 1 with the reason otherwise."""

    help = "Tell USH what changed, once, now."

    def add_arguments(self, parser: CommandParser) -> None:
        """Figures for scripts."""
        parser.add_argument("--json", action="store_true", help="print the figures as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Drain and print one line."""
        del args
        now_terms = terms.current()
        with UshClient(now_terms.url, dict(now_terms.headers), proxy=now_terms.proxy) as ush:
            tally = forwarder.drain(Desk(ush, now_terms, timezone.now))
        self.stdout.write(_json(tally) if options["json"] else f"forward: {tally}")
        reason = _reason(now_terms, tally)
        if reason:
            raise CommandError(reason)


def _json(tally: Tally) -> str:
    figures = {"cells": tally.cells, "reports": tally.requests, "outcomes": dict(tally.outcomes)}
    return json.dumps(figures | {"seconds": round(tally.seconds, 3)})


def _reason(now_terms: terms.Terms, tally: Tally) -> str:
    """Say why something is not told; empty when all went well."""
    if not now_terms.enabled:
        return "USH_ENABLED is 0: changes are collected and nothing is sent."
    closed = road.closed(sinks.ensure(), timezone.now())
    if closed:
        return f"Nothing is sent to USH now: {closed}. See the delivery page."
    bad = {letter: count for letter, count in tally.outcomes.items() if letter != "H"}
    return f"Some requests were not accepted: {bad}. See the delivery page." if bad else ""
