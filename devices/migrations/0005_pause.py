"""A person may pause the device cloud."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("devices", "0004_predecessor"),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="paused_at",
            field=models.DateTimeField(
                help_text="since when a person wants no call made", null=True
            ),
        ),
        migrations.AddField(
            model_name="project",
            name="paused_by",
            field=models.CharField(blank=True, max_length=255),
        ),
        migrations.AddField(
            model_name="project",
            name="paused_reason",
            field=models.CharField(blank=True, max_length=200),
        ),
    ]
