"""The mirror in figures for Prometheus, read from rows at each scrape, not from memory."""

from collections.abc import Iterator, Mapping
from datetime import datetime

from django.db.models import Count, Max, Sum
from django.utils import timezone
from prometheus_client.core import GaugeMetricFamily, Metric

from devices import census, traffic
from devices.models import CallCount, OperationItem, SyncRun

DAY_WORDS = "over the last 24 hours"


def collect() -> Iterator[Metric]:
    """Give the families. A scrape costs a few aggregate queries."""
    now = timezone.now()
    tally = census.whole(census.by_category())
    names = ("online", "offline", "unknown", "missing", "retired")
    states = {name: getattr(tally, name) for name in names}
    yield _by("devices", "state", "Devices by what the cloud says of them", states)
    yield _by("last_run_age_seconds", "kind", "Since a look at the cloud was complete", _ages(now))
    yield _by(
        "cloud_calls", "code", f"Calls to the device cloud by answer {DAY_WORDS}", _calls(now)
    )
    yield _by("operation_items", "outcome", "What staff asked for, by how it ended", _items())


def _by(name: str, label: str, words: str, values: Mapping[str, float]) -> Metric:
    family = GaugeMetricFamily(f"fleet_{name}", words, labels=[label])
    for key, value in sorted(values.items()):
        family.add_metric([key], value)
    return family


def _ages(now: datetime) -> dict[str, float]:
    whole = SyncRun.objects.filter(outcome=SyncRun.Outcome.COMPLETE).order_by()
    newest = whole.values_list("kind").annotate(Max("finished_at"))
    return {kind: (now - at).total_seconds() for kind, at in newest}


def _calls(now: datetime) -> dict[str, int]:
    rows = CallCount.objects.filter(hour__gt=now - traffic.DAY).order_by()
    return dict(rows.values_list("code").annotate(Sum("count")))


def _items() -> dict[str, int]:
    return dict(OperationItem.objects.order_by().values_list("outcome").annotate(Count("pk")))
