"""Alive, ready, and figures: what a load balancer, an operator's alarm and Prometheus ask.

Everything is read from rows and servers at the moment of asking, nothing from this process' memory.
"""

import contextlib
import time
from collections.abc import Iterable, Iterator

import redis
from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from drf_spectacular.utils import extend_schema
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from rest_framework.decorators import api_view
from rest_framework.request import Request

from devices import metrics as mirror
from people.gates import public
from reporting import metrics as delivery

# Where a worker says that it is there (fleet.tasks.heartbeat); it is rung every 10 s.
SEEN_KEY = "fleet:worker-seen"
SEEN_FOR_S = 60
PATIENCE_S = 2


@public
def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view takes a request
    """Say that this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


@public
def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say whether the database, the broker and a worker are there; 503 with what is not."""
    reasons = troubles()
    return JsonResponse({"ready": not reasons, "reasons": reasons}, status=503 if reasons else 200)


@extend_schema(exclude=True)
@api_view(["GET"])
def metrics(request: Request) -> HttpResponse:  # noqa: ARG001
    """Show the figures in Prometheus' text format, to people and tokens that may browse.

    Not to every client on this machine: behind a proxy, all clients are.
    """
    registry = CollectorRegistry()
    registry.register(Figures())
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


@contextlib.contextmanager
def broker() -> Iterator[redis.Redis]:
    """Open the broker for a word or two."""
    link = redis.Redis.from_url(
        settings.BROKER_URL,
        decode_responses=True,
        socket_timeout=PATIENCE_S,
        socket_connect_timeout=PATIENCE_S,
    )
    with contextlib.closing(link):
        yield link


def troubles() -> dict[str, str]:
    """Return what keeps Fleet from working, in words; nothing says that all is well."""
    database = database_trouble()
    found = {"database": database} if database else {}
    try:
        with broker() as link:
            seen = link.get(SEEN_KEY)
    except (redis.RedisError, OSError) as problem:
        return found | {"broker": f"does not answer ({type(problem).__name__})"}
    return found if seen else found | {"worker": f"not seen for {SEEN_FOR_S} s"}


def database_trouble() -> str:
    """Return why the database is of no use, or nothing."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as problem:
        return f"does not answer ({type(problem).__name__})"
    return ""


class Figures:
    """What Prometheus reads: the rooms' own figures, and whether the servers are there."""

    def collect(self) -> Iterable[Metric]:
        """Yield every figure; a database that is down leaves the ones that need none."""
        found = troubles()
        up = GaugeMetricFamily("fleet_part_up", "1 when the part answers", labels=["part"])
        for part in ("database", "broker", "worker"):
            up.add_metric([part], 0 if part in found else 1)
        yield up
        yield GaugeMetricFamily("fleet_time_seconds", "This machine's clock", value=time.time())
        if "database" not in found:
            yield from mirror.collect()
            yield from delivery.collect()
