"""What an order says of offline devices, of failures in per cent, and of its approval."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("devices", "0005_pause"),
    ]

    operations = [
        migrations.AddField(
            model_name="operation",
            name="approval_expires_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="operation",
            name="approved_plan_hash",
            field=models.CharField(
                blank=True, help_text="the exact list that was approved", max_length=64
            ),
        ),
        migrations.AddField(
            model_name="operation",
            name="offline",
            field=models.CharField(
                choices=[
                    ("act", "ask the cloud all the same"),
                    ("skip", "leave it out"),
                    ("wait", "wait until it is online"),
                ],
                default="act",
                max_length=4,
            ),
        ),
        migrations.AddField(
            model_name="operation",
            name="stop_after_percent",
            field=models.PositiveSmallIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="operation",
            name="stop_percent_of",
            field=models.PositiveIntegerField(
                default=10,
                help_text="devices that must have answered before a percentage says anything",
            ),
        ),
        migrations.AddField(
            model_name="operation",
            name="wait_until",
            field=models.DateTimeField(help_text="when waiting for the offline ends", null=True),
        ),
        migrations.AlterField(
            model_name="operation",
            name="state",
            field=models.CharField(
                choices=[
                    ("awaiting_approval", "awaiting approval"),
                    ("cooling_off", "cooling off"),
                    ("running", "running"),
                    ("paused", "paused"),
                    ("finished", "finished"),
                    ("stopped", "stopped by its failures"),
                    ("cancelled", "cancelled"),
                    ("rejected", "rejected"),
                    ("expired", "expired without approval"),
                ],
                max_length=20,
            ),
        ),
    ]
