"""Lets a device continue another that left, and finds candidates by what the maker wrote on it."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0003_let_go")]

    operations = [
        migrations.AddField(
            model_name="device",
            name="predecessor",
            field=models.OneToOneField(
                help_text="the same hardware under an older id; set by a person only",
                null=True,
                on_delete=django.db.models.deletion.SET_NULL,
                related_name="successor",
                to="devices.device",
            ),
        ),
        *(
            migrations.AddIndex(
                model_name="device",
                index=models.Index(
                    models.F(mark),
                    name=f"device_by_{mark}",
                    condition=models.Q((mark, ""), _negated=True),
                ),
            )
            for mark in ("uuid", "sn", "mac")
        ),
    ]
