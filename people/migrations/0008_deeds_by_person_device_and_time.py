"""Who asks the record of a person, a device or a time is answered from an index."""

from django.contrib.postgres.indexes import GinIndex
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0007_tokens_by_address_and_seen_settings")]

    operations = [
        migrations.AddIndex(
            model_name="deed",
            index=models.Index(
                fields=["who", "-id"],
                name="deed_by_person",
                opclasses=["varchar_pattern_ops", "int8_ops"],
            ),
        ),
        migrations.AddIndex(
            model_name="deed", index=models.Index(fields=["what", "-id"], name="deed_by_kind")
        ),
        migrations.AddIndex(model_name="deed", index=models.Index("at", name="deed_by_time")),
        migrations.AddIndex(
            model_name="deed",
            index=GinIndex(fields=["devices"], name="deed_by_device", opclasses=["jsonb_path_ops"]),
        ),
        migrations.AddIndex(
            model_name="deed", index=models.Index(fields=["about"], name="deed_by_thing")
        ),
    ]
