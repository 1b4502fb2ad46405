"""Indexes for the device list's search: two letters, values of data points, what few devices are."""

import django.contrib.postgres.indexes
from django.db import migrations, models


class Pairs(models.Func):
    """Every letter twice: what later migrations replace by `devices.lookups.Letters`."""

    template = r"regexp_replace(upper(%(expressions)s), '(.)', '\1\1', 'g')"
    output_field = models.CharField()


class Migration(migrations.Migration):
    dependencies = [("devices", "0009_by_others_index")]

    operations = [
        migrations.AddIndex(
            "device",
            django.contrib.postgres.indexes.GinIndex(
                django.contrib.postgres.indexes.OpClass(Pairs("name"), name="gin_trgm_ops"),
                name="device_name_pairs",
            ),
        ),
        migrations.AddIndex(
            "device",
            django.contrib.postgres.indexes.GinIndex(
                fields=["status"],
                gin_pending_list_limit=128,
                name="device_by_value",
                opclasses=["jsonb_path_ops"],
            ),
        ),
        migrations.AddIndex(
            "device",
            models.Index(
                "name", "id", condition=~models.Q(state="present"), name="device_not_present"
            ),
        ),
        migrations.AddIndex(
            "device",
            models.Index(
                "name", "id", condition=models.Q(online=None), name="device_online_unknown"
            ),
        ),
    ]
