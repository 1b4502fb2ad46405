"""A whole simulation: both clouds, one world, one port; and `running` for tests."""

import asyncio
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from typing import Any

from simulator.activity import Activity
from simulator.calls import Call, Calls
from simulator.clock import Clock
from simulator.control import Control
from simulator.device import BY_APP, REMOVED_IN_APP, RESET_IN_APP, LogRow
from simulator.exchange import Reply, Request, json_reply
from simulator.feed.channel import Channel
from simulator.feed.conversation import converse
from simulator.options import Options
from simulator.server import Server
from simulator.stage import Stage
from simulator.troubles import Board, Trouble
from simulator.tuya.cloud import DeviceCloud
from simulator.ush.cloud import VoiceCloud
from simulator.ush.formats import NEW_PATH, OLD_PATH
from simulator.world import World

TICK_S = 0.1


class Simulation:
    """What a test or the command line holds. Every method may be called from any thread."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self.clock = Clock(options.start)
        self.world = World(options, self.clock)
        self.board = Board(options.seed)
        stage = Stage(options, self.clock, self.world, self.board)
        self.tuya = DeviceCloud(stage)
        self.ush = VoiceCloud(stage)
        self.activity = Activity(self.world, options.activity)
        self._calls = Calls()
        self._control = Control(self)
        self.feed = Channel(stage)
        self.world.listeners.append(self.feed.tell)
        self._server = Server(self._answer, options.latency, partial(converse, self.feed))
        self.url = ""

    @property
    def client_id(self) -> str:
        """What callers sign in with."""
        return self.options.client_id

    @property
    def client_secret(self) -> str:
        """What callers sign with."""
        return self.options.client_secret

    @property
    def uid(self) -> str:
        """The first linked app account; `world.uids` has all."""
        return self.world.uids[0]

    @property
    def now(self) -> datetime:
        """The world's time."""
        return self.clock.now()

    @property
    def calls(self) -> list[Call]:
        """The calls to the device cloud, oldest first; token calls are among them."""
        return self._calls.listed()

    def forget_calls(self) -> None:
        """Start counting calls anew."""
        self._calls.clear()

    async def start(self) -> None:
        """Listen, and let life begin."""
        port = await self._server.start(self.options.host, self.options.port)
        self.url = f"http://{self.options.host}:{port}"

    async def live(self) -> None:
        """Let everything happen as its time comes, for ever."""
        while True:
            self.activity.run_until(self.clock.now_ms())
            await asyncio.sleep(TICK_S)

    async def stop(self) -> None:
        """Close every connection at once."""
        await self._server.stop()

    def press(self, device_id: str, code: str, value: object, *, source: str = BY_APP) -> LogRow:
        """Change a value, as a person with the app does: state and log."""
        return self.world.report(device_id, code, value, source)

    def offline(self, device_id: str) -> None:
        """Let a device drop off."""
        self.world.set_online(device_id, online=False)

    def online(self, device_id: str) -> None:
        """Let a device come back."""
        self.world.set_online(device_id, online=True)

    def rename_in_app(self, device_id: str, name: str) -> None:
        """Rename behind the caller's back."""
        self.world.rename(device_id, name)

    def reset_in_app(self, device_id: str) -> None:
        """Reset to factory state behind the caller's back."""
        self.world.reset(device_id, RESET_IN_APP)

    def remove_in_app(self, device_id: str) -> None:
        """Remove behind the caller's back."""
        self.world.remove(device_id, REMOVED_IN_APP)

    def repair(self, device_id: str) -> None:
        """Pair a device again: the same id with a new key."""
        self.world.repair(device_id)

    def trouble(self, name: str, **options: object) -> Trouble:
        """Switch a trouble on; `simulator.troubles.KINDS` lists them."""
        return self.board.hang(name, **options)

    def calm(self, name: str | None = None) -> None:
        """Switch one trouble off, or all."""
        self.board.calm(name)

    def advance(self, seconds: float) -> None:
        """Let the world be later, with everything that happens meanwhile."""
        self.clock.advance(seconds)
        self.activity.run_until(self.clock.now_ms())

    def _answer(self, request: Request) -> Reply:
        if request.path.startswith("/_sim"):
            return self._control.answer(request)
        if request.path in (OLD_PATH, NEW_PATH):
            return self.ush.answer(request) if request.method == "POST" else _not_here(405)
        if not request.path.startswith("/v"):
            return _not_here(404)
        reply = self.tuya.answer(request)
        self._calls.note(request, reply, self.clock.now_ms())
        return reply


def _not_here(status: int) -> Reply:
    return json_reply({"error": "nothing here", "see": "/_sim/"}, status)


@contextmanager
def running(
    devices: int = 50,
    seed: int = 1,
    activity: float = 0.0,
    **options: Any,
) -> Iterator[Simulation]:
    """Run a simulation in its own thread on a free loopback port; `Options` lists the rest."""
    simulation = Simulation(Options(devices=devices, seed=seed, activity=activity, **options))
    started = threading.Event()
    loop = asyncio.new_event_loop()
    faults: list[BaseException] = []
    thread = threading.Thread(
        target=_run, args=(loop, simulation, started, faults), name="simulator", daemon=True
    )
    thread.start()
    started.wait()
    if faults:
        thread.join()
        raise faults[0]
    try:
        yield simulation
    finally:
        loop.call_soon_threadsafe(_cancel_all, loop)
        thread.join()


def _run(
    loop: asyncio.AbstractEventLoop,
    simulation: Simulation,
    started: threading.Event,
    faults: list[BaseException],
) -> None:
    async def main() -> None:
        try:
            await simulation.start()
        except OSError as exc:
            faults.append(exc)
            return
        finally:
            started.set()
        try:
            await simulation.live()
        except asyncio.CancelledError:
            await simulation.stop()

    asyncio.set_event_loop(loop)
    try:
        loop.run_until_complete(main())
    finally:
        loop.close()


def _cancel_all(loop: asyncio.AbstractEventLoop) -> None:
    for task in asyncio.all_tasks(loop):
        task.cancel()
