"""No two deeds may follow the same one; and what an address did lately is found at once."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("people", "0005_one_chain")]

    operations = [
        migrations.AlterField(
            model_name="deed",
            name="previous",
            field=models.CharField(help_text="Seal of the row before.", max_length=64, unique=True),
        ),
        migrations.AddIndex(
            model_name="deed",
            index=models.Index(fields=["what", "address", "-at"], name="deed_lately_from"),
        ),
    ]
