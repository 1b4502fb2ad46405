"""The delivery in figures for Prometheus, read from rows at each scrape, not from memory."""

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Count, Q, Sum
from django.utils import timezone
from prometheus_client.core import GaugeHistogramMetricFamily, GaugeMetricFamily, Metric

from . import health, road, sinks, terms
from .models import Cell, Report, Unmapped

BOUNDS = (1, 2, 3, 5, 10, 30, 60, 300, 1800)  # seconds
DAY_WORDS = "over the last 24 hours"


def collect() -> Iterator[Metric]:
    """Give the families. A scrape costs a few aggregate queries."""
    now = timezone.now()
    known = health.measure(terms.current(), now)
    yield _gauge("cells_dirty", "Cells that USH does not have yet", known.waiting)
    age = (now - known.oldest_at).total_seconds() if known.oldest_at else 0.0
    yield _gauge("oldest_dirty_seconds", "Age of the oldest of them", age)
    yield _gauge("cells_quarantined", "Cells that USH refuses", known.stuck)
    yield _lag(known)
    yield _by("reports", "outcome", f"Requests {DAY_WORDS}", _counted(now, "outcome"))
    yield _by("reports_by_kind", "kind", f"Requests {DAY_WORDS}", _counted(now, "kind"))
    yield _histogram(now)
    yield _gauge("bisects", f"Requests that looked for poison, {DAY_WORDS}", _bisects(now))
    sums = Cell.objects.aggregate(late=Sum("late"), merged=Sum("merged"))
    yield _gauge("late_dropped", "Older news that came after newer", sums["late"] or 0)
    yield _gauge("deduped", "Changes that took no request of their own", sums["merged"] or 0)
    given_up = Cell.objects.filter(discarded=True).count()
    yield _gauge("cells_discarded", "Values that staff gave up", given_up)
    yield _by("unmapped_devices", "code", "Devices with values USH has no word for", _unmapped())
    stopped = bool(road.closed(sinks.ensure(), now))
    yield _gauge("road_closed", "1 while nothing may be sent", int(stopped))
    yield _gauge("road_failures", "Failed requests in a row", known.failures)


def _gauge(name: str, words: str, value: float) -> Metric:
    return GaugeMetricFamily(f"fleet_ush_{name}", words, value=value)


def _by(name: str, label: str, words: str, values: dict[str, int]) -> Metric:
    family = GaugeMetricFamily(f"fleet_ush_{name}", words, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _lag(known: health.Health) -> Metric:
    words = "Change stored to acknowledged, last hour"
    family = GaugeMetricFamily("fleet_ush_lag_seconds", words, labels=["quantile"])
    for quantile, value in (("0.5", known.lag_p50_ms), ("0.95", known.lag_p95_ms)):
        if value is not None:
            family.add_metric([quantile], value / 1000)
    return family


def _histogram(now: datetime) -> Metric:
    """Give how the lags of the last hour are spread; a gauge, because old reports are forgotten."""
    lags = Report.objects.filter(sent_at__gt=now - health.RECENT, lag_ms__isnull=False)
    upto = {f"upto{bound}": Count("pk", filter=Q(lag_ms__lte=bound * 1000)) for bound in BOUNDS}
    found = lags.aggregate(all=Count("pk"), total=Sum("lag_ms"), **upto)
    buckets = [(str(float(bound)), float(found[f"upto{bound}"])) for bound in BOUNDS]
    buckets.append(("+Inf", float(found["all"])))
    words = "Change stored to acknowledged, worst of a request, last hour"
    total = float(found["total"] or 0) / 1000
    return GaugeHistogramMetricFamily("fleet_ush_lag_spread", words, buckets, total, unit="seconds")


def _bisects(now: datetime) -> int:
    sent = Report.objects.filter(sent_at__gt=now - health.DAY, kind=Report.Kind.SPLIT)
    return sent.count()


def _counted(now: datetime, column: str) -> dict[str, int]:
    rows = Report.objects.filter(sent_at__gt=now - health.DAY).values_list(column)
    return dict(rows.annotate(count=Count("pk")).order_by(column))


def _unmapped() -> dict[str, int]:
    rows = Unmapped.objects.values_list("code")
    return dict(rows.annotate(devices=Count("device_key", distinct=True)).order_by("code"))
