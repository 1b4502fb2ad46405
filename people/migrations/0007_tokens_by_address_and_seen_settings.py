"""Tokens may be bound to networks; what an address did with one, and which settings were seen."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("people", "0006_chain_without_forks"),
    ]

    operations = [
        migrations.CreateModel(
            name="SeenSetting",
            fields=[
                ("name", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("digest", models.CharField(max_length=96)),
            ],
        ),
        migrations.AddField(
            model_name="apitoken",
            name="addresses",
            field=models.JSONField(
                blank=True,
                default=list,
                help_text="Networks that may use it, as in 192.0.2.0/24; empty: from everywhere.",
                verbose_name="only from",
            ),
        ),
        migrations.AddField(
            model_name="apitoken",
            name="last_address",
            field=models.CharField(blank=True, max_length=64, verbose_name="last used from"),
        ),
        migrations.CreateModel(
            name="TokenUse",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("address", models.CharField(blank=True, max_length=64)),
                (
                    "token",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="uses",
                        to="people.apitoken",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("token", "day", "address"), name="token_use_once"
                    )
                ],
            },
        ),
    ]
