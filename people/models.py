"""Tables of this room: REST tokens, and what was done. Users and groups are Django's own."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.roles import Right, Role


class ApiToken(models.Model):
    """A key for scripts. Shown once when made; only its digest is kept."""

    name = models.CharField(_("name"), max_length=80, help_text=_("What uses this token."))
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        related_name="api_tokens",
        verbose_name=_("owner"),
    )
    role = models.CharField(
        _("role"),
        max_length=10,
        choices=Role.choices,
        help_text=_("The most that this token may do; never more than its owner."),
    )
    read_only = models.BooleanField(_("read-only"), default=False)
    prefix = models.CharField(_("begins with"), max_length=12)
    digest = models.CharField(max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made"))
    expires_at = models.DateTimeField(_("expires"))
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)

    class Meta:
        """The rights of the whole product hang here, so that Django makes them as permissions."""

        default_permissions = ()
        permissions: ClassVar = [(right.value, f"May {right.value}") for right in Right]

    def __str__(self) -> str:
        """Name and beginning, never the token."""
        return f"{self.name} ({self.prefix}…)"


class Deed(models.Model):
    """Something a person did that others must be able to ask about later. Rows are only added.

    The database itself refuses to change or delete one. People are kept as text: they may leave.
    A row says what was looked at, never what was seen.
    """

    class What(models.TextChoices):
        REVEALED = "revealed", _("looked at the local key")
        JOINED = "joined", _("joined with its predecessor")
        PARTED = "parted", _("parted from its predecessor")
        PAUSED = "paused", _("paused the device cloud")
        RESUMED = "resumed", _("resumed the device cloud")

    at = models.DateTimeField(_("when"))
    who = models.CharField(_("who"), max_length=255)
    address = models.CharField(_("from"), max_length=64, blank=True)
    what = models.CharField(_("what"), max_length=16, choices=What)
    about = models.CharField(_("about"), max_length=255)

    class Meta:
        ordering = ("-id",)

    def __str__(self) -> str:
        """One line of the record."""
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.who}: {self.what} {self.about}"
