"""Orders that were approved before approvals named their list are taken as approved as they are."""

from django.db import migrations

SQL = """
    UPDATE devices_operation SET approved_plan_hash = plan_hash WHERE approved_at IS NOT NULL
"""


class Migration(migrations.Migration):
    dependencies = [("devices", "0006_operation_guards")]

    operations = [migrations.RunSQL(SQL, migrations.RunSQL.noop)]
