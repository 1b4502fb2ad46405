"""Notes up to when retention has deleted the history of each type of event."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0002_history")]

    operations = [
        migrations.CreateModel(
            name="LetGo",
            fields=[
                ("event_id", models.SmallIntegerField(primary_key=True, serialize=False)),
                (
                    "before",
                    models.DateTimeField(help_text="older rows of this type may be gone"),
                ),
            ],
        ),
    ]
