"""The tables of the mirror, all but the history (which is partitioned: see 0002)."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.contrib.postgres.operations import TrigramExtension
from django.db import migrations, models

import devices.models.secret


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("device_id", models.CharField(max_length=64, unique=True)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("category", models.CharField(blank=True, max_length=32)),
                ("online", models.BooleanField(help_text="null: the cloud did not say", null=True)),
                (
                    "online_since",
                    models.DateTimeField(help_text="since when it is online or offline", null=True),
                ),
                ("sub", models.BooleanField(default=False, help_text="it hangs behind a gateway")),
                ("gateway_id", models.CharField(blank=True, db_index=True, max_length=64)),
                ("uuid", models.CharField(blank=True, max_length=64)),
                ("sn", models.CharField(blank=True, max_length=64)),
                ("mac", models.CharField(blank=True, max_length=32)),
                (
                    "ip",
                    models.CharField(
                        blank=True, help_text="the public address it speaks from", max_length=64
                    ),
                ),
                ("time_zone", models.CharField(blank=True, max_length=16)),
                (
                    "owner_id",
                    models.CharField(blank=True, help_text="the home it belongs to", max_length=64),
                ),
                ("uid", models.CharField(blank=True, max_length=64)),
                (
                    "icon",
                    models.CharField(
                        blank=True, help_text="path as the cloud gives it", max_length=255
                    ),
                ),
                ("model", models.CharField(blank=True, max_length=128)),
                ("local_key", devices.models.secret.EncryptedTextField(blank=True)),
                ("active_at", models.DateTimeField(help_text="when it was paired", null=True)),
                ("created_at", models.DateTimeField(null=True)),
                (
                    "updated_at",
                    models.DateTimeField(help_text="the vendor's; not the last report", null=True),
                ),
                ("first_seen_at", models.DateTimeField()),
                (
                    "last_seen_at",
                    models.DateTimeField(
                        help_text="kept while it changes; a present device was seen in every complete sync since"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("present", "present"),
                            ("missing", "missing"),
                            ("removed", "removed"),
                        ],
                        default="present",
                        max_length=8,
                    ),
                ),
                ("state_since", models.DateTimeField()),
                ("state_reason", models.TextField(blank=True)),
                (
                    "asked_at",
                    models.DateTimeField(
                        help_text="when the cloud was last asked by its id", null=True
                    ),
                ),
                (
                    "absences",
                    models.PositiveSmallIntegerField(
                        default=0, help_text="runs in which the cloud itself denied its id"
                    ),
                ),
                (
                    "status",
                    models.JSONField(
                        default=dict, help_text="code -> value, as the cloud last said"
                    ),
                ),
                (
                    "stamps",
                    models.JSONField(
                        default=dict,
                        help_text="code -> [changed ms, received ms, provenance number]",
                    ),
                ),
                (
                    "listing_digest",
                    models.BinaryField(default=b"", help_text="of the last listing: same, no work"),
                ),
                ("last_event_at", models.DateTimeField(null=True)),
                ("logs_supported", models.BooleanField(default=True)),
                ("harvested_at", models.DateTimeField(null=True)),
                (
                    "next_harvest_at",
                    models.DateTimeField(db_default=django.db.models.functions.datetime.Now()),
                ),
                ("factory_read_at", models.DateTimeField(null=True)),
                (
                    "tags",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("note", models.TextField(blank=True)),
            ],
            options={
                "ordering": ("name", "id"),
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                ("product_id", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("name", models.CharField(blank=True, max_length=255)),
                ("category", models.CharField(blank=True, db_index=True, max_length=32)),
                (
                    "items",
                    models.JSONField(
                        default=list,
                        help_text="the data points: code, type, values, name, desc, dp_id, access",
                    ),
                ),
                (
                    "specified_at",
                    models.DateTimeField(
                        help_text="when the specification was last read", null=True
                    ),
                ),
                ("specification_tried_at", models.DateTimeField(null=True)),
                (
                    "specification_problem",
                    models.TextField(blank=True, help_text="why it could not be read"),
                ),
            ],
            options={
                "ordering": ("name", "product_id"),
            },
        ),
        migrations.CreateModel(
            name="CallCount",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hour", models.DateTimeField()),
                ("endpoint", models.CharField(max_length=128)),
                (
                    "code",
                    models.CharField(
                        help_text="0: success; else the vendor's or HTTP's code", max_length=32
                    ),
                ),
                ("count", models.PositiveIntegerField()),
                ("took_ms", models.PositiveBigIntegerField(default=0)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("hour"),
                        models.F("endpoint"),
                        models.F("code"),
                        name="callcount_one_row_each",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Coverage",
            fields=[
                (
                    "device",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        serialize=False,
                        to="devices.device",
                    ),
                ),
                ("since", models.DateTimeField(help_text="history is owed from here on")),
                ("complete", models.JSONField(default=list, help_text="[[start ms, end ms], …]")),
                (
                    "lost",
                    models.JSONField(default=list, help_text="[[start ms, end ms, reason], …]"),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Operation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("rename", "rename"),
                            ("remove", "remove"),
                            ("factory_reset", "factory reset"),
                        ],
                        max_length=16,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("awaiting_approval", "awaiting approval"),
                            ("cooling_off", "cooling off"),
                            ("running", "running"),
                            ("paused", "paused"),
                            ("finished", "finished"),
                            ("stopped", "stopped by its failures"),
                            ("cancelled", "cancelled"),
                            ("rejected", "rejected"),
                        ],
                        max_length=20,
                    ),
                ),
                ("reason", models.TextField(blank=True)),
                ("params", models.JSONField(default=dict)),
                ("pace_per_minute", models.PositiveIntegerField(null=True)),
                ("stop_after_failures", models.PositiveIntegerField(null=True)),
                ("plan_hash", models.CharField(max_length=64)),
                ("needs_approval", models.BooleanField(default=False)),
                ("requested_by_name", models.CharField(max_length=150)),
                ("approved_by_name", models.CharField(blank=True, max_length=150)),
                ("approved_at", models.DateTimeField(null=True)),
                (
                    "ended_by_name",
                    models.CharField(blank=True, help_text="who cancelled it", max_length=150),
                ),
                ("created_at", models.DateTimeField()),
                ("starts_at", models.DateTimeField(help_text="the end of the cooling-off time")),
                ("started_at", models.DateTimeField(null=True)),
                ("finished_at", models.DateTimeField(null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="approvals",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.SET_NULL,
                        related_name="operations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "retry_of",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="retries",
                        to="devices.operation",
                    ),
                ),
            ],
            options={
                "ordering": ("-id",),
            },
        ),
        migrations.CreateModel(
            name="OperationItem",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("position", models.PositiveIntegerField()),
                ("device_key", models.CharField(help_text="the device id as text", max_length=64)),
                (
                    "device_name",
                    models.CharField(blank=True, help_text="its name when asked", max_length=255),
                ),
                ("new_name", models.CharField(blank=True, max_length=255)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("queued", "queued"),
                            ("sent", "sent"),
                            ("accepted", "accepted"),
                            ("confirmed", "confirmed"),
                            ("refused", "refused"),
                            ("unknown", "unknown"),
                            ("unconfirmed", "unconfirmed"),
                            ("skipped", "skipped"),
                            ("cancelled", "cancelled"),
                        ],
                        default="queued",
                        max_length=12,
                    ),
                ),
                (
                    "why",
                    models.TextField(
                        blank=True, help_text="why skipped, unknown or refused, in words"
                    ),
                ),
                ("vendor_code", models.IntegerField(null=True)),
                ("vendor_message", models.TextField(blank=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                (
                    "snapshot",
                    models.JSONField(
                        default=dict, help_text="state and factory info before the call"
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("settled_at", models.DateTimeField(null=True)),
                ("confirmed_at", models.DateTimeField(null=True)),
                (
                    "next_look_at",
                    models.DateTimeField(help_text="when proof is looked for next", null=True),
                ),
                ("proof", models.JSONField(default=dict, help_text="what proves the outcome")),
                (
                    "device",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="operation_items",
                        to="devices.device",
                    ),
                ),
                (
                    "operation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="devices.operation",
                    ),
                ),
            ],
            options={
                "ordering": ("operation", "position"),
            },
        ),
        migrations.AddField(
            model_name="device",
            name="product",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="devices",
                to="devices.product",
            ),
        ),
        migrations.CreateModel(
            name="Project",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("client_id", models.CharField(max_length=64)),
                ("base_url", models.CharField(max_length=255)),
                (
                    "token",
                    devices.models.secret.EncryptedTextField(
                        blank=True, help_text="JSON of the living token"
                    ),
                ),
                ("token_saved_at", models.DateTimeField(null=True)),
                (
                    "clock_offset_ms",
                    models.IntegerField(default=0, help_text="the cloud's clock minus ours"),
                ),
                (
                    "lacks",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        default=list,
                        help_text="families of calls this account has no permission for",
                        size=None,
                    ),
                ),
                (
                    "next_call_at",
                    models.DateTimeField(help_text="when the next call may be made", null=True),
                ),
                (
                    "parked_code",
                    models.IntegerField(help_text="why no call is made at all", null=True),
                ),
                ("parked_message", models.TextField(blank=True)),
                ("parked_at", models.DateTimeField(null=True)),
                (
                    "probe_at",
                    models.DateTimeField(
                        help_text="when a parked account is tried again", null=True
                    ),
                ),
                (
                    "failures",
                    models.PositiveIntegerField(default=0, help_text="failed looks in a row"),
                ),
                ("last_ok_at", models.DateTimeField(null=True)),
                ("last_error", models.TextField(blank=True)),
                ("last_error_code", models.IntegerField(null=True)),
                ("last_error_at", models.DateTimeField(null=True)),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        models.F("client_id"), models.F("base_url"), name="project_one_row_each"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SyncRun",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("sync", "sync"), ("harvest", "harvest"), ("feed", "feed")],
                        max_length=8,
                    ),
                ),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("running", "running"),
                            ("complete", "complete"),
                            ("incomplete", "incomplete"),
                            ("failed", "failed"),
                        ],
                        default="running",
                        max_length=10,
                    ),
                ),
                ("started_at", models.DateTimeField()),
                ("finished_at", models.DateTimeField(null=True)),
                ("seen", models.PositiveIntegerField(default=0, help_text="devices looked at")),
                (
                    "changed",
                    models.PositiveIntegerField(default=0, help_text="devices that changed"),
                ),
                (
                    "created",
                    models.PositiveIntegerField(
                        default=0, help_text="devices met for the first time"
                    ),
                ),
                (
                    "missing",
                    models.PositiveIntegerField(
                        default=0, help_text="devices that left the listing"
                    ),
                ),
                ("rows", models.PositiveIntegerField(default=0, help_text="history rows added")),
                (
                    "calls",
                    models.PositiveIntegerField(default=0, help_text="calls made to the cloud"),
                ),
                ("error_code", models.IntegerField(null=True)),
                ("error", models.TextField(blank=True, help_text="the vendor's words or ours")),
            ],
            options={
                "ordering": ("-started_at",),
                "indexes": [
                    models.Index(
                        models.F("kind"),
                        models.OrderBy(models.F("started_at"), descending=True),
                        name="syncrun_newest",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="operation",
            index=models.Index(
                models.F("starts_at"),
                condition=models.Q(("state__in", ("cooling_off", "running"))),
                name="operation_live",
            ),
        ),
        migrations.AddIndex(
            model_name="operationitem",
            index=models.Index(
                models.F("next_look_at"),
                condition=models.Q(("next_look_at__isnull", False)),
                name="item_proof_due",
            ),
        ),
        migrations.AddConstraint(
            model_name="operationitem",
            constraint=models.UniqueConstraint(
                models.F("operation"), models.F("device"), name="item_one_per_device"
            ),
        ),
        migrations.AddConstraint(
            model_name="operationitem",
            constraint=models.UniqueConstraint(
                models.F("device"),
                condition=models.Q(("outcome__in", ("queued", "sent", "unknown"))),
                name="operation_one_open_per_device",
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(models.F("name"), models.F("id"), name="device_by_name"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(
                models.OrderBy(models.F("last_event_at"), descending=True, nulls_last=True),
                models.F("id"),
                name="device_by_last_event",
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(
                models.F("category"), models.F("name"), models.F("id"), name="device_by_category"
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(models.F("next_harvest_at"), name="device_harvest_due"),
        ),
        migrations.AddIndex(
            model_name="device",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["name"], name="device_name_part", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["device_id"], name="device_id_part", opclasses=["gin_trgm_ops"]
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=django.contrib.postgres.indexes.GinIndex(fields=["tags"], name="device_tags"),
        ),
    ]
