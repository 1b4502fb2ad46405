"""manage.py doctor: how each thing that Fleet needs stands, and what to do next."""

from argparse import ArgumentParser
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from devices.management.work import Work
from fleet import checklist, release, trying

SIGNS = {"done": "ok", "open": "open", "trouble": "TROUBLE"}


class Command(Work):
    """Prints the first steps; a step in trouble ends it with 1."""

    help = "Say how database, broker, workers, both clouds and people stand, and what to do next."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """`--test` asks the device cloud for a token and opens a connection to USH."""
        super().add_arguments(parser)
        parser.add_argument(
            "--test", action="store_true", help="ask the device cloud and knock at USH now"
        )

    def work(self, **options: Any) -> tuple[str, Mapping[str, Any], bool]:
        """Return the list as lines and as figures."""
        if problem := release.misfit():  # what else stands in it cannot be read
            return f"TROUBLE Database: {problem}", {"steps": [], "error": problem}, False
        found = checklist.steps(trying.tried() if options["test"] else None)
        troubles = [one.title for one in found if one.state is checklist.State.TROUBLE]
        figures: dict[str, Any] = {"steps": [asdict(one) for one in found]}
        if troubles:
            figures["error"] = f"in trouble: {', '.join(troubles)}"
        return "\n".join(line(one) for one in found), figures, not troubles


def line(step: checklist.Step) -> str:
    """Write one step for a terminal."""
    words = f"{step.words} {step.advice}".strip()
    return f"{SIGNS[step.state]:8}{step.title}: {words}"
