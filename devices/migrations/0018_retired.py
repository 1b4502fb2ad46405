"""A device may be retired: since when, by whom and why.

The index of who is offline leaves retired ones out, so that the list still counts by it alone.
"""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0017_tagged_index")]

    operations = [
        migrations.AddField(
            "device",
            "retired_at",
            models.DateTimeField(help_text="since when staff hold it retired", null=True),
        ),
        migrations.AddField(
            "device", "retired_by", models.CharField(blank=True, db_default="", max_length=255)
        ),
        migrations.AddField(
            "device", "retired_reason", models.TextField(blank=True, db_default="")
        ),
        migrations.RemoveIndex("device", "device_offline"),
        migrations.AddIndex(
            "device",
            models.Index(
                "name",
                "id",
                condition=models.Q(online=False, retired_at=None),
                include=("state",),
                name="device_offline",
            ),
        ),
        migrations.AddIndex(
            "device",
            models.Index("name", "id", condition=~models.Q(retired_at=None), name="device_retired"),
        ),
    ]
