"""What others did to devices is found by when Fleet learned of it, without reading the history."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0008_queue_index")]

    operations = [
        migrations.AddIndex(
            model_name="logentry",
            index=models.Index(
                "received_at",
                condition=models.Q(("event_id", -5)),
                name="logentry_by_others",
            ),
        ),
    ]
