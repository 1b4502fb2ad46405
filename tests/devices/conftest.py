"""What tests of the mirror share: people, a look, a harvest, and the cloud they look at."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.utils import timezone

from devices import harvest, runner, sync
from devices.models import Device, Project
from people.groups import give
from people.roles import Role
from tests.processes import wait_for

LATEST = timedelta(seconds=5)  # a clock further away is a test's own


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
    """Harvest everything, due or not, up to this moment by the clock that Fleet knows of the cloud.

    That clock is late by as much as the answer that told it was under way.
    """

    def read():
        late = timedelta(milliseconds=-Project.objects.get().clock_offset_ms)
        if timedelta(0) < late < LATEST:
            called = timezone.now()
            wait_for(lambda: timezone.now() > called + late, "the cloud's clock as Fleet knows it")
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
