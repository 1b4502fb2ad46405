"""What the address of the log explorer asks for, and how a place in the log is written into one."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from devices import pairing
from devices.explorer import FIRST_OF_ALL, LAST_OF_ALL, Key, Wanted
from devices.forms import NOBODY, LogForm
from devices.models import Device
from devices.views.link import WITH
from pages.keyset import SIZES, size_of

WHOLE_MINUTE = timedelta(minutes=1, microseconds=-1)
MOST_NAMED = 200  # devices that one part of a name may stand for

__all__ = ["SIZES", "Asked", "read", "write"]


@dataclass(frozen=True, slots=True)
class Asked:
    """One reading of the address. `problems` are sentences; with any, `wanted` is None."""

    form: LogForm
    size: int
    problems: tuple[str, ...] = ()
    wanted: Wanted | None = None
    before: Key | None = None
    after: Key | None = None
    device: Device | None = None
    unknown_device: bool = False
    too_many: bool = False

    @property
    def given(self) -> dict[str, Any]:
        """What of the address could be read; an empty source has its word."""
        cleaned = getattr(self.form, "cleaned_data", {})
        sources = [NOBODY if one is None else one for one in cleaned.get("source", ())]
        return cleaned | {"source": sources}

    @property
    def is_filtered(self) -> bool:
        """Whether it asks for less than everything that happened between its two times."""
        names = ("device", "product", "event", "source", "provenance", "code", "not_code")
        return any(self.form.cleaned_data.get(name) for name in (*names, "changes"))

    @property
    def is_newest(self) -> bool:
        """Whether it shows the newest rows, so that following live makes sense."""
        return not (self.before or self.after or self.form.cleaned_data.get("end"))


def read(query: QueryDict, now: datetime) -> Asked:
    """Read the address; nothing in it can do worse than become a sentence."""
    form, size = LogForm(query), size_of(query.get("size"))
    if not form.is_valid():
        return Asked(form, size, tuple(_sentences(form)))
    try:
        before, after = _places(query, form.cleaned_data["at"])
    except ValueError:
        return Asked(form, size, (_("This link's place in the log cannot be read; start anew."),))
    named, product = form.cleaned_data["device"].strip(), form.cleaned_data["product"]
    found = _named(named, product) if named else None
    return Asked(
        form=form,
        size=size,
        wanted=_wanted(form, now, _keys(found, product, older=query.get("with") == WITH)),
        before=before,
        after=after,
        device=found[0] if found and len(found) == 1 else None,
        unknown_device=found == [],
        too_many=found is not None and len(found) > MOST_NAMED,
    )


def _keys(found: list[Device] | None, product: str, *, older: bool) -> tuple[int, ...] | None:
    """Return the rows' device keys: history asks a list of keys far faster than a joined table."""
    if found is not None and older:
        ids = pairing.with_predecessors(device.device_id for device in found[:MOST_NAMED])
        return tuple(Device.objects.filter(device_id__in=ids).values_list("pk", flat=True))
    if found is not None:
        return tuple(device.pk for device in found[:MOST_NAMED])
    if not product:
        return None
    return tuple(Device.objects.filter(product=product).values_list("pk", flat=True))


def _wanted(form: LogForm, now: datetime, devices: tuple[int, ...] | None) -> Wanted:
    given, (start, end) = form.cleaned_data, form.range_at(now)
    return Wanted(
        start=start,
        end=end,
        events=given["event"],
        sources=given["source"],
        provenances=given["provenance"],
        codes=given["code"],
        not_codes=given["not_code"],
        changes=given["changes"],
        devices=devices,
    )


def _sentences(form: LogForm) -> list[str]:
    return [
        f"{form.fields[field].label}: {words}"
        for field, found in form.errors.items()
        for words in found
    ]


def _named(text: str, product: str) -> list[Device]:
    """Return the device with this id, else those whose name or id holds the text, one too many."""
    devices = Device.objects.only("id", "device_id", "name", "time_zone")
    if product:
        devices = devices.filter(product=product)
    return list(devices.filter(device_id=text)) or list(devices.search(text)[: MOST_NAMED + 1])


def _places(query: QueryDict, at: datetime | None) -> tuple[Key | None, Key | None]:
    before, after = query.get("before"), query.get("after")
    if before or after:
        return (_place(before) if before else None), (None if before else _place(str(after)))
    if at and not (at.second or at.microsecond):
        at += WHOLE_MINUTE  # the field names minutes, and who names one means all of it
    return (Key(at, *LAST_OF_ALL) if at else None), None


def widened(asked: Asked, query: QueryDict) -> str | None:
    """Return the address whose range holds the moment jumped to, when the present one does not."""
    wanted = asked.wanted
    if wanted is None:  # something in the address makes no sense
        return None
    at = asked.given["at"]
    if not at or asked.given["start"] or at >= wanted.start:
        return None
    changed = query.copy()
    changed.pop("range", None)
    changed["start"] = (at - (wanted.end - wanted.start)).strftime("%Y-%m-%dT%H:%M:%S")
    return "?" + changed.urlencode()


def write(key: Key) -> str:
    """Write a place so that it survives an address: `2026-11-21T12:03:07.214000~12`."""
    moment = key.place.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
    return f"{moment}~{key.device_id}"


def _place(text: str) -> Key:
    """Read what `write` wrote, or wrote once: then more followed. Raises ValueError on the rest."""
    moment, device = text.split("~", 2)[:2]
    number = int(device)
    if not FIRST_OF_ALL <= (number,) <= LAST_OF_ALL:
        raise ValueError(text)
    at = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%f").replace(tzinfo=UTC)
    return Key(at, number)
