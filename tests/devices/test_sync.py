"""Looking at the fleet: what a list changes, what it proves, and what it does not."""

from datetime import timedelta

import pytest
import time_machine
from django.utils import timezone

from devices import intake, specifications, sync
from devices.models import Coverage, Device, LogEntry, Product, Project, Provenance, SyncRun
from reporting.mapping import map_state
from reporting.models import Cell, Unmapped

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_first_look_mirrors_every_device_with_its_state(cloud, look):
    run = look()

    told = {one.id: (one.name, one.product.pid, one.online) for one in cloud.world.present()}
    rows = Device.objects.values_list("device_id", "name", "product_id", "online")
    assert {device_id: rest for device_id, *rest in rows} == {
        device_id: list(truth) for device_id, truth in told.items()
    }
    assert (run.outcome, run.seen, run.created, run.changed) == ("complete", 12, 12, 0)


def test_a_look_at_an_unchanged_fleet_writes_no_device_and_no_history(
    cloud, look, django_assert_max_num_queries
):
    look()
    before = list(Device.objects.order_by("pk").values())

    run = look()

    assert list(Device.objects.order_by("pk").values()) == before
    assert (run.seen, run.changed, run.rows, LogEntry.objects.count()) == (12, 0, 0, 0)


def test_a_switch_that_turns_becomes_state_and_one_history_row(cloud, look, plug):
    device, code = plug
    cloud.press(device.device_id, code, not device.status[code])

    run = look()

    changed = Device.objects.get(pk=device.pk)
    row = LogEntry.objects.get()
    assert changed.status == device.status | {code: not device.status[code]}
    assert (row.device_id, row.event_id, row.code, row.value, row.provenance) == (
        device.pk,
        7,
        code,
        not device.status[code],
        Provenance.POLL,
    )
    assert row.not_before < row.event_time
    assert (run.changed, run.rows) == (1, 1)


def test_a_device_that_drops_off_says_so_with_the_moment(cloud, look, plug):
    device, _code = plug
    cloud.offline(device.device_id)

    look()

    changed = Device.objects.get(pk=device.pk)
    assert (changed.online, changed.online_since > device.online_since) == (False, True)
    assert LogEntry.objects.get().event_id == 2


def test_a_page_that_leaves_a_device_out_proves_no_absence(cloud, look, plug):
    device, _code = plug
    cloud.trouble("page_omits", devices=[device.device_id])

    run = look()

    assert (run.outcome, run.missing) == ("incomplete", 0)
    assert Device.objects.get(pk=device.pk).state == "present"


def test_a_list_that_names_some_twice_in_place_of_others_proves_no_absence(start_cloud, look):
    cloud = start_cloud(devices=150)
    look()
    cloud.trouble("page_omits", devices=[cloud.world.present()[0].id], times=1)
    cloud.trouble("page_doubles")

    run = look()

    assert (run.outcome, run.error) == ("incomplete", "149 of 150 devices came")
    assert (run.missing, Device.objects.filter(state="present").count()) == (0, 150)


def test_a_device_that_the_whole_list_lacks_is_missing_not_removed(cloud, look, plug):
    device, _code = plug
    cloud.remove_in_app(device.device_id)

    run = look()

    gone = Device.objects.get(pk=device.pk)
    assert (gone.state, gone.absences, run.missing) == ("missing", 1, 1)


def test_a_missing_device_that_is_listed_again_is_present_and_its_return_is_history(
    cloud, look, plug
):
    device, _code = plug
    cloud.remove_in_app(device.device_id)
    look()
    cloud.repair(device.device_id)

    look()

    assert Device.objects.get(pk=device.pk).state == "present"
    events = set(LogEntry.objects.values_list("event_id", flat=True))
    assert {LogEntry.Own.WENT_MISSING, LogEntry.Own.CAME_BACK} <= events


def test_a_device_is_removed_when_the_cloud_itself_denied_it_in_two_runs(cloud, look, plug):
    device, _code = plug
    cloud.remove_in_app(device.device_id)

    look()
    after_one = Device.objects.get(pk=device.pk).state
    Device.objects.update(asked_at=None)
    look()

    gone = Device.objects.get(pk=device.pk)
    assert (after_one, gone.state, gone.absences) == ("missing", "removed", 1)
    assert "2 runs" in gone.state_reason


