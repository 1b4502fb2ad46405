"""What a kind of device can do: its data points as the device cloud specifies them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

GATEWAYS = frozenset({"wg2", "wgsxj", "wfcon", "zigbee"})
# Small battery things that mostly hang off a gateway when one is near.
MOSTLY_SUBS = frozenset({"wsdcg", "pir", "mcs", "sj", "ywbj", "wxkg", "co2bj"})


@dataclass(frozen=True, slots=True)
class DataPoint:
    """One data point. `values` is its specification, `usual` where an Integer mostly is."""

    dp_id: int
    code: str
    kind: str
    access: str = "rw"
    name: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    usual: tuple[int, int] | None = None
    # Reports of such a point are increments, not totals (report_type "sum").
    sums: bool = False

    @property
    def reported(self) -> bool:
        """Whether it appears in a status."""
        return self.access != "wr"

    @property
    def writable(self) -> bool:
        """Whether a command may set it."""
        return self.access != "ro"

    def specification(self) -> str:
        """Write the `values` text of a specification: JSON inside a string."""
        return json.dumps(self.values, ensure_ascii=False, separators=(",", ":"))


@dataclass(frozen=True, slots=True)
class Product:
    """One product. Its first device starts with the values `observed` on a real one."""

    pid: str
    category: str
    name: str
    points: tuple[DataPoint, ...]
    english: str = ""
    gateway: bool = False
    sub: bool = False
    observed: Mapping[str, object] = field(default_factory=dict)

    def point(self, code: str) -> DataPoint | None:
        """Return the data point of that code, if the product has one."""
        return next((point for point in self.points if point.code == code), None)


def read_products(path: str | Path) -> list[Product]:
    """Read products from a JSON file: `{"products": [{pid, cat, name, dps, status?}]}`."""
    document = json.loads(Path(path).read_text(encoding="utf-8"))
    return [_product(entry) for entry in document["products"]]


def _product(entry: Mapping[str, object]) -> Product:
    points = entry["dps"]
    observed = entry.get("status")
    category = str(entry["cat"])
    return Product(
        pid=str(entry["pid"]),
        category=category,
        name=str(entry["name"]),
        english=str(entry["name"]),
        points=tuple(_point(row) for row in points) if isinstance(points, list) else (),
        gateway=category in GATEWAYS,
        sub=category in MOSTLY_SUBS,
        observed=observed if isinstance(observed, dict) else {},
    )


def _point(row: list[object]) -> DataPoint:
    dp_id, code, kind, access, *rest = row
    name = rest[0] if rest and isinstance(rest[0], str) else ""
    values = rest[-1] if rest and isinstance(rest[-1], dict) else {}
    return DataPoint(int(str(dp_id)), str(code), str(kind), str(access), name, values)
