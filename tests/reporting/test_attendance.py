"""Who attends hears of a change at its commit; who does not attend loses nothing by it."""

import os
import subprocess
import sys
import threading
import time
from contextlib import contextmanager
from datetime import timedelta

import pytest
import redis
from django.db import connection, connections, transaction
from django.utils import timezone

from reporting import attendance, bell, outbox, tasks
from reporting.letters import StateReported
from reporting.models import Cell
from reporting.sending import Desk
from reporting.terms import current
from reporting.ush.client import UshClient
from tests.processes import wait_for

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def to_sim(settings, sim):
    settings.USH_REPORT_URL = f"{sim.url}/v2/iot/status-report"
    settings.USH_QPS, settings.USH_WINDOW = 1000.0, timedelta(0)
    return settings


def switch(*, on):
    at = int(timezone.now().timestamp() * 1000)
    letter = StateReported("plug1", "cz", {"switch_1": on}, {}, {"switch_1": at})
    with transaction.atomic():
        outbox.take([letter], timezone.now())


def attended():
    with transaction.atomic():
        return bell.ring(3600)


@contextmanager
def someone_attends(longest=30.0):
    """A shift in a thread with a connection of its own, as a worker's process has."""
    shifts = []

    def work():
        terms = current()
        try:
            with UshClient(terms.url) as ush:
                shifts.append(attendance.attend(Desk(ush, terms, timezone.now), longest))
        finally:
            connections.close_all()

    thread = threading.Thread(target=work)
    thread.start()
    try:
        wait_for(attended, "somebody attends")
        yield shifts
    finally:
        bell.end_all()
        thread.join(20)
        os.read(bell._HEAR_END, 1)  # the next shift of this process must not end at once
    assert not thread.is_alive()


def told(sim):
    return [one.value for asked in sim.ush.requests for one in asked.told]


def test_a_change_is_told_at_its_commit_without_a_task_and_without_beat(to_sim, sim):
    with redis.from_url(to_sim.BROKER_URL) as broker, someone_attends() as shifts:
        broker.delete("fast")
        switch(on=True)
        wait_for(lambda: told(sim) == ["ON"], "USH has the change")
        switch(on=False)
        wait_for(lambda: told(sim) == ["ON", "OFF"], "USH has the next")
        wait_for(lambda: not Cell.objects.filter(in_flight=True).exists(), "it is written down")
        rung = broker.llen("fast")

    cell = Cell.objects.get()
    assert (cell.acked_value, cell.version == cell.acked_version, cell.acked_known) == (
        "OFF",
        True,
        True,
    )
    assert rung == 0
    assert (shifts[0].total.requests, shifts[0].total.cells) == (2, 2)
    assert (shifts[0].ours, shifts[0].whole) == (True, False)  # sent home, not at its end


def test_what_the_window_holds_back_is_told_when_it_ends(to_sim, sim):
    to_sim.USH_WINDOW = timedelta(seconds=0.3)

    with someone_attends():
        began = time.monotonic()
        switch(on=True)
        wait_for(lambda: told(sim) == ["ON"], "USH has the change")
        took = time.monotonic() - began

    assert took >= 0.29


def test_what_was_stored_while_nobody_attended_is_told_first(to_sim, sim):
    switch(on=True)

    with someone_attends():
        wait_for(lambda: told(sim) == ["ON"], "USH has the change")


def test_what_one_shift_was_rung_for_the_next_one_tells_in_time(to_sim, sim):
    to_sim.USH_WINDOW = timedelta(seconds=3)  # far longer than a busy machine stops a shift
    with someone_attends(longest=0.5) as shifts:
        began = time.monotonic()
        switch(on=True)
        wait_for(lambda: shifts, "the shift is over")
    unsaid = told(sim)

    with someone_attends():
        wait_for(lambda: told(sim) == ["ON"], "USH has the change")
        took = time.monotonic() - began

    assert (unsaid, shifts[0].whole) == ([], True)
    assert took >= 2.99


def test_of_two_one_attends_and_the_other_goes_at_once(to_sim):
    with someone_attends():
        line = tasks.attend()

    assert line == "attend: somebody else does"


def test_a_shift_that_is_over_leaves_its_connection_as_it_was(to_sim, sim):
    def settings_now():
        with connection.cursor() as cursor:
            cursor.execute("SELECT name || '=' || setting FROM pg_settings ORDER BY 1")
            return cursor.fetchall()

    before = settings_now()
    terms = current()
    with UshClient(terms.url) as ush:
        shift = attendance.attend(Desk(ush, terms, timezone.now), longest=0.05)

    assert (shift.ours, shift.whole, shift.total.requests) == (True, True, 0)
    assert settings_now() == before
    assert not attended()


def test_a_change_that_is_rolled_back_wakes_nobody(to_sim, sim):
    with someone_attends():
        with transaction.atomic():
            outbox.take([StateReported("plug1", "cz", {"switch_1": True}, {}, {})], timezone.now())
            transaction.set_rollback(True)
        switch(on=False)
        wait_for(lambda: told(sim), "USH has the change")

    assert told(sim) == ["OFF"]


DIES = """
import django; django.setup()
from django.db import connection
connection.settings_dict["NAME"] = {name!r}
from reporting import bell
with bell.attending() as alone:
    print(alone, flush=True)
    bell.heard(60)
"""


def test_one_that_is_killed_is_not_waited_for(to_sim, sim):
    program = DIES.format(name=connection.settings_dict["NAME"])
    with subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE) as died:
        heard = died.stdout.readline()
        before = attended()
        died.kill()
        died.wait()

    wait_for(lambda: not attended(), "the lock went with its session")
    with someone_attends():
        switch(on=True)
        wait_for(lambda: told(sim) == ["ON"], "USH has the change")
    assert (heard, before) == (b"True\n", True)
