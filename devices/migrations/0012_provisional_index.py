"""What gives way to a device's own log, a poll's row or the feed's, is found by a small index."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0011_saved_views")]

    operations = [
        migrations.RemoveIndex(model_name="logentry", name="logentry_polled"),
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(
                "device",
                "event_time",
                condition=models.Q(("provenance__in", (2, 3))),
                name="logentry_provisional",
            ),
        ),
    ]
