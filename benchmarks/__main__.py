"""Runs the benchmarks one after the other: `python -m benchmarks [--full] [NAME ...]`.

Exit status 1: a limit was missed that is a promise and not only a goal.
"""

import argparse
import importlib
import logging
import sys

import django
from django.core.management import call_command

from benchmarks import ground

SMALL = ("sync", "ingest", "latency", "quota", "forward", "rest", "live")
# What takes minutes at any size runs when it is named, or at full size.
NAMES = (*SMALL, "pages", "export", "paint")


def main() -> int:
    """Print one line for each benchmark."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--full", action="store_true", help="at the sizes that the goals name")
    parser.add_argument("names", nargs="*", choices=(*NAMES, []), metavar="NAME", help=str(NAMES))
    wants = parser.parse_args()
    print(f"on {ground.machine()}; ratios hold, absolute figures are for orientation", flush=True)
    with ground.servers():
        django.setup()
        logging.getLogger().setLevel(logging.ERROR)
        call_command("migrate", verbosity=0)
        kept = [
            _run(name, full=wants.full) for name in wants.names or (NAMES if wants.full else SMALL)
        ]
    return 0 if all(kept) else 1


def _run(name: str, *, full: bool) -> bool:
    figures = importlib.import_module(f"benchmarks.{name}").run(full=full)
    print(f"{name:<8} {figures}", flush=True)
    return all(limit.kept or limit.goal for limit in figures.limits)


if __name__ == "__main__":
    sys.exit(main())
