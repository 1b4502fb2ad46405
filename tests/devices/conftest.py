"""What tests of the mirror share: people, a look, a harvest, and the cloud they look at."""

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from devices import harvest, runner, sync
from devices.models import Device
from people.groups import give
from people.roles import Role


@pytest.fixture
def person(db):
    """Make a user by role: person("manager")."""

    def make(role, name=None):
        user = User.objects.create_user(name or f"{role}-{User.objects.count()}", password="secret")
        give(user, Role(role))
        return user

    return make


@pytest.fixture
def look():
    """Sync once, now."""
    return lambda: sync.sync(timezone.now(), force=True)


@pytest.fixture
def read_logs():
    """Harvest everything, due or not."""

    def read():
        Device.objects.update(next_harvest_at=timezone.now())
        return harvest.harvest(timezone.now(), force=True)

    return read


@pytest.fixture
def run():
    """Run the runner once, now."""
    return lambda: runner.run_operations(timezone.now())


@pytest.fixture
def plug(cloud, look):
    """Return a mirrored device with a switch, and the switch's code."""
    look()
    for device in Device.objects.filter(sub=False).order_by("pk"):
        for code, value in sorted(device.status.items()):
            if code.startswith("switch") and isinstance(value, bool) and device.online:
                return device, code
    pytest.fail("the simulated fleet has no device with a switch that is online")
    return None
