"""Tables of this room: REST tokens, and what was done. Users and groups are Django's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.conf import settings
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils.translation import gettext_lazy as _

from people.roles import Right, Role

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


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
    addresses = models.JSONField(
        _("only from"),
        default=list,
        blank=True,
        help_text=_("Networks that may use it, as in 192.0.2.0/24; empty: from everywhere."),
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True)
    last_address = models.CharField(_("last used from"), max_length=64, blank=True)

    class Meta:
        """The rights of the whole product hang here, so that Django makes them as permissions."""

        default_permissions = ()
        permissions: ClassVar = [(right.value, f"May {right.value}") for right in Right]

    def __str__(self) -> str:
        """Name and beginning, never the token."""
        return f"{self.name} ({self.prefix}…)"


class TokenUse(models.Model):
    """A day's address of a token: the first use of each is on record, not every call."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="uses")
    day = models.DateField()
    address = models.CharField(max_length=64, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["token", "day", "address"], name="token_use_once")
        ]

    def __str__(self) -> str:
        """When, from where."""
        return f"{self.day} {self.address}"


class SeenSetting(models.Model):
    """A digest of a setting at the last start, to tell that it changed. Never the setting."""

    name = models.CharField(max_length=64, primary_key=True)
    digest = models.CharField(max_length=96)

    def __str__(self) -> str:
        """The name."""
        return self.name


NAMED = 3  # devices of a deed that its line names; the row holds them all


def what_choices() -> list[tuple[str, StrOrPromise]]:
    """Every kind of deed; a function, so that a new kind needs no migration."""
    return list(Deed.What.choices)