def test_a_list_without_a_total_that_is_suddenly_empty_proves_no_absence(cloud, look, settings):
    settings.TUYA_DISCOVERY = "thing"
    look()
    cloud.trouble("empty_page", times=1)

    run = look()

    assert (run.outcome, run.missing) == ("complete", 0)
    assert set(Device.objects.values_list("state", flat=True)) == {"present"}


def test_a_cloud_that_is_silent_about_one_missing_device_is_not_asked_for_twenty(
    start_cloud, look, settings
):
    settings.TUYA_TIMEOUT = timedelta(seconds=0.3)
    cloud = start_cloud(devices=12)
    look()
    gone = [one.id for one in cloud.world.present()][:5]
    for device_id in gone:
        cloud.remove_in_app(device_id)
    cloud.trouble("hang", seconds=1, devices=gone)
    cloud.forget_calls()

    run = look()

    asked = {call.path for call in cloud.calls if call.path.startswith("/v1.0/devices/")}
    assert (run.outcome, run.missing, len(asked)) == ("complete", 5, 1)
    assert Device.objects.filter(state="missing", absences=0).count() == 5


def test_a_list_that_breaks_off_proves_no_absence(start_cloud, look):
    cloud = start_cloud(devices=250)
    look()
    cloud.trouble("page_repeats", path="associated-users")

    run = look()

    assert run.outcome == "incomplete"
    assert set(Device.objects.values_list("state", flat=True)) == {"present"}


def test_a_rename_in_the_vendors_app_is_mirrored_and_remembered(cloud, look, plug):
    device, _code = plug
    cloud.rename_in_app(device.device_id, "床头灯")

    look()

    assert Device.objects.get(pk=device.pk).name == "床头灯"
    renamed, others = LogEntry.Own.RENAMED, LogEntry.Own.BY_OTHERS
    said = dict(LogEntry.objects.values_list("event_id", "value"))
    assert (said[renamed], said.keys()) == (
        {"from": device.name, "to": "床头灯"},
        {renamed, others},
    )


def test_a_device_paired_anew_says_so_and_its_key_is_stored_as_ciphertext(cloud, look, plug):
    device, _code = plug
    cloud.advance(60)
    cloud.repair(device.device_id)

    look()

    paired = Device.objects.get(pk=device.pk)
    stored = Device.objects.filter(pk=device.pk).extra(select={"raw": "local_key::text"})
    assert paired.local_key not in {"", device.local_key}
    assert paired.local_key not in stored.values_list("raw", flat=True)[0]
    assert 3 in LogEntry.objects.values_list("event_id", flat=True)


def test_specifications_are_read_once_a_product(cloud, look):
    look()
    cloud.forget_calls()

    look()

    assert Product.objects.filter(specified_at=None).count() == 0
    assert [call.path for call in cloud.calls if "specification" in call.path] == []


def test_each_device_is_owed_its_history_from_the_first_look_on(cloud, look):
    look()

    assert Coverage.objects.count() == 12


def test_a_cloud_that_is_down_fails_the_run_and_makes_fleet_wait(cloud, look):
    look()
    cloud.trouble("cloud_down")

    run = look()
    left_alone = sync.sync(timezone.now())

    assert run.outcome == SyncRun.Outcome.FAILED
    assert left_alone is None
    assert Device.objects.filter(state="present").count() == 12


def test_an_account_that_is_refused_is_parked_with_the_vendors_code(cloud, look):
    look()
    cloud.trouble("trial_expired")

    look()

    project = Project.objects.get()
    assert (project.parked_code, project.parked_at is not None) == (28841002, True)
    cloud.calm()
    look()
    assert Project.objects.get().parked_code is None


def test_wrong_credentials_are_said_with_code_and_meaning(cloud, look, settings):
    settings.TUYA_CLIENT_SECRET = "0" * 32

    run = look()

    assert (run.outcome, run.error_code) == ("failed", 1004)


def test_a_value_with_a_nul_character_is_kept_without_it(cloud, look, plug):
    device, code = plug
    cloud.press(device.device_id, code, "o\0n")

    look()

    assert Device.objects.get(pk=device.pk).status[code] == "on"


@pytest.mark.parametrize("discovery", ["associated-users", "user", "thing", "ids"])
def test_every_way_of_discovery_mirrors_the_same_fleet(cloud, look, settings, discovery):
    look()
    first = dict(Device.objects.values_list("device_id", "status"))
    settings.TUYA_DISCOVERY = f"user:{cloud.uid}" if discovery == "user" else discovery
    if discovery != "ids":
        Coverage.objects.all().delete()
        Device.objects.all().delete()

    run = look()

    assert run.outcome == "complete"
    assert dict(Device.objects.values_list("device_id", "status")) == first


