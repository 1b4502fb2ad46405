"""An hour a row: how many were online, and who fell silent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0013_besides_reports_index")]

    operations = [
        migrations.CreateModel(
            name="Hour",
            fields=[
                (
                    "hour",
                    models.DateTimeField(
                        help_text="its beginning", primary_key=True, serialize=False
                    ),
                ),
                (
                    "looked_at",
                    models.DateTimeField(
                        help_text="when the list was read that this was counted from"
                    ),
                ),
                ("online", models.PositiveIntegerField()),
                ("offline", models.PositiveIntegerField()),
                (
                    "unknown",
                    models.PositiveIntegerField(help_text="listed, and the cloud did not say"),
                ),
                (
                    "spoke",
                    models.PositiveIntegerField(
                        help_text="devices with an event in the day before"
                    ),
                ),
                (
                    "quiet",
                    models.JSONField(
                        default=list,
                        help_text="[id, name, last event, usual gap in s] against their own rhythm",
                    ),
                ),
            ],
            options={"ordering": ("hour",)},
        ),
    ]
