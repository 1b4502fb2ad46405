"""What an export asks of the history, frozen: as JSON in its row and manifest, and as rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from devices import explorer
from devices.explorer import Wanted
from devices.models import Device, Provenance
from devices.querysets import LogQuerySet
from rest.times import stamp

WORDS = {member.value: member.name.lower() for member in Provenance}


@dataclass(frozen=True, slots=True)
class Question:
    """`wanted` says all but which devices: those are kept by id, for ids outlive our own numbers.

    None, for devices as for products: any.
    """

    wanted: Wanted
    devices: tuple[str, ...] | None = None
    products: tuple[str, ...] | None = None

    def of(self) -> tuple[int, ...] | None:
        """Return our own numbers of the devices; None: all devices."""
        if self.devices is None and self.products is None:
            return None
        found = Device.objects.all()
        if self.devices is not None:
            found = found.filter(device_id__in=self.devices)
        if self.products is not None:
            found = found.filter(product__in=self.products)
        return tuple(found.order_by("pk").values_list("pk", flat=True))

    def rows(self) -> LogQuerySet:
        """Return the rows, in no order."""
        found = self.candidates()
        return found.changes_only() if self.wanted.changes else found

    def candidates(self) -> LogQuerySet:
        """Return the rows before those that say nothing new are left out: quick to count."""
        return explorer.matching(replace(self.wanted, devices=self.of()))


def as_json(question: Question) -> dict[str, Any]:
    """Return it by the names of REST's filters."""
    wanted = question.wanted
    return {
        "start": stamp(wanted.start),
        "end": stamp(wanted.end),
        "event": list(wanted.events),
        "source": list(wanted.sources),
        "provenance": [WORDS[one] for one in wanted.provenances],
        "code": list(wanted.codes),
        "not_code": list(wanted.not_codes),
        "changes": wanted.changes,
        "device": _listed(question.devices),
        "product_id": _listed(question.products),
    }


def from_json(kept: Mapping[str, Any]) -> Question:
    """Read what `as_json` wrote."""
    numbers = {word: number for number, word in WORDS.items()}
    wanted = Wanted(
        start=datetime.fromisoformat(kept["start"]),
        end=datetime.fromisoformat(kept["end"]),
        events=tuple(kept["event"]),
        sources=tuple(kept["source"]),
        provenances=tuple(numbers[word] for word in kept["provenance"]),
        codes=tuple(kept["code"]),
        not_codes=tuple(kept["not_code"]),
        changes=kept["changes"],
    )
    return Question(wanted, _kept(kept["device"]), _kept(kept["product_id"]))


def _listed(ids: Sequence[str] | None) -> list[str] | None:
    return None if ids is None else list(ids)


def _kept(ids: Sequence[str] | None) -> tuple[str, ...] | None:
    return None if ids is None else tuple(ids)
