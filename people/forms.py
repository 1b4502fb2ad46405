"""What people may type on the pages of this room, read and refused in words."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.utils.translation import gettext_lazy as _

from people import networks
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


class UserForm(forms.Form):
    """A new user; the password is generated."""

    username = forms.CharField(
        label=_("Name"), max_length=150, validators=[UnicodeUsernameValidator()]
    )
    role = forms.ChoiceField(label=_("Role"), choices=Role.choices)


class RoleForm(forms.Form):
    """Another role for a user."""

    role = forms.ChoiceField(choices=Role.choices)
