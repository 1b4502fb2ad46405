"""The four roles, as groups that hold their permissions."""

from typing import Any, ClassVar

from django.db import migrations

from people import groups


def make(apps: Any, schema_editor: Any) -> None:
    """Make the groups; going back leaves them, for people may have joined."""
    del schema_editor
    groups.ensure_roles(apps)


class Migration(migrations.Migration):
    """Data only."""

    dependencies: ClassVar = [
        ("people", "0001_tokens"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]
    operations: ClassVar = [migrations.RunPython(make, migrations.RunPython.noop)]
