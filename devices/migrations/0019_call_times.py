"""The row of the project keeps when the last calls were made, which a pace alone does not tell."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0018_retired")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="call_times",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.DateTimeField(),
                default=list,
                help_text="when the last calls were made",
                size=None,
            ),
        ),
        migrations.AlterField(
            model_name="project",
            name="next_call_at",
            field=models.DateTimeField(help_text="whose turn was given last", null=True),
        ),
    ]
