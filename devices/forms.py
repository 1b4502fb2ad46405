"""What people may type on the pages of this room, read and refused in words. Decides nothing."""

from datetime import UTC, datetime, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l

from .models import Operation, Provenance
from .name_lists import MOST_BYTES
from .naming import LONGEST as LONGEST_PATTERN
from .orders import LONGEST_NAME, USUAL_PERCENT_OF, Order

RANGES = {
    "1h": timedelta(hours=1),
    "24h": timedelta(hours=24),
    "7d": timedelta(days=7),
    "30d": timedelta(days=30),
}
USUAL_RANGE = "24h"
SMALLEST, LARGEST = -(2**15), 2**15 - 1  # of a stored event or source number
AHEAD = timedelta(minutes=1)  # devices' clocks run ahead; their newest events belong to "now"
NOBODY = "none"  # the choice "no source was told"
MOST_TYPED = 200  # names with a field each; more of them come as a list, a file or a pattern


class NumbersField(forms.Field):
    """Numbers, given once or often, each a list by commas: `?event=7&event=1,2`."""

    widget = forms.MultipleHiddenInput
    none_allowed = False

    def to_python(self, value: Any) -> tuple[int | None, ...]:
        """Return each number once, in the order given."""
        words = [word.strip() for text in value or () for word in str(text).split(",")]
        return tuple(dict.fromkeys(self._number(word) for word in words if word))

    def _number(self, word: str) -> int | None:
        if self.none_allowed and word == NOBODY:
            return None
        try:
            number = int(word)
        except ValueError:
            number = LARGEST + 1
        if not SMALLEST <= number <= LARGEST:
            problem = _("“%(given)s” is no number that can stand here.") % {"given": word[:40]}
            raise forms.ValidationError(problem)
        return number


class SourcesField(NumbersField):
    """Source numbers, or the word for "none was told"."""

    none_allowed = True


class ProvenancesField(NumbersField):
    """How Fleet learned of it, by number or by word (`log`, `feed`, `poll`, `inferred`)."""

    def _number(self, word: str) -> int | None:
        named = {one.name.lower(): one.value for one in Provenance}
        return named[word] if word in named else super()._number(word)


class CodesField(forms.Field):
    """Codes, given once or often, each a list by commas."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> tuple[str, ...]:
        """Return each code once."""
        words = [word.strip() for text in value or () for word in str(text).split(",")]
        if any("\0" in word or len(word) > 64 for word in words):  # noqa: PLR2004  the column
            raise forms.ValidationError(_("A code has at most 64 plain characters."))
        return tuple(dict.fromkeys(word for word in words if word))


class MomentField(forms.DateTimeField):
    """A moment; without a zone it is meant in UTC, as the page says beside it."""

    default_error_messages = {
        "invalid": _l("Write a time as 2026-11-21T12:03 (UTC) or with its own zone.")
    }
    widget = forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"})

    def to_python(self, value: Any) -> datetime | None:
        """Return the moment in UTC."""
        moment = super().to_python(value)
        try:
            return moment.astimezone(UTC) if moment else None
        except OverflowError as exc:
            raise forms.ValidationError(self.error_messages["invalid"]) from exc


class LogForm(forms.Form):
    """The filters of the log explorer; the address is their only store."""

    range = forms.ChoiceField(
        label=_l("Range"), choices=[(name, name) for name in RANGES], required=False
    )
    start = MomentField(label=_l("From"), required=False)
    end = MomentField(label=_l("To"), required=False)
    at = MomentField(label=_l("Jump to"), required=False)
    device = forms.CharField(label=_l("Device"), max_length=255, required=False)
    product = forms.CharField(label=_l("Product"), max_length=64, required=False)
    event = NumbersField(label=_l("Event"), required=False)
    source = SourcesField(label=_l("Source"), required=False)
    provenance = ProvenancesField(label=_l("Known by"), required=False)
    code = CodesField(label=_l("Code"), required=False)
    not_code = CodesField(label=_l("Without code"), required=False)
    changes = forms.BooleanField(label=_l("Only changes"), required=False)
    fold = forms.BooleanField(label=_l("Fold flapping"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a range that ends before it starts."""
        cleaned = super().clean() or self.cleaned_data
        start, end = cleaned.get("start"), cleaned.get("end")
        if start and end and start >= end:
            self.add_error("end", _("The range ends before it starts."))
        return cleaned

    def range_at(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the half-open range meant: given times win over a preset."""
        length = RANGES[self.cleaned_data["range"] or USUAL_RANGE]
        start, end = self.cleaned_data["start"], self.cleaned_data["end"]
        latest = end or max(now, start or now) + AHEAD
        return start or latest - length, latest


class OrderForm(forms.Form):
    """What a person asks of some devices, before it is previewed or confirmed."""

    kind = forms.ChoiceField(choices=Operation.Kind.choices)
    name = forms.CharField(label=_l("New name"), max_length=LONGEST_NAME, required=False)
    pace_per_minute = forms.IntegerField(
        label=_l("Pace"), min_value=1, max_value=60_000, required=False
    )
    stop_after_failures = forms.IntegerField(
        label=_l("Stop after failures"), min_value=1, max_value=10_000, required=False
    )
    stop_after_percent = forms.IntegerField(
        label=_l("Stop when so many per cent failed"), min_value=1, max_value=100, required=False
    )
    stop_percent_of = forms.IntegerField(
        label=_l("once so many were asked"), min_value=1, max_value=10_000, required=False
    )
    offline = forms.ChoiceField(
        label=_l("Offline devices"), choices=Operation.Offline.choices, required=False
    )
    wait_until = MomentField(label=_l("Wait until"), required=False)
    pattern = forms.CharField(
        label=_l("Pattern"), max_length=LONGEST_PATTERN, required=False, strip=True
    )
    lines = forms.CharField(max_length=MOST_BYTES, required=False, strip=False)
    reason = forms.CharField(label=_l("Reason"), max_length=2_000, required=False)
    plan_hash = forms.CharField(max_length=64, required=False)
    phrase = forms.CharField(max_length=400, required=False, strip=False)
    form_key = forms.CharField(max_length=64, required=False)

    def order(self, device_ids: tuple[str, ...], names: dict[str, str]) -> Order:
        """Return the order as the door takes it."""
        given = self.cleaned_data
        waits = given["offline"] == Operation.Offline.WAIT  # a date beside another choice is idle
        return Order(
            kind=Operation.Kind(given["kind"]),
            device_ids=device_ids,
            name=given["name"],
            names=names or None,
            pattern=given["pattern"],
            reason=given["reason"],
            pace_per_minute=given["pace_per_minute"],
            stop_after_failures=given["stop_after_failures"],
            stop_after_percent=given["stop_after_percent"],
            stop_percent_of=given["stop_percent_of"] or USUAL_PERCENT_OF,
            offline=Operation.Offline(given["offline"] or Operation.Offline.ACT),
            wait_until=given["wait_until"] if waits else None,
            plan_hash=given["plan_hash"],
        )
