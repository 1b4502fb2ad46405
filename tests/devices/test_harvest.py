"""Reading logs: every row once, with its own time, and books that say what is proven."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices import harvest
from devices.books import FORGOTTEN_BY_VENDOR, RETENTION
from devices.datapoints import Specification
from devices.models import Coverage, Device, LogEntry, Provenance
from devices.tuya.wire import LogRow

pytestmark = pytest.mark.django_db(transaction=True)

DAY = 24 * 3600 * 1000


def truth(cloud):
    """What the cloud itself holds, as comparable rows."""
    return sorted(
        (device.id, row.at, row.event_id, row.code or "", row.value, row.source)
        for device in cloud.world.present()
        for row in set(cloud.world.rows(device.id))
        if row.at > cloud.clock.now_ms() - 7 * DAY + 3 * 60_000
    )


def mirrored():
    """What Fleet holds of the vendor's log, in the same form."""
    rows = LogEntry.objects.filter(provenance=Provenance.LOG).select_related("device")
    return sorted(
        (
            row.device.device_id,
            round(row.event_time.timestamp() * 1000),
            row.event_id,
            row.code,
            row.raw if row.raw is not None else text(row.value),
            str(row.source_id),
        )
        for row in rows
    )


def text(value):
    """The typed value as the log's text."""
    return str(value).lower() if isinstance(value, bool) else value if value is None else str(value)


@pytest.mark.parametrize("edition", ["free", "paid"])
def test_the_log_is_mirrored_row_for_row(start_cloud, look, read_logs, settings, edition):
    cloud = start_cloud(devices=6, days=2.0)
    settings.TUYA_LOG_EDITION = edition
    look()

    run = read_logs()

    assert run.outcome == "complete"
    assert len(truth(cloud)) > 50
    assert set(mirrored()) == set(truth(cloud))


def test_reading_twice_adds_nothing(start_cloud, look, read_logs):
    start_cloud(devices=4, days=1.0)
    look()
    first = read_logs()
    count = LogEntry.objects.count()

    second = read_logs()

    assert (first.rows, second.rows, LogEntry.objects.count()) == (count, 0, count)


def test_a_log_row_takes_the_place_of_what_the_poll_inferred(cloud, look, plug, read_logs):
    device, code = plug
    read_logs()
    cloud.press(device.device_id, code, not device.status[code])
    look()
    inferred = LogEntry.objects.get().provenance

    read_logs()

    row = LogEntry.objects.get()
    assert (inferred, row.provenance, row.value, row.source_id) == (
        Provenance.POLL,
        Provenance.LOG,
        not device.status[code],
        2,
    )


def test_a_window_read_to_its_end_is_proven_and_a_broken_walk_is_not(start_cloud, look, read_logs):
    cloud = start_cloud(devices=3, days=2.0)
    look()
    cloud.trouble("row_key_stuck")
    read_logs()
    broken = [books.complete for books in Coverage.objects.all()]
    cloud.calm()

    read_logs()

    whole = [books.complete for books in Coverage.objects.all()]
    assert all(len(complete) == 1 for complete in whole)
    assert any(complete == [] for complete in broken)


@pytest.mark.parametrize("trouble", ["rows_doubled", "rows_shuffled", "has_more_missing"])
def test_troubled_pages_end_in_the_same_log(start_cloud, look, read_logs, trouble):
    cloud = start_cloud(devices=4, days=1.0)
    look()
    cloud.trouble(trouble, times=2, path="/logs")

    read_logs()
    cloud.calm()
    read_logs()

    assert set(mirrored()) == set(truth(cloud))


def test_a_device_without_logs_is_asked_once(cloud, look, plug, read_logs):
    device, _code = plug
    cloud.trouble("no_logs", devices=[device.device_id])

    read_logs()
    cloud.forget_calls()
    read_logs()

    assert Device.objects.get(pk=device.pk).logs_supported is False
    assert [call for call in cloud.calls if device.device_id in call.path] == []


def test_a_device_said_to_have_no_logs_is_asked_again_after_a_day(cloud, look, plug, read_logs):
    device, _code = plug
    cloud.trouble("no_logs", devices=[device.device_id])
    read_logs()
    cloud.calm()
    Device.objects.filter(pk=device.pk).update(harvested_at=timezone.now() - timedelta(hours=25))

    read_logs()

    assert Device.objects.get(pk=device.pk).logs_supported is True
    assert Coverage.objects.get(device=device).complete != []


