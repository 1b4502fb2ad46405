"""Pausing and resuming the device cloud are deeds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0003_deeds"),
    ]

    operations = [
        migrations.AlterField(
            model_name="deed",
            name="what",
            field=models.CharField(
                choices=[
                    ("revealed", "looked at the local key"),
                    ("joined", "joined with its predecessor"),
                    ("parted", "parted from its predecessor"),
                    ("paused", "paused the device cloud"),
                    ("resumed", "resumed the device cloud"),
                ],
                max_length=16,
                verbose_name="what",
            ),
        ),
    ]
