"""manage.py rotate_keys: encrypt everything under the newest of FIELD_ENCRYPTION_KEYS."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from devices import rotation
from devices.management.work import Work


class Command(Work):
    """Afterwards the older keys may be taken out of the setting."""

    help = "Encrypt local keys and tokens anew, under the newest of FIELD_ENCRYPTION_KEYS."

    def work(self, **_options: Any) -> tuple[str, Mapping[str, Any], bool]:
        """Run once over everything; values that no key opens make it fail by name."""
        done = rotation.rotate()
        return done.sentence(), asdict(done), not done.unreadable
