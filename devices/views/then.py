"""A device as of a past moment, or two moments beside each other: one tab of its page."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from devices import explorer, time_travel
from devices.datapoints import Reading
from devices.explorer import TooWideError
from devices.forms import MomentField
from devices.models import Device
from devices.specified import specification
from devices.time_travel import Held, Then
from pages.moments import moment as moment_of


class ThenForm(forms.Form):
    """The moments; the address is their only store."""

    at = MomentField(label=_l("As of"), required=False)
    beside = MomentField(label=_l("Beside"), required=False)


@dataclass(frozen=True, slots=True)
class Cell:
    """What one code said at one moment; `doubts` are sentences, empty when it is proven."""

    reading: Reading | None
    at: datetime | None
    doubts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Line:
    """One code at one moment, or at two."""

    code: str
    name: str
    cells: tuple[Cell, ...]
    differs: bool


def tab(request: HttpRequest, device: Device, now: datetime, language: str) -> dict[str, Any]:
    """Return what the tab shows."""
    form = ThenForm(request.GET)
    context: dict[str, Any] = {"form": form, "moments": [], "table": []}
    if not form.is_valid():
        words = [one for found in form.errors.values() for one in found]
        return context | {"problems": words}
    given = [form.cleaned_data["at"] or now, form.cleaned_data["beside"]]
    try:
        with explorer.patient():
            moments = [time_travel.then(device, one, now) for one in given if one]
    except TooWideError:
        return context | {"problems": [_("This takes too long to read; try a later moment.")]}
    table = lines(device, moments, language)
    return context | {
        "moments": moments,
        "table": table,
        "different": sum(line.differs for line in table),
    }


def lines(device: Device, moments: list[Then], language: str) -> list[Line]:
    """Return one line a code, as a person reads it."""
    spec = specification(device.product)
    found = []
    for code in time_travel.codes(device):
        held = [one.values.get(code) for one in moments]
        if not any(one and one.known for one in held) and code not in device.status:
            continue
        found.append(
            Line(
                code=code,
                name=spec.read(code, None, language).name,
                cells=tuple(cell(device, one, language) for one in held),
                differs=len(held) > 1 and time_travel.different(*held),
            )
        )
    return found


def cell(device: Device, held: Held | None, language: str) -> Cell:
    """Return one value with what speaks against it."""
    if held is None or not held.known:
        return Cell(None, None, (_("Nothing was told before this moment."),))
    reading = specification(device.product).read(held.code, held.value, language)
    doubts = [
        _("%(reason)s, %(start)s – %(end)s: it may have said something else")
        % {"reason": _(gap.reason), "start": _short(gap.start), "end": _short(gap.end)}
        for gap in held.gaps[-1:]
    ]
    if held.unsure_until:
        words = _("found changed at %(at)s; when it changed nobody saw")
        doubts.append(words % {"at": _short(held.unsure_until)})
    return Cell(reading, held.at, tuple(doubts))


def _short(at: datetime | int) -> str:
    return f"{moment_of(at):%Y-%m-%d %H:%M:%S} UTC"
