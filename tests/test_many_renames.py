"""Many devices renamed by workers that are killed -9 at random: one call a device, none lost.

FLEET_RENAMES=1000 makes it a thousand; every run kills at other moments, and a failure names them.
"""

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from celery import current_app
from django.utils import timezone

from devices import bell, operations, runner, sync
from devices.models import Device, Operation, OperationItem
from devices.operations import Order
from people.roles import Role
from tests.people import persons
from tests.processes import environment, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

SIZE = int(os.environ.get("FLEET_RENAMES", "100"))
LONGEST_S = 0.4  # of a life, once it was seen at work


class Workers:
    """One Celery worker after the other, each with its pool; any of them may be killed."""

    def __init__(self, cloud, folder, seed):
        self.cloud, self.folder = cloud, folder
        self.dice = random.Random(seed)
        self.process, self.killed = None, Counter()

    def start(self):
        words = ("worker", "-Q", "fast", "-n", "fast@test", "-c", "2")
        quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
        command = [sys.executable, "-m", "celery", "-q", "-A", "fleet", *words, *quiet]
        log = (self.folder / "log").open("ab")
        with log:
            self.process = subprocess.Popen(
                command, env=environment(self.cloud), stdout=log, stderr=log
            )

    def at_work(self):
        """Wait until another device was taken up; whoever died by himself is replaced."""
        waiting = queued()

        def moved():
            if self.process.poll() is not None:
                self.start()
            bell.ring(current_app, "devices.tasks.run_operations")
            return queued() < waiting or not waiting

        wait_for(moved, "a worker takes up another device", every_s=0.2)

    def pool(self):
        """The processes that carry out tasks."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children")
        return [int(pid) for pid in children.read_text().split()] if children.exists() else []

    def kill_one(self):
        """Kill a member of the pool, or now and then the worker with all of it."""
        victim = self.dice.choice(self.pool() or [self.process.pid])
        if self.dice.random() < 0.1 or victim == self.process.pid:
            self.killed["worker"] += 1
            self.end()
            self.start()
        else:
            self.killed["pool"] += 1
            os.kill(victim, signal.SIGKILL)

    def end(self):
        self.process.kill()
        self.process.wait()


@pytest.fixture
def workers(start_cloud):
    seed = random.SystemRandom().randrange(10**6)
    with tempfile.TemporaryDirectory() as folder:
        made = Workers(start_cloud(devices=SIZE), Path(folder), seed)
        sync.sync(timezone.now(), force=True)
        made.cloud.forget_calls()
        made.start()
        yield made
        made.end()


def queued():
    return OperationItem.objects.filter(outcome="queued").count()


def still(*outcomes):
    return OperationItem.objects.filter(outcome__in=outcomes).exists()


def finish_up():
    """As the next beats would, when the leases of the dead are over."""
    later = timezone.now() + runner.LEASE + timedelta(seconds=1)
    wait_for(lambda: runner.run_operations(later), "the dead hold no lock")
    while still("queued", "accepted", "unknown"):
        OperationItem.objects.exclude(next_look_at=None).update(next_look_at=timezone.now())
        runner.run_operations(timezone.now())


def test_every_device_is_renamed_by_one_call_whoever_is_killed(workers, capsys):
    ids = tuple(Device.objects.order_by("pk").values_list("device_id", flat=True))
    order = Order(kind=Operation.Kind.RENAME, device_ids=ids, pattern="Room {n:4}")
    began = time.monotonic()

    operation = operations.request(order, by=persons.user(Role.OPERATOR), now=timezone.now())
    while queued():
        workers.at_work()
        time.sleep(workers.dice.uniform(0, LONGEST_S))
        workers.kill_one()
    left = Counter(operation.items.values_list("outcome", flat=True))
    finish_up()

    took = time.monotonic() - began
    told = f"{len(ids)} devices, {took:.1f} s, killed {dict(workers.killed)}, then {dict(left)}"
    with capsys.disabled():
        sys.stdout.write(f"\n{told}\n")
    puts = Counter(call.path for call in workers.cloud.calls if call.method == "PUT")
    named = {one: workers.cloud.world.devices[one].name for one in ids}
    assert puts == {f"/v1.0/devices/{one}": 1 for one in ids}
    assert named == {one: f"Room {place:04d}" for place, one in enumerate(ids, start=1)}
    operation.refresh_from_db()
    assert (operation.state, operation.items.exclude(outcome="confirmed").count()) == (
        "finished",
        0,
    )
    assert sum(workers.killed.values()) > 0
