"""The next device of an order is found without reading those that are done."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("devices", "0007_approved_lists")]

    operations = [
        migrations.AddIndex(
            model_name="operationitem",
            index=models.Index(
                "operation",
                "position",
                condition=models.Q(("outcome", "queued")),
                name="item_queued",
            ),
        ),
    ]
