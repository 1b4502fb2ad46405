"""The alarm clock: when each task is rung, and how. Rows are the queue; no task carries data.

Losing any task costs its interval: every one looks for work in the database when it is rung.
"""

import contextlib
import ctypes
import gc
import os
import signal
import warnings
from datetime import timedelta
from typing import Any

from celery import Celery
from celery.platforms import SecurityWarning
from celery.signals import (
    setup_logging,
    task_prerun,
    worker_process_init,
    worker_ready,
    worker_shutting_down,
)
from django.conf import settings
from django.db import close_old_connections

from reporting import bell

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.settings")

# Two queues, each with its own worker: reading a whole fleet's logs may take minutes, and neither
# a person's order nor a report to USH may wait behind it.
FAST, SLOW = "fast", "slow"
PR_SET_PDEATHSIG = 1


def every(task: str, interval: timedelta, queue: str) -> dict[str, Any]:
    """Return one line of the timetable; an alarm that nobody heard in time is dropped."""
    seconds = interval.total_seconds()
    return {"task": task, "schedule": seconds, "options": {"expires": seconds, "queue": queue}}


TIMETABLE = {
    "sync": every("devices.tasks.sync", settings.SYNC_INTERVAL, SLOW),
    # Which devices are due is said by their rows; the ring only must not be late.
    "harvest": every(
        "devices.tasks.harvest", min(settings.HARVEST_INTERVAL, timedelta(seconds=30)), SLOW
    ),
    "note_hour": every("devices.tasks.note_hour", timedelta(minutes=10), SLOW),
    "write_exports": every("devices.tasks.write_exports", timedelta(seconds=10), SLOW),
    "prune": every("devices.tasks.prune", timedelta(hours=6), SLOW),
    # Every six hours or so; when exactly is said by a row.
    "resync": every("reporting.tasks.resync", timedelta(minutes=10), SLOW),
    "run_operations": every("devices.tasks.run_operations", timedelta(seconds=2), FAST),
    "forward": every("reporting.tasks.forward", timedelta(seconds=1), FAST),
    # Hears of each change at its commit; a shift that died is followed by another this soon.
    "attend": every("reporting.tasks.attend", timedelta(seconds=5), FAST),
    "heartbeat": every("fleet.heartbeat", timedelta(seconds=10), FAST),
}
# A long pause may have ended in another month: prune makes its partition first.
AT_ONCE = {
    FAST: ["fleet.heartbeat", "reporting.tasks.attend"],
    SLOW: ["devices.tasks.prune", "devices.tasks.sync", "devices.tasks.harvest"],
}

app = Celery("fleet", broker=settings.BROKER_URL or None)
app.conf.update(
    beat_schedule=TIMETABLE,
    timezone="UTC",
    task_default_queue=FAST,
    task_routes={
        entry["task"]: {"queue": entry["options"]["queue"]} for entry in TIMETABLE.values()
    },
    task_ignore_result=True,
    # Celery would connect to PostgreSQL anew for each task: half of what telling a change takes.
    CELERY_DB_REUSE_MAX=500,
    # A task that dies with its worker is not repeated: the next ring finds the same rows.
    task_acks_late=False,
    worker_prefetch_multiplier=1,
    task_send_sent_event=True,
    worker_send_task_events=True,
    broker_connection_retry_on_startup=True,
    # A broker that is down must not hold up a web request that only wants to ring.
    task_publish_retry=False,
    # kombu tries a dead broker for six seconds by default, at every ring.
    broker_transport_options={
        "socket_timeout": 5,
        "socket_connect_timeout": 2,
        "max_retries": 0,
        "interval_start": 0,
        "interval_step": 0,
    },
)
app.autodiscover_tasks(["devices", "reporting", "fleet"])

# Messages are JSON and name a task: they cannot bring code, which is what Celery warns root of.
warnings.filterwarnings("ignore", category=SecurityWarning)


@setup_logging.connect
def _keep_our_logging(**_: object) -> None:
    """Keep Celery from replacing the format of LOGGING by its own."""


@worker_process_init.connect
def _die_with_worker(**_: object) -> None:
    """Have the kernel end a pool process whose worker was killed."""
    with contextlib.suppress(OSError, AttributeError):
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


@worker_process_init.connect
def _keep_what_is_loaded(**_: object) -> None:
    """Let the collector of garbage look at what tasks make, not at all that was ever imported."""
    gc.freeze()


@task_prerun.connect
def _sound_connection(**_: object) -> None:
    """Keep the connection of the task before, if it still answers and is not too old."""
    close_old_connections()


@worker_shutting_down.connect
def _send_home(**_: object) -> None:
    """End the shift of who waits for news: a worker that ends waits for its tasks."""
    bell.end_all()


@worker_ready.connect
def _look_at_once(sender: Any, **_: object) -> None:
    """Ring what is rung seldom: a fresh start shows its fleet at once, not after an interval."""
    queue = sender.hostname.partition("@")[0]
    for task in AT_ONCE.get(queue, ()):
        app.send_task(task, expires=60)
