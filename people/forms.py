"""What people may type on the pages of this room, read and refused in words."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from people import networks
from people.models import what_choices
from people.record import Question
from people.roles import Role, lower

DAYS = ((7, _("7 days")), (30, _("30 days")), (90, _("90 days")), (365, _("1 year")))


class TokenForm(forms.Form):
    """A token of one's own: never more than its maker, read-only unless wanted otherwise."""

    name = forms.CharField(label=_("What will use it"), max_length=80)
    role = forms.ChoiceField(label=_("May do what"))
    days = forms.TypedChoiceField(label=_("Lives for"), choices=DAYS, coerce=int, initial=90)
    addresses = forms.CharField(label=_("Only from networks"), required=False, max_length=500)
    read_only = forms.BooleanField(label=_("Read-only"), required=False, initial=True)

    def __init__(self, held: Role, data: Any = None) -> None:
        super().__init__(data)
        mine = [role for role in Role if lower(role, held) is role]
        field = self.fields["role"]
        field.choices = [(role.value, role.label) for role in mine]  # type: ignore[attr-defined]
        field.initial = held.value

    def clean_addresses(self) -> list[str]:
        """Networks; empty: from everywhere."""
        try:
            return networks.read(self.cleaned_data["addresses"])
        except ValueError as fault:
            words = _("These are no networks; write them as in 192.0.2.0/24, 2001:db8::/32.")
            raise forms.ValidationError(words) from fault


class RecordForm(forms.Form):
    """What is asked of the record of deeds."""

    who = forms.CharField(label=_("Who"), required=False, max_length=255)
    what = forms.ChoiceField(label=_("What"), required=False)
    since = forms.DateTimeField(label=_("From"), required=False)
    until = forms.DateTimeField(label=_("To"), required=False)
    device = forms.CharField(label=_("Device id"), required=False, max_length=64)
    text = forms.CharField(label=_("Text"), required=False, max_length=200)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data)
        kinds = sorted(what_choices(), key=lambda one: str(one[1]))
        self.fields["what"].choices = [("", _("anything")), *kinds]  # type: ignore[attr-defined]

    @property
    def question(self) -> Question:
        """What was asked and understood."""
        self.is_valid()
        given = self.cleaned_data
        return Question(
            who=given.get("who", ""),
            what=[given["what"]] if given.get("what") else [],
            since=given.get("since"),
            until=given.get("until"),
            device=given.get("device", ""),
            text=given.get("text", ""),
        )

    @property
    def asked(self) -> dict[str, str]:
        """What was asked and understood, as it was put."""
        given = {name: self.data.get(name, "") for name in self.fields}
        return {name: value for name, value in given.items() if value and name not in self.errors}

    @property
    def chips(self) -> list[tuple[Any, str, str]]:
        """Each thing asked: its label, its words, and the rest of the question."""
        kinds, asked = dict(what_choices()), self.asked
        return [
            (
                self.fields[name].label,
                str(kinds.get(value, value)),
                urlencode({other: asked[other] for other in asked if other != name}),
            )
            for name, value in asked.items()
        ]


class UserForm(forms.Form):
    """A new user; the password is generated."""

    username = forms.CharField(
        label=_("Name"), max_length=150, validators=[UnicodeUsernameValidator()]
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class RoleForm(forms.Form):
    """Another role for a user."""

    role = forms.ChoiceField(choices=Role.choices)
