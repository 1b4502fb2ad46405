"""The claim's index goes on by id, rows keep room for their next version, and a road may rise."""

from django.db import migrations, models

# A claim marks each cell and changes no indexed column: with room in its page that costs no index.
ROOM = "ALTER TABLE reporting_cell SET (fillfactor = 70)"
NO_ROOM = "ALTER TABLE reporting_cell RESET (fillfactor)"


class Migration(migrations.Migration):
    dependencies = [
        ("reporting", "0003_deeds_join_the_chain"),
    ]

    operations = [
        migrations.RunSQL(ROOM, NO_ROOM),
        migrations.RemoveIndex(model_name="cell", name="cell_dirty_by_shard"),
        migrations.AddField(
            model_name="sink",
            name="rising",
            field=models.BooleanField(
                default=False, help_text="After an outage: the rate doubles with each success."
            ),
        ),
        migrations.AddIndex(
            model_name="cell",
            index=models.Index(
                fields=["shard", "lane", "urgency", "next_try_at", "id"],
                condition=models.Q(version__gt=models.F("acked_version")),
                name="cell_dirty_by_due",
            ),
        ),
    ]
