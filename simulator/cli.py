"""The command line: prints one line when ready, ends at once on SIGTERM and SIGINT."""

import argparse
import asyncio
import re
import signal
import sys
from contextlib import suppress

from simulator.control import trouble_lines
from simulator.options import CLIENT_ID, CLIENT_SECRET, Options
from simulator.simulation import Simulation

_UNITS = {"ms": 0.001, "s": 1.0, "": 1.0}


def duration(text: str) -> float:
    """Read `30ms` or `1.5s` as seconds."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|)", text.strip())
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no duration; write 30ms or 1.5s")
    return float(match[1]) * _UNITS[match[2]]


def parser() -> argparse.ArgumentParser:
    """Describe the options, and below them every trouble."""
    made = argparse.ArgumentParser(
        prog="python -m simulator",
        description="A fake Tuya cloud and a fake USH on one port.",
        epilog="Troubles, switched on with POST /_sim/troubles/NAME (GET /_sim/ tells how):\n"
        + "\n".join(trouble_lines()),
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = made.add_argument
    add("--host", default="127.0.0.1")
    add("--port", type=int, default=9090, help="0: any free one")
    add("--devices", type=int, default=500)
    add("--seed", type=int, default=7, help="the same seed makes the same fleet and the same life")
    add(
        "--activity",
        type=float,
        default=1.0,
        help="1: about thirty events a device and hour; 0: none",
    )
    add("--days", type=float, default=2.0, help="log history from before the start")
    add("--products", metavar="FILE", help="a JSON file of products instead of the built-in ones")
    add("--users", type=int, default=1, help="app accounts that the devices are spread over")
    add("--latency", type=duration, default=0.0, metavar="30ms", help="what every answer takes")
    add("--qps", type=float, help="calls a second that the device cloud grants")
    add("--monthly-calls", type=int, help="calls a month that the device cloud grants")
    add("--token-life", type=int, default=7200, metavar="SECONDS")
    add("--client-id", default=CLIENT_ID, help="default: %(default)s")
    add("--client-secret", default=CLIENT_SECRET, help="default: %(default)s")
    add("--no-paid-logs", dest="paid_logs", action="store_false", help="refuse query_type=2")
    add("--ush-envelope-on-old-path", action="store_true", help="take header and body there too")
    add("--ush-vocabulary", action="store_true", help="refuse names that USH never published")
    return made


def main(arguments: list[str] | None = None) -> int:
    """Run until told to end; say in one sentence why it could not start."""
    options = Options(**vars(parser().parse_args(arguments)))
    try:
        simulation = Simulation(options)
        asyncio.run(_serve(simulation))
    except (OSError, ValueError, KeyError) as exc:
        sys.stderr.write(f"simulator: cannot start: {exc}\n")
        return 1
    return 0


async def _serve(simulation: Simulation) -> None:
    await simulation.start()
    world = simulation.world
    print(
        f"simulator ready on {simulation.url} "
        f"({len(world.devices)} devices, {len(world.products)} products)",
        flush=True,
    )
    life = asyncio.ensure_future(simulation.live())
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, life.cancel)
    with suppress(asyncio.CancelledError):
        await life
    await simulation.stop()
