"""Events that are no reports are found by time without reading the reports around them."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0012_provisional_index")]

    operations = [
        migrations.AddIndex(
            "logentry",
            models.Index(
                "event_time", condition=~models.Q(event_id=7), name="logentry_besides_reports"
            ),
        ),
    ]