def test_a_device_that_hangs_stops_no_other_and_the_run_says_so(cloud, look, settings, read_logs):
    settings.TUYA_TIMEOUT = timedelta(seconds=0.3)
    look()
    first = Device.objects.order_by("pk").first()
    cloud.trouble("hang", seconds=1, devices=[first.device_id], path="/logs")

    run = read_logs()

    assert (run.outcome, run.seen, Coverage.objects.exclude(complete=[]).count()) == (
        "complete",
        12,
        11,
    )
    assert run.error.startswith("1 devices not read whole, first: the device cloud did not answer")
    assert run.sentence().endswith(run.error)


def test_a_cloud_that_answers_nobody_is_left_after_two_devices(cloud, look, read_logs):
    look()
    cloud.trouble("html_200", path="/logs")
    cloud.forget_calls()

    run = read_logs()

    assert run.outcome == "incomplete"
    # of three hands, two may be under way with a device each when the second silence is noticed
    assert len({call.path for call in cloud.calls if "/logs" in call.path}) in {2, 3, 4}


def test_a_row_that_cannot_be_read_on_any_page_leaves_the_window_unproven(
    start_cloud, look, read_logs
):
    cloud = start_cloud(devices=1, days=0)
    look()
    [device] = cloud.world.present()
    minute_ago = cloud.clock.now_ms() - 60_000
    for n in range(150):
        cloud.world.log(device.id, 8, at=minute_ago - n)
    cloud.trouble("fields_missing", fields="event_time", path="/logs", times=1)

    run = read_logs()

    assert (Coverage.objects.get().complete, LogEntry.objects.count()) == ([], 50)
    assert run.error == "1 devices not read whole, first: 100 log rows could not be read"


def test_nothing_is_proven_beyond_our_own_clock(cloud, look, read_logs):
    look()
    cloud.trouble("clock_skew", seconds=900)

    read_logs()

    ends = [books.complete[-1][1] for books in Coverage.objects.all()]
    assert max(ends) <= timezone.now().timestamp() * 1000


def test_one_refused_device_does_not_stop_the_others(cloud, look, plug, read_logs):
    device, _code = plug
    cloud.trouble("permission_denied", devices=[device.device_id])

    run = read_logs()

    proven = Coverage.objects.exclude(complete=[]).count()
    assert (run.outcome, proven) == ("complete", 11)


def test_the_newest_log_row_changes_the_mirrored_state(cloud, look, plug, read_logs):
    device, code = plug
    cloud.press(device.device_id, code, not device.status[code])

    read_logs()

    changed = Device.objects.get(pk=device.pk)
    assert changed.status[code] is not device.status[code]
    assert changed.stamps[code][2] == Provenance.LOG


def test_what_the_vendor_dropped_unread_is_lost_with_its_reason(cloud, look, plug, read_logs):
    device, _code = plug
    read_logs()
    start = timezone.now() - RETENTION * 2
    Coverage.objects.filter(device=device).update(since=start, complete=[])

    read_logs()

    ledger = Coverage.objects.get(device=device)
    [[lost_from, _until, reason]] = ledger.lost
    assert lost_from == round(start.timestamp() * 1000) or lost_from == int(
        start.timestamp() * 1000
    )
    assert reason == FORGOTTEN_BY_VENDOR


def test_an_unknown_source_number_is_kept_as_it_is(cloud, look, plug, read_logs):
    device, _code = plug
    cloud.world.log(device.device_id, 9, "42")

    read_logs()

    row = LogEntry.objects.get(device=device)
    assert (row.event_id, row.source_id, row.value, row.code) == (9, 42, None, "")


def test_an_unknown_event_number_is_kept_as_it_is():
    row = LogRow(event_id=17, event_time=1795302154581, value="x", event_from="who")

    kept = harvest.event(1, row, Specification())

    assert (kept.event_id, kept.source_id, kept.raw) == (17, None, "x")


def test_factory_information_of_all_devices_is_read_twenty_a_call(cloud, look, plug, read_logs):
    cloud.forget_calls()

    read_logs()

    told = {one.id: (one.uuid, one.sn or "", one.mac or "") for one in cloud.world.present()}
    rows = Device.objects.values_list("device_id", "uuid", "sn", "mac")
    assert {device_id: tuple(rest) for device_id, *rest in rows} == told
    assert len([call for call in cloud.calls if "factory-infos" in call.path]) == 1


def test_the_log_dates_a_value_that_the_first_look_only_found(cloud, look, read_logs):
    device = next(one for one in cloud.world.present() if "switch_1" in one.status)
    pressed = cloud.press(device.id, "switch_1", not device.status["switch_1"])
    look()
    found = Device.objects.get(device_id=device.id).stamps["switch_1"]

    read_logs()

    dated = Device.objects.get(device_id=device.id).stamps["switch_1"]
    assert (found[0] > pressed.at, found[2]) == (True, Provenance.INFERRED)
    assert dated == [pressed.at, found[1], Provenance.LOG]
