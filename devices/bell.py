"""Rings the alarm clock after commit. A bell that is not heard costs seconds: beat rings too."""

import logging

from celery import Celery, current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)


def ring_operations() -> None:
    """Wake the runner once the order is committed."""
    _ring("devices.tasks.run_operations")


def ring_sync() -> None:
    """Look at the cloud now, whatever the back-off says: a person asked."""
    forced = True
    _ring("devices.tasks.sync", forced)


def ring_device(device_id: str) -> None:
    """Read one device now."""
    _ring("devices.tasks.sync_device", device_id)


def ring_exports() -> None:
    """Wake whoever writes exports."""
    _ring("devices.tasks.write_exports")


def _ring(task: str, *args: object) -> None:
    transaction.on_commit(lambda: ring(current_app, task, *args))


def ring(app: Celery, task: str, *args: object) -> None:
    """Send one ring through an app; a broker that is away is noted, nothing more."""
    try:
        app.send_task(task, args=args, retry=False)
    except (OperationalError, OSError) as exc:
        logger.warning("bell not heard", extra={"task": task, "error": str(exc)})
