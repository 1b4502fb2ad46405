"""The history: one table partitioned by month, so that the hot part of its index stays in memory."""

import django.db.models.deletion
from django.db import migrations, models

CREATE = """
CREATE TABLE devices_logentry (
    device_id bigint NOT NULL,
    event_time timestamptz NOT NULL,
    received_at timestamptz NOT NULL,
    not_before timestamptz,
    digest integer NOT NULL,
    event_id smallint NOT NULL,
    source_id smallint,
    provenance smallint NOT NULL,
    code varchar(64) NOT NULL,
    value jsonb,
    raw text,
    PRIMARY KEY (device_id, event_time, event_id, code, digest)
) PARTITION BY RANGE (event_time);
-- what carries an impossible time (a device clock in 1970) is kept too
CREATE TABLE devices_logentry_rest PARTITION OF devices_logentry DEFAULT;
-- log explorer: the newest of the whole fleet
CREATE INDEX logentry_by_time ON devices_logentry (event_time);
-- events.store: what polls inferred gives way to the device's own log; few rows
CREATE INDEX logentry_polled ON devices_logentry (device_id, event_time) WHERE provenance = 3;
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0001_mirror")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(CREATE, "DROP TABLE devices_logentry"),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="LogEntry",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "device_id",
                                "event_time",
                                "event_id",
                                "code",
                                "digest",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("event_time", models.DateTimeField(help_text="the vendor's clock, in ms")),
                        ("received_at", models.DateTimeField()),
                        (
                            "not_before",
                            models.DateTimeField(
                                help_text="poll only: the change lies between this and event_time",
                                null=True,
                            ),
                        ),
                        ("digest", models.IntegerField()),
                        ("event_id", models.SmallIntegerField()),
                        ("source_id", models.SmallIntegerField(null=True)),
                        (
                            "provenance",
                            models.SmallIntegerField(
                                choices=[(1, "log"), (2, "feed"), (3, "poll"), (4, "inferred")]
                            ),
                        ),
                        ("code", models.CharField(blank=True, max_length=64)),
                        (
                            "value",
                            models.JSONField(
                                help_text="typed by the product's specification", null=True
                            ),
                        ),
                        (
                            "raw",
                            models.TextField(
                                help_text="the text as sent, where it differs from value", null=True
                            ),
                        ),
                        (
                            "device",
                            models.ForeignKey(
                                db_constraint=False,
                                on_delete=django.db.models.deletion.DO_NOTHING,
                                related_name="log",
                                to="devices.device",
                            ),
                        ),
                    ],
                    options={
                        "ordering": ("-event_time",),
                        "indexes": [
                            models.Index(models.F("event_time"), name="logentry_by_time"),
                            models.Index(
                                models.F("device"),
                                models.F("event_time"),
                                name="logentry_polled",
                                condition=models.Q(provenance=3),
                            ),
                        ],
                    },
                ),
            ],
        ),
    ]
