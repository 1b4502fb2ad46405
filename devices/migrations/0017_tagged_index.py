"""Which tags there are is read from the devices that have one."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0016_history_in_few_bytes")]

    operations = [
        migrations.AddIndex(
            "device",
            models.Index("id", condition=~models.Q(tags=[]), name="device_tagged"),
        ),
    ]
