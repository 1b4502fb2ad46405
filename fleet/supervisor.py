"""Runs parts as child processes: names their lines, starts again what dies, leaves nothing behind.

Knows nothing of Fleet; boots no Django. Children are started from the main thread only, because the
kernel ends a child when the thread that started it is gone.
"""

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TextIO

TICK_S = 0.1
START_S = 60  # a cold disk may take its time
GRACE_S = 8.0  # workers finish what they hold; whatever they do is safe to kill
BACK_OFF_S = (0.5, 1, 2, 4, 8)
DEATHS, WITHIN_S = 5, 60
LAST_LINES = 20


class Ended(Exception):  # noqa: N818 - an end is no error
    """The run is over: somebody asked for it."""


class Broken(Exception):  # noqa: N818
    """The run is over: a part cannot be kept alive."""


@dataclass(frozen=True)
class Part:
    """One program to keep running."""

    name: str
    command: tuple[str, ...]
    env: Mapping[str, str] = field(default_factory=dict)
    answers: Callable[[], bool] | None = None
    stop_signal: int = signal.SIGTERM
    last_to_stop: bool = False


@dataclass
class Child:
    """A part with its process and its history."""

    part: Part
    process: subprocess.Popen[str] | None = None
    deaths: deque[float] = field(default_factory=deque)
    lines: deque[str] = field(default_factory=lambda: deque(maxlen=LAST_LINES))
    reader: threading.Thread | None = None
    start_at: float = 0.0

    @property
    def alive(self) -> bool:
        """Whether its process runs."""
        return self.process is not None and self.process.poll() is None


class Supervisor:
    """Keeps parts alive until it is told to end."""

    def __init__(self, out: TextIO = sys.stdout) -> None:
        self.out = out
        self.children: list[Child] = []
        self.asked = 0
        self.speaking = threading.Lock()

    def listen(self) -> None:
        """Take Ctrl-C, SIGTERM and a closed terminal as the wish to end; twice means at once."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._hear)

    def _hear(self, _number: int, _frame: object) -> None:
        self.asked += 1

    def say(self, name: str, line: str) -> None:
        """Print one line with the name of who says it."""
        with self.speaking, contextlib.suppress(OSError):
            self.out.write(f"{name:<11} | {line.rstrip()}\n")
            self.out.flush()

    def start(self, *parts: Part) -> None:
        """Start parts, and return when those that can be asked do answer."""
        fresh = [Child(part) for part in parts]
        self.children += fresh
        for child in fresh:
            self._spawn(child)
        deadline = time.monotonic() + START_S
        for child in fresh:
            while child.part.answers and not child.part.answers():
                self.tick()
                if time.monotonic() > deadline:
                    raise Broken(self._obituary(child, f"did not answer within {START_S} s"))

    def tick(self) -> None:
        """Look after every part once; raises Ended or Broken when the run is over."""
        time.sleep(TICK_S)
        if self.asked:
            raise Ended
        now = time.monotonic()
        for child in self.children:
            if child.process and child.process.poll() is not None:
                self._bury(child, now)
            if child.process is None and now >= child.start_at:
                self._spawn(child)

    def _spawn(self, child: Child) -> None:
        child.process = subprocess.Popen(
            child.part.command,
            env={**os.environ, **child.part.env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            # Its own session: a terminal's Ctrl-C must not reach the database before its clients.
            start_new_session=True,
        )
        reading = (child, child.process.stdout)
        child.reader = threading.Thread(target=self._repeat, args=reading, daemon=True)
        child.reader.start()

    def _repeat(self, child: Child, lines: TextIO) -> None:
        with lines:
            for line in lines:
                child.lines.append(line.rstrip())
                self.say(child.part.name, line)

    def _bury(self, child: Child, now: float) -> None:
        status = child.process.returncode if child.process else None
        kill_group(child)
        child.process = None
        child.deaths.append(now)
        while child.deaths[0] < now - WITHIN_S:
            child.deaths.popleft()
        if len(child.deaths) >= DEATHS:
            raise Broken(self._obituary(child, f"died {DEATHS} times within {WITHIN_S} s"))
        wait = BACK_OFF_S[len(child.deaths) - 1]
        child.start_at = now + wait
        self.say("fleet", f"{child.part.name} ended with status {status}; again in {wait:g} s")

    def _obituary(self, child: Child, what: str) -> str:
        last = "\n".join(f"    {line}" for line in child.lines)
        return f"{child.part.name} {what}; its last lines:\n{last}"

    def stop(self) -> None:
        """End every part: the servers after those that use them, the unwilling by force."""
        for last in (False, True):
            self._stop([child for child in self.children if child.part.last_to_stop is last])

    def _stop(self, children: list[Child]) -> None:
        asked_before = self.asked
        for child in children:
            if child.alive and child.process:
                child.process.send_signal(child.part.stop_signal)
        deadline = time.monotonic() + GRACE_S
        while any(child.alive for child in children) and time.monotonic() < deadline:
            if self.asked > max(asked_before, 1):
                break
            time.sleep(TICK_S / 5)
        for child in children:
            kill_group(child)


def kill_group(child: Child) -> None:
    """Kill what is left of a part, the processes that it started included."""
    if child.process:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(child.process.pid, signal.SIGKILL)
        child.process.wait()
    if child.reader:
        child.reader.join(1)  # its last lines may still be on their way through the pipe
