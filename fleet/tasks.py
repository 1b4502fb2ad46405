"""The one task of the wiring itself: a sign of life from a worker, for /readyz."""

import time

from celery import shared_task

from fleet.health import SEEN_FOR_S, SEEN_KEY, broker


@shared_task(name="fleet.heartbeat")
def heartbeat() -> str:
    """Leave a note in the broker that a worker does what beat rings."""
    with broker() as link:
        link.set(SEEN_KEY, int(time.time()), ex=SEEN_FOR_S)
    return "alive"
