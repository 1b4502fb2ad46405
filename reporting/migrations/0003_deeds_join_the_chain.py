"""What staff did about the delivery moves into the one record of deeds, sealed like the rest.

The rows keep their time and their words; they stand behind the deeds that were sealed before.
"""

from django.db import migrations

from people import chain


def move(apps, schema_editor):
    """Append the rows in their order."""
    del schema_editor
    deeds = apps.get_model("people", "Deed").objects
    heads = apps.get_model("people", "ChainHead").objects
    head = heads.first()
    number, seal = (head.number, head.seal) if head else (0, chain.START)
    kept = apps.get_model("reporting", "Deed").objects.order_by("at", "id")
    for old in kept.iterator(chunk_size=2000):
        number += 1
        row = deeds.model(
            id=number, at=old.at, who=old.who, what=old.what, details=old.details, previous=seal
        )
        seal = row.seal = chain.seal(seal, row)
        row.save(force_insert=True)
    if number:
        heads.update_or_create(id=1, defaults={"number": number, "seal": seal})


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_chain_without_forks"),
        ("reporting", "0002_mapping_rows_deeds_discard"),
    ]

    operations = [
        migrations.RunPython(move, migrations.RunPython.noop),
        migrations.DeleteModel(name="Deed"),
    ]
