"""What happened to a device besides its reports is found by an index: a chart marks it on its axis.

Of a device that speaks a lot all rows of a week were read for two hundred marks.
"""

from django.db import migrations

# marks.between: what happened to a device, the newest first; one row in forty
MAKE = """
CREATE INDEX logentry_besides_reports_of_device ON devices_logentry (device_id, event_time)
    WHERE event_id <> 7;
"""
DROP = "DROP INDEX logentry_besides_reports_of_device;"


class Migration(migrations.Migration):
    dependencies = [("devices", "0020_besides_reports_told_by_index")]

    operations = [migrations.RunSQL(MAKE, DROP)]
