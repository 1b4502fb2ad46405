import pytest

from fleet.celery import AT_ONCE, FAST, SLOW, TIMETABLE, app


def test_every_task_of_the_timetable_is_known_to_the_workers():
    app.loader.import_default_modules()

    rung = {entry["task"] for entry in TIMETABLE.values()} | {*AT_ONCE[FAST], *AT_ONCE[SLOW]}

    assert rung - set(app.tasks) == set()


@pytest.mark.parametrize("entry", TIMETABLE.values(), ids=TIMETABLE)
def test_an_alarm_nobody_hears_is_dropped_before_the_next_one_rings(entry):
    assert entry["options"]["expires"] <= entry["schedule"]


def test_what_a_person_or_ush_waits_for_never_queues_behind_the_reading_of_logs():
    queues = {name: entry["options"]["queue"] for name, entry in TIMETABLE.items()}

    fast = {name for name, queue in queues.items() if queue == FAST}
    assert {"run_operations", "forward"} <= fast
    assert {"sync", "harvest", "prune"} & fast == set()


def test_a_ring_by_name_goes_to_the_queue_of_the_timetable():
    routed = {
        entry["task"]: app.amqp.router.route({}, entry["task"])["queue"].name
        for entry in TIMETABLE.values()
    }

    assert routed == {entry["task"]: entry["options"]["queue"] for entry in TIMETABLE.values()}
