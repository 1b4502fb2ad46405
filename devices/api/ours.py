"""Which history rows are an operation of ours: "was it us?", answered from the proofs."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from devices.models import LogEntry, OperationItem

RESET = 4  # the vendor's event number
SAME_MOMENT = timedelta(seconds=1)  # a removal is noted when its proof is, to the millisecond

Own = LogEntry.Own


def operations(page: Iterable[Mapping[str, Any]]) -> list[int | None]:
    """For each row of `values()`, the number of the operation that it proves. One query at most."""
    page = list(page)
    suspects = {row["device_id"] for row in page if row["event_id"] in (RESET, Own.REMOVED)}
    items = _items(suspects) if suspects else []
    return [_of(row, items) for row in page]


def _items(devices: Iterable[int]) -> list[OperationItem]:
    found = OperationItem.objects.filter(device_id__in=devices, confirmed_at__isnull=False)
    return list(found.only("device_id", "operation_id", "confirmed_at", "proof"))


def _of(row: Mapping[str, Any], items: Iterable[OperationItem]) -> int | None:
    if row["event_id"] == Own.RENAMED:
        said = row["value"]
        return said.get("operation") if isinstance(said, dict) else None
    near = (item for item in items if item.device_id == row["device_id"])
    return next((item.operation_id for item in near if _proves(row, item)), None)


def _proves(row: Mapping[str, Any], item: OperationItem) -> bool:
    if row["event_id"] == RESET and item.proof.get("kind") == "log":
        return bool(datetime.fromisoformat(item.proof["event_time"]) == row["event_time"])
    if row["event_id"] == Own.REMOVED and item.confirmed_at:
        return bool(abs(item.confirmed_at - row["event_time"]) < SAME_MOMENT)
    return False
