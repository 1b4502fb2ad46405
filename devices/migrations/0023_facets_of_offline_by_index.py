"""Whoever is offline or behind a gateway is told apart for the facets by the index alone, too."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("devices", "0022_what_matches_is_counted_by_index"),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name="device",
            name="device_offline",
        ),
        migrations.RemoveIndex(
            model_name="device",
            name="device_sub",
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(
                models.F("name"),
                models.F("id"),
                condition=models.Q(("online", False), ("retired_at", None)),
                include=("online", "state", "category", "product", "last_event_at"),
                name="device_offline",
            ),
        ),
        migrations.AddIndex(
            model_name="device",
            index=models.Index(
                models.F("name"),
                models.F("id"),
                condition=models.Q(("retired_at", None), ("sub", True)),
                include=("online", "state", "category", "product", "last_event_at"),
                name="device_sub",
            ),
        ),
    ]
