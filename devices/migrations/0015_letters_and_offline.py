"""One or two letters of a name, a name's beginning and who is offline: an index for each.

The index of doubled letters goes: it was six times as big, and of one letter it knew nothing.
"""

import django.contrib.postgres.indexes
import django.db.models.functions
from django.db import migrations, models

import devices.lookups


class Migration(migrations.Migration):
    dependencies = [("devices", "0014_log_exports")]

    operations = [
        migrations.RemoveIndex("device", "device_name_pairs"),
        migrations.AddIndex(
            "device",
            django.contrib.postgres.indexes.GinIndex(
                devices.lookups.Letters("name"), name="device_name_letters"
            ),
        ),
        migrations.AddIndex(
            "device",
            models.Index(
                django.db.models.functions.Collate("name", "C"), "id", name="device_name_begins"
            ),
        ),
        migrations.AddIndex(
            "device",
            models.Index(
                "name",
                "id",
                condition=models.Q(online=False),
                include=("state",),
                name="device_offline",
            ),
        ),
    ]
