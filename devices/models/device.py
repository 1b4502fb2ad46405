"""The mirror of one device: what the cloud says of it now, and since when."""

from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models.functions import Collate, Now
from django.utils.translation import gettext_lazy as _

from devices.lookups import Letters
from devices.querysets import DeviceQuerySet

from .loading import Loaded
from .product import Product
from .secret import EncryptedTextField

COUNTED = ("online", "state", "retired_at", "category", "product", "last_event_at")

COUNTED_OF_SOME = ("online", "state", "category", "product", "last_event_at")  # of who is in use


class Device(Loaded):
    """One device of the cloud project; a device that left keeps its row and its history."""

    class State(models.TextChoices):
        """Whether the cloud still lists it. Missing is not offline, and neither is removed."""

        PRESENT = "present", _("present")
        MISSING = "missing", _("missing")
        REMOVED = "removed", _("removed")

    device_id = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=255, blank=True)
    category = models.CharField(max_length=32, blank=True)
    product = models.ForeignKey(
        Product, models.PROTECT, null=True, related_name="devices", db_index=False
    )  # device_by_product is its index
    online = models.BooleanField(null=True, help_text="null: the cloud did not say")
    online_since = models.DateTimeField(null=True, help_text="since when it is online or offline")
    sub = models.BooleanField(default=False, help_text="it hangs behind a gateway")
    gateway_id = models.CharField(max_length=64, blank=True, db_index=True)
    uuid = models.CharField(max_length=64, blank=True)
    sn = models.CharField(max_length=64, blank=True)
    mac = models.CharField(max_length=32, blank=True)
    ip = models.CharField(max_length=64, blank=True, help_text="the public address it speaks from")
    time_zone = models.CharField(max_length=16, blank=True)
    owner_id = models.CharField(max_length=64, blank=True, help_text="the home it belongs to")
    uid = models.CharField(max_length=64, blank=True)
    icon = models.CharField(max_length=255, blank=True, help_text="path as the cloud gives it")
    model = models.CharField(max_length=128, blank=True)
    local_key = EncryptedTextField(blank=True)

    active_at = models.DateTimeField(null=True, help_text="when it was paired")
    created_at = models.DateTimeField(null=True)
    updated_at = models.DateTimeField(null=True, help_text="the vendor's; not the last report")
    first_seen_at = models.DateTimeField()
    last_seen_at = models.DateTimeField(
        help_text="kept while it changes; a present device was seen in every complete sync since"
    )

    state = models.CharField(max_length=8, choices=State, default=State.PRESENT)
    state_since = models.DateTimeField()
    state_reason = models.TextField(blank=True)
    absences = models.PositiveSmallIntegerField(
        default=0, help_text="runs in which the cloud itself denied its id"
    )

    asked_at = models.DateTimeField(null=True, help_text="when the cloud was last asked by its id")

    status = models.JSONField(default=dict, help_text="code -> value, as the cloud last said")
    stamps = models.JSONField(
        default=dict, help_text="code -> [changed ms, received ms, provenance number]"
    )
    listing_digest = models.BinaryField(default=b"", help_text="of the last listing: same, no work")
    last_event_at = models.DateTimeField(null=True)

    logs_supported = models.BooleanField(default=True)
    harvested_at = models.DateTimeField(null=True)
    next_harvest_at = models.DateTimeField(db_default=Now())
    factory_read_at = models.DateTimeField(null=True)

    retired_at = models.DateTimeField(null=True, help_text="since when staff hold it retired")
    retired_by = models.CharField(max_length=255, blank=True, db_default="")
    retired_reason = models.TextField(blank=True, db_default="")

    predecessor = models.OneToOneField(
        "self",
        models.SET_NULL,
        null=True,
        related_name="successor",
        help_text="the same hardware under an older id; set by a person only",
    )

    tags = ArrayField(models.CharField(max_length=64), default=list, blank=True)
    note = models.TextField(blank=True)

    let_go_before: datetime | None  # brought by `with_books`

    objects = DeviceQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        indexes = (
            # listing: the default order of the device list, walked by key; what else the next
            # four hold lets what matches be counted and sorted without a look at the rows
            models.Index("name", "id", include=COUNTED, name="device_by_name"),
            # listing: newest event first
            models.Index(
                models.F("last_event_at").desc(nulls_last=True),
                "id",
                include=("name", "online", "state", "retired_at", "category", "product"),
                name="device_by_last_event",
            ),
            # listing: filters that staff use most
            models.Index(
                "category",
                "name",
                "id",
                include=("online", "state", "retired_at", "product", "last_event_at"),
                name="device_by_category",
            ),
            models.Index(
                "product",
                "name",
                "id",
                include=("online", "state", "retired_at", "category", "last_event_at"),
                name="device_by_product",
            ),
            # harvest.due: who is to be read next
            models.Index("next_harvest_at", name="device_harvest_due"),
            # listing: search by part of a name or id
            GinIndex(fields=["name"], opclasses=["gin_trgm_ops"], name="device_name_part"),
            GinIndex(fields=["device_id"], opclasses=["gin_trgm_ops"], name="device_id_part"),
            # of two letters there is no trigram: half of the Chinese words have two
            GinIndex(Letters("name"), name="device_name_letters"),
            GinIndex(fields=["tags"], name="device_tags"),
            # suggesting: which tags there are; most devices have none
            models.Index("id", name="device_tagged", condition=~models.Q(tags=[])),
            # listing: dp:switch_1=true; what waits beside the index is read at every search
            GinIndex(
                fields=["status"],
                opclasses=["jsonb_path_ops"],
                gin_pending_list_limit=128,
                name="device_by_value",
            ),
            # listing: what few devices are, in the list's own order
            models.Index(
                "name", "id", name="device_not_present", condition=~models.Q(state="present")
            ),
            models.Index(
                "name", "id", name="device_online_unknown", condition=models.Q(online=None)
            ),
            # finding: names that begin so, whatever the database's own order of letters
            models.Index(Collate("name", "C"), "id", name="device_name_begins"),
            # listing: how many are offline, counted without looking at the rows
            models.Index(
                "name",
                "id",
                include=COUNTED_OF_SOME,
                name="device_offline",
                condition=models.Q(online=False, retired_at=None),
            ),
            # listing: sub:true, a fifth of a fleet, by the index alone
            models.Index(
                "name",
                "id",
                include=COUNTED_OF_SOME,
                name="device_sub",
                condition=models.Q(sub=True, retired_at=None),
            ),
            # listing: retired:true, in the list's own order
            models.Index("name", "id", name="device_retired", condition=~models.Q(retired_at=None)),
            # pairing: the same hardware under another id
            models.Index("uuid", name="device_by_uuid", condition=~models.Q(uuid="")),
            models.Index("sn", name="device_by_sn", condition=~models.Q(sn="")),
            models.Index("mac", name="device_by_mac", condition=~models.Q(mac="")),
        )

    def __str__(self) -> str:
        return self.name or self.device_id
