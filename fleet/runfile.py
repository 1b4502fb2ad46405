"""The note that `make run` leaves in FLEET_DATA so that every manage.py command finds its services.

A note counts only while its writer holds the lock: a killed run leaves a note that nobody believes.
"""

import contextlib
import fcntl
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

NOTE = "run.json"
LOCK = "run.lock"


def write_private(path: Path, content: dict[str, Any]) -> None:
    """Replace a file in one step; only its owner may read it, from the first byte on."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        json.dump(content, stream, indent=1)
    draft.replace(path)


def read(folder: Path) -> dict[str, Any]:
    """Return what the running `make run` wrote, or nothing when none is up."""
    with contextlib.suppress(PermissionError):  # the folder of somebody else's run
        note = folder / NOTE
        if note.is_file() and _held(folder):
            content: dict[str, Any] = json.loads(note.read_text(encoding="utf-8"))
            return content
    return {}


def _held(folder: Path) -> bool:
    with contextlib.suppress(OSError), (folder / LOCK).open("rb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


@contextlib.contextmanager
def only_one(folder: Path) -> Iterator[None]:
    """Hold the folder; raises BlockingIOError while another run holds it."""
    with (folder / LOCK).open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        try:
            yield
        finally:
            (folder / NOTE).unlink(missing_ok=True)
