"""kill -9 of the worker that writes an export: the next goes on, and nothing half is offered."""

import gzip
import hashlib
import json
import subprocess
import sys
from contextlib import contextmanager
from datetime import timedelta
from types import SimpleNamespace

import pytest
from celery import current_app
from django.db import connection
from django.utils import timezone

from devices import bell, exporting, log_exports, retention
from devices.explorer import Wanted
from devices.export_question import Question
from devices.models import LogExport
from people.roles import Role
from tests.devices.views import scene
from tests.people import persons
from tests.processes import environment, wait_for

pytestmark = pytest.mark.django_db(transaction=True)

ROWS = exporting.STEP + 1_000  # one whole step, and a last one
EVERYTHING = Question(Wanted(scene.NOON - timedelta(days=30), scene.NOON + timedelta(days=1)))


@contextmanager
def worker(cloud, folder):
    """A Celery worker of one process; whoever still runs at the end is killed."""
    words = ("worker", "-Q", "slow", "-n", "slow@test", "-P", "solo")
    quiet = ("--without-gossip", "--without-mingle", "--without-heartbeat")
    command = [sys.executable, "-m", "celery", "-q", "-A", "fleet", *words, *quiet]
    env, log = environment(cloud, FLEET_DATA=str(folder)), (folder / "log").open("wb")
    with log, subprocess.Popen(command, env=env, stdout=log, stderr=log) as process:
        try:
            yield process
        finally:
            process.kill()


@contextmanager
def nobody_may_write(export):
    """Hold the row, so that a worker stops between the file and what is said of it."""
    other = connection.copy()
    try:
        other.set_autocommit(False)
        other.cursor().execute(
            "SELECT id FROM devices_logexport WHERE id = %s FOR UPDATE", [export.pk]
        )
        yield
        other.rollback()
    finally:
        other.close()


def killed_once(found, what, export, cloud, folder):
    """Let a worker write until something lies on the disk, and kill it then."""
    with nobody_may_write(export), worker(cloud, folder) as process:
        bell.ring(current_app, "devices.tasks.write_exports")
        wait_for(found, what)
        process.kill()
        process.wait()


def finish():
    """As the next ring does, once PostgreSQL has noticed that the dead is gone."""
    wait_for(lambda: exporting.write_due(timezone.now), "the dead hold no lock")


def lying(folder):
    return sorted(path.name for path in (folder / "exports").glob("*/*"))


@pytest.fixture
def mara(settings, tmp_path):
    settings.FLEET_DATA = tmp_path
    return SimpleNamespace(user=persons.user(Role.VIEWER, "mara"), META={})


@pytest.fixture
def begun(mara):
    """Two exports of the same: one that was written undisturbed, one of which a step is done."""
    scene.events(scene.device(), ROWS)
    now = timezone.now()
    day = Question(
        Wanted(start=scene.NOON - timedelta(days=30), end=scene.NOON + timedelta(days=1))
    )
    whole, other = (log_exports.ask(mara, day, "ndjson", now) for _ in range(2))
    LogExport.objects.filter(pk=other.pk).update(faults=1)  # the other has its turn first
    while LogExport.objects.get(pk=whole.pk).state != "done":
        exporting.write_due(lambda: now, seconds=0)
    exporting.write_due(lambda: now, seconds=0)
    return LogExport.objects.get(pk=whole.pk), LogExport.objects.get(pk=other.pk)


def test_an_export_whose_worker_is_killed_twice_ends_as_one_that_was_left_in_peace(
    begun, mara, start_cloud, tmp_path
):
    whole, export = begun
    file = log_exports.file_of(export)
    manifest = file.with_name(f"{file.name}.manifest.json")
    cloud = start_cloud(devices=1)

    killed_once(lambda: file.stat().st_size > export.size, "half a step", export, cloud, tmp_path)
    killed_once(manifest.exists, "a manifest", export, cloud, tmp_path)
    export.refresh_from_db()
    offered = log_exports.take(mara, export, timezone.now())
    between = (export.state, export.rows, export.sha256, export.manifest)
    finish()

    export.refresh_from_db()
    content, beside = file.read_bytes(), json.loads(manifest.read_text())
    assert (offered, between) == (None, ("running", exporting.STEP, "", None))
    assert (export.state, export.rows) == ("done", ROWS)
    assert export.sha256 == hashlib.sha256(content).hexdigest() == whole.sha256
    assert len(gzip.decompress(content).splitlines()) == ROWS
    assert beside == export.manifest
    assert lying(tmp_path) == sorted(
        name
        for one in (whole, export)
        for name in (one.file_name, f"{one.file_name}.manifest.json")
    )


def test_an_export_that_is_cancelled_when_its_worker_is_dead_leaves_nothing(
    mara, start_cloud, tmp_path
):
    scene.event(scene.device())
    export = log_exports.ask(mara, EVERYTHING, "csv", timezone.now())
    LogExport.objects.update(state="running", started_at=timezone.now())
    file = log_exports.file_of(export)
    manifest = file.with_name(f"{file.name}.manifest.json")

    killed_once(manifest.exists, "a manifest", export, start_cloud(devices=1), tmp_path)
    left = lying(tmp_path)
    log_exports.cancel(mara, export, timezone.now())
    finish()
    retention.prune(timezone.now())

    assert (left, lying(tmp_path)) == ([file.name, manifest.name], [])
