"""Deeds are sealed, each with the one before, and the database refuses to empty their table."""

from django.db import migrations, models

import people.models
from people import chain

KEEP = """
CREATE TRIGGER deed_stays_whole BEFORE TRUNCATE ON people_deed
    FOR EACH STATEMENT EXECUTE FUNCTION people_deed_stays();
"""
FREE = "DROP TRIGGER deed_stays_whole ON people_deed;"
# The only place that may: rows of before have no seal yet.
OPEN = "ALTER TABLE people_deed DISABLE TRIGGER deed_stays;"
CLOSE = "ALTER TABLE people_deed ENABLE TRIGGER deed_stays;"


def seal_all(apps, schema_editor):
    """Number the rows anew without gaps, in their order, and seal them."""
    del schema_editor
    deeds = apps.get_model("people", "Deed").objects
    rows = deeds.order_by("pk").iterator(chunk_size=2000)
    number, seal = 0, chain.START
    for number, deed in enumerate(rows, start=1):
        was, deed.pk, deed.previous = deed.pk, number, seal
        seal = deed.seal = chain.seal(seal, deed)
        deeds.filter(pk=was).update(id=number, previous=deed.previous, seal=seal)
    if number:
        apps.get_model("people", "ChainHead").objects.create(id=1, number=number, seal=seal)


class Migration(migrations.Migration):
    dependencies = [("people", "0004_pause")]

    operations = [
        migrations.CreateModel(
            name="ChainHead",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField(verbose_name="number")),
                ("seal", models.CharField(max_length=64)),
            ],
        ),
        migrations.AlterField(
            model_name="deed",
            name="id",
            field=models.BigIntegerField(primary_key=True, serialize=False, verbose_name="number"),
        ),
        migrations.AlterField(
            model_name="deed",
            name="what",
            field=models.CharField(
                choices=people.models.what_choices, max_length=24, verbose_name="what"
            ),
        ),
        migrations.AlterField(
            model_name="deed",
            name="about",
            field=models.CharField(blank=True, max_length=255, verbose_name="about"),
        ),
        migrations.AddField(
            model_name="deed", name="why", field=models.TextField(blank=True, verbose_name="why")
        ),
        migrations.AddField(
            model_name="deed",
            name="devices",
            field=models.JSONField(default=list, verbose_name="devices"),
        ),
        migrations.AddField(
            model_name="deed",
            name="details",
            field=models.JSONField(default=dict, verbose_name="details"),
        ),
        migrations.AddField(
            model_name="deed",
            name="previous",
            field=models.CharField(default="", help_text="Seal of the row before.", max_length=64),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="deed",
            name="seal",
            field=models.CharField(default="", max_length=64),
            preserve_default=False,
        ),
        migrations.RunSQL(OPEN, CLOSE),
        migrations.RunPython(seal_all, migrations.RunPython.noop),
        migrations.RunSQL(CLOSE, OPEN),
        migrations.RunSQL(KEEP, FREE),
    ]
