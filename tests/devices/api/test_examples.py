"""The examples of docs/api.md are run as they stand: against a server, a cloud and the runner."""

import os
import re
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.utils import timezone

from devices import harvest, runner, sync
from devices.models import Device, OperationItem
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = Path(__file__).parents[3] / "docs" / "api.md"
PATIENCE_S = 60


def blocks(kind):
    return re.findall(rf"^```{kind}\n(.*?)^```$", PAGE.read_text(), re.DOTALL | re.MULTILINE)


@pytest.fixture
def fleet(cloud, live_server):
    """A mirrored fleet behind a real server, and the variables that the examples expect."""
    sync.sync(timezone.now(), force=True)
    Device.objects.update(next_harvest_at=timezone.now())
    harvest.harvest(timezone.now(), force=True)
    device = next(one for one in Device.objects.filter(sub=False) if one.status)
    _row, token = persons.token(persons.user(Role.MANAGER), Role.MANAGER)
    return os.environ | {
        "FLEET": live_server.url,
        "TOKEN": token,
        "DEVICE": device.device_id,
        "CODE": next(iter(device.status)),
        "SEARCH": device.name,
        "no_proxy": "127.0.0.1,localhost",
    }


@pytest.mark.skipif(not shutil.which("curl"), reason="curl is missing: apt-get install curl")
def test_every_curl_of_the_page_works_as_written(fleet):
    assert len(blocks("sh")) >= 9

    for block in blocks("sh"):
        done = subprocess.run(
            ["bash", "-e", "-c", block], env=fleet, capture_output=True, text=True, check=False
        )

        assert done.returncode == 0, (block, done.stdout, done.stderr)
        assert done.stdout.startswith(("{", "[", "event_time,code,value\n"))


def test_the_client_of_the_page_renames_and_waits_for_the_proof(fleet, tmp_path, cloud):
    (source,) = blocks("python")
    script = tmp_path / "client.py"
    script.write_text(source)
    device = Device.objects.get(device_id=fleet["DEVICE"])
    wanted = f"{device.name} (hall)"

    client = subprocess.Popen(
        [sys.executable, str(script)], env=fleet, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    deadline = time.monotonic() + PATIENCE_S
    while client.poll() is None and time.monotonic() < deadline:
        runner.run_operations(timezone.now())
        time.sleep(0.05)
    client.kill()
    out, err = client.communicate()

    assert (client.returncode, err.decode()) == (0, "")
    assert "confirmed" in out.decode()
    item = OperationItem.objects.get(device=device)
    assert (item.outcome, item.proof["name"]) == ("confirmed", wanted)
    assert cloud.world.devices[device.device_id].name == wanted
