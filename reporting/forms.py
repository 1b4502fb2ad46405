"""The form with which an operator writes a row of the mapping. Reads text; decides nothing."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from .mapping import vocabulary
from .models import MappingRow

MOST_TEXT = 10_000


class RowForm(forms.Form):
    """A row: which code feeds which property, and how."""

    code = forms.CharField(max_length=100, label=_("Code of the device cloud"))
    category = forms.CharField(max_length=32, required=False, label=_("Category (empty: any)"))
    property = forms.CharField(max_length=40, label=_("Property of USH"))
    suffix = forms.CharField(max_length=20, required=False, label=_("Suffix of a gang"))
    kind = forms.ChoiceField(choices=MappingRow.Kind.choices, label=_("How"))
    words = forms.CharField(
        max_length=MOST_TEXT, required=False, label=_("Words, one a line: value = WORD")
    )
    extension = forms.BooleanField(required=False, label=_("USH has not published this name"))
    device = forms.CharField(max_length=64, required=False, label=_("Try it on this device"))

    def row(self) -> dict[str, Any]:
        """Give the row as the door wants it."""
        given = self.cleaned_data
        names = ("code", "category", "property", "suffix", "kind", "extension")
        return {name: given[name] for name in names} | {"parameters": self._words()}

    def _words(self) -> dict[str, str]:
        lines = [line.partition("=") for line in self.cleaned_data["words"].splitlines()]
        return {raw.strip(): word.strip() for raw, sign, word in lines if sign and raw.strip()}


def published() -> list[str]:
    """Give the names that USH published, to choose from."""
    return sorted(vocabulary.NAMES)