def _told(value: Any) -> str:
    """One detail as a person reads it."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {_told(one)}" for name, one in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


class Deed(models.Model):
    """Something that others must be able to ask about later. Rows are only added, in one chain.

    The database itself refuses to change or delete one, and each carries the seal of the one
    before (people.chain). People and devices are kept as text: they may leave. A row says what was
    looked at, never what was seen.
    """

    class What(models.TextChoices):
        REVEALED = "revealed", _("looked at the local key")
        JOINED = "joined", _("joined with its predecessor")
        PARTED = "parted", _("parted from its predecessor")
        RETIRED = "retired", _("retired devices")
        BROUGHT_BACK = "brought-back", _("brought retired devices back")
        PAUSED = "paused", _("paused the device cloud")
        RESUMED = "resumed", _("resumed the device cloud")
        OP_ASKED = "op-asked", _("asked for an operation")
        OP_APPROVED = "op-approved", _("approved an operation")
        OP_REJECTED = "op-rejected", _("rejected an operation")
        OP_CANCELLED = "op-cancelled", _("cancelled an operation")
        OP_PAUSED = "op-paused", _("paused an operation")
        OP_RESUMED = "op-resumed", _("resumed an operation")
        OP_SENT = "op-sent", _("sent an order to the cloud")
        OP_ANSWERED = "op-answered", _("heard the cloud's answer")
        OP_PROVEN = "op-proven", _("found the proof")
        OP_UNPROVEN = "op-unproven", _("found no proof")
        OP_STARTED = "op-started", _("started an operation: its cooling-off time was over")
        OP_EXPIRED = "op-expired", _("ended an operation: nobody approved it in time")
        OP_STOPPED = "op-stopped", _("stopped an operation: too much of it failed")
        OP_LEFT_OUT = "op-left-out", _("left offline devices of an operation out")
        OP_FINISHED = "op-finished", _("saw the end of an operation")
        EXPORT_ASKED = "export-asked", _("asked for an export")
        EXPORT_CANCELLED = "export-cancelled", _("cancelled an export")
        EXPORT_TAKEN = "export-taken", _("downloaded an export")
        PAUSE = "pause", _("paused the delivery")
        RESUME = "resume", _("resumed the delivery")
        RESYNC = "resync", _("told USH again")
        RETRY = "retry", _("retried what USH refused")
        DISCARD = "discard", _("gave up what USH refused")
        MAPPING_ADD = "mapping-add", _("added a row of the mapping")
        MAPPING_ON = "mapping-on", _("switched a row of the mapping on")
        MAPPING_OFF = "mapping-off", _("switched a row of the mapping off")
        MAPPING_REMOVE = "mapping-remove", _("removed a row of the mapping")
        SIGNED_IN = "signed-in", _("signed in")
        SIGN_IN_FAILED = "sign-in-failed", _("failed to sign in")
        LOCKED_OUT = "locked-out", _("was locked out")
        UNLOCKED = "unlocked", _("unlocked sign-ins")
        SIGNED_OUT = "signed-out", _("signed out")
        SESSION_ENDED = "session-ended", _("ended a session")
        FACTOR_ADDED = "factor-added", _("added a second factor")
        FACTOR_REMOVED = "factor-removed", _("removed a second factor")
        CODES_MADE = "codes-made", _("made recovery codes")
        PASSWORD_CHANGED = "password-changed", _("changed the own password")
        TOKEN_MADE = "token-made", _("made a token")
        TOKEN_REVOKED = "token-revoked", _("revoked a token")
        TOKEN_USED = "token-used", _("used a token")
        TOKEN_REFUSED = "token-refused", _("was refused with a token")
        USER_ADDED = "user-added", _("added a user")
        ROLE_GIVEN = "role-given", _("gave a role")
        LET_IN = "let-in", _("let a user in again")
        KEPT_OUT = "kept-out", _("kept a user out")
        PASSWORD_RENEWED = "password-renewed", _("gave a user a new password")
        SETTINGS_CHANGED = "settings-changed", _("started with other settings")
        RESTORED = "restored", _("brought a backup back")

    id = models.BigIntegerField(_("number"), primary_key=True)
    at = models.DateTimeField(_("when"))
    who = models.CharField(_("who"), max_length=255)
    address = models.CharField(_("from"), max_length=64, blank=True)
    what = models.CharField(_("what"), max_length=24, choices=what_choices)
    about = models.CharField(_("about"), max_length=255, blank=True)
    why = models.TextField(_("why"), blank=True)
    devices = models.JSONField(_("devices"), default=list)
    details = models.JSONField(_("details"), default=dict)
    previous = models.CharField(max_length=64, unique=True, help_text=_("Seal of the row before."))
    seal = models.CharField(max_length=64)

    class Meta:
        ordering = ("-id",)
        indexes: ClassVar = [
            # deeds.record_once: whether the same came from there just now
            models.Index(fields=["what", "address", "-at"], name="deed_lately_from"),
            # record.found: of a person and their tokens, of a kind, of a time, about a device
            models.Index(
                fields=["who", "-id"],
                name="deed_by_person",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
            models.Index(fields=["what", "-id"], name="deed_by_kind"),
            models.Index("at", name="deed_by_time"),
            GinIndex(fields=["devices"], name="deed_by_device", opclasses=["jsonb_path_ops"]),
            models.Index(fields=["about"], name="deed_by_thing"),
        ]

    def __str__(self) -> str:
        """One line of the record."""
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.who}: {self.what} {self.about}"

    def said(self) -> str:
        """Why, which devices, and what else belongs to it, in one line."""
        named = ", ".join(str(one) for one in self.devices[:NAMED])
        more = f" … ({len(self.devices)})" if len(self.devices) > NAMED else ""
        parts = [f"“{self.why}”" if self.why else "", named + more]
        for name, value in self.details.items():
            parts.append(f"{name}: {_told(value)}" if value or value == 0 else "")
        return " · ".join(part for part in parts if part)


class ChainHead(models.Model):
    """The end of the chain of deeds, one row: without it a cut-off end would not be missed."""

    number = models.BigIntegerField(_("number"))
    seal = models.CharField(max_length=64)

    def __str__(self) -> str:
        """What somebody may keep elsewhere."""
        return f"{self.number}:{self.seal}"