def test_one_device_read_now_is_known_with_its_factory_information(cloud, look, plug):
    device, _code = plug

    sync.sync_device(device.device_id, timezone.now())

    known = Device.objects.get(pk=device.pk)
    real = cloud.world.devices[device.device_id]
    assert (known.uuid, known.sn, known.mac) == (real.uuid, real.sn or "", real.mac or "")
    assert known.factory_read_at is not None


def test_ush_is_told_nothing_it_could_not_understand_before_the_specification_is_read(cloud, look):
    look()

    assert Cell.objects.count() > 0
    assert Unmapped.objects.filter(reason=Unmapped.Reason.NO_SPECIFICATION).count() == 0


def test_a_product_without_a_readable_specification_is_told_as_far_as_possible(cloud, look):
    cloud.trouble("permission_denied", path="specification")

    look()

    told = set(Cell.objects.values_list("property", flat=True))
    assert Product.objects.exclude(specification_problem="").count() == Product.objects.count()
    assert "PowerState" in told


def test_devices_are_mirrored_while_nobody_says_what_they_mean_and_are_told_once_somebody_does(
    start_cloud, look, monkeypatch
):
    monkeypatch.setattr(specifications, "PART", 1)  # a product's devices do not fit into one part
    cloud = start_cloud(devices=60)
    cloud.trouble("quota_used_up", path="specification")

    troubled, cells_then = look(), Cell.objects.count()
    cloud.calm()
    look()

    true = {
        (ush_id, name, mapped.value)
        for device in Device.objects.select_related("product")
        for ush_id, told in map_state(intake.letter(device)).told.items()
        for name, mapped in told.items()
    }
    assert (troubled.outcome, troubled.created, cells_then) == ("incomplete", 60, 0)
    assert set(Cell.objects.values_list("ush_device_id", "property", "value")) == true != set()


def test_a_change_is_told_also_where_the_list_leaves_out_the_product(cloud, look, plug):
    device, code = plug
    cloud.press(device.device_id, code, not device.status[code])
    cloud.trouble("fields_missing", fields="product_id")

    look()

    values = Cell.objects.filter(device_key=device.device_id, property="PowerState")
    assert values.values_list("value", flat=True)[0] == ("OFF" if device.status[code] else "ON")


def test_a_report_that_newer_log_rows_gainsay_is_compared_again_when_it_comes_again(
    cloud, look, plug
):
    device, code = plug
    soon = round(timezone.now().timestamp() * 1000) + 30_000
    off = {code: not device.status[code]}
    Device.objects.filter(pk=device.pk).update(
        status=device.status | off,
        stamps=device.stamps | {code: [soon, soon, int(Provenance.LOG)]},
        listing_digest=b"",
    )

    look()
    kept = Device.objects.get(pk=device.pk).status[code]
    Device.objects.update(stamps={})
    look()

    assert (kept, Device.objects.get(pk=device.pk).status[code]) == (off[code], device.status[code])


def test_a_stamp_of_the_future_does_not_hold_a_value_until_then(cloud, look, plug):
    device, code = plug
    tomorrow = round(timezone.now().timestamp() * 1000) + 86_400_000
    wrong = device.stamps | {code: [tomorrow, tomorrow, int(Provenance.LOG)]}
    Device.objects.filter(pk=device.pk).update(stamps=wrong)
    cloud.press(device.device_id, code, not device.status[code])

    look()

    assert Device.objects.get(pk=device.pk).status[code] is not device.status[code]


def test_a_change_is_dated_by_the_vendors_clock_also_when_it_is_found_to_be_behind(
    cloud, look, plug, read_logs
):
    device, code = plug
    read_logs()
    with time_machine.travel(timezone.now() + timedelta(hours=1), tick=True):
        cloud.clock.advance(-3600)
        Project.objects.update(token="")  # the next one comes with the vendor's time
        look()
        cloud.press(device.device_id, code, not device.status[code])

        look()
        guessed = LogEntry.objects.get(device=device, provenance=Provenance.POLL)
        read_logs()

    row = LogEntry.objects.get(device=device, code=code)
    assert guessed.not_before < row.event_time <= guessed.event_time
    assert row.provenance == Provenance.LOG
