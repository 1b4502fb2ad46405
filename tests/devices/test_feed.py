"""The message feed against the simulated service: stored, acknowledged, each change once."""

import threading
from datetime import timedelta

import pytest
from celery.signals import before_task_publish
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from devices import feed, pausing, project
from devices.models import Device, LogEntry, Project, SyncRun
from people.roles import Role
from tests.people import persons

pytestmark = pytest.mark.django_db(transaction=True)

FED, LOGGED = 2, 1


@pytest.fixture
def channel(cloud, settings, look):
    """A mirrored fleet whose changes are kept in the channel from now on."""
    settings.TUYA_FEED = "event"
    settings.TUYA_FEED_URL = cloud.url.replace("http", "ws", 1)
    look()
    follow()
    return cloud


@pytest.fixture
def rung():
    """The names of the tasks that were sent to the broker."""
    names = []

    def note(sender, **_said):
        names.append(sender)

    before_task_publish.connect(note)
    yield names
    before_task_publish.disconnect(note)


def follow(idle=0.15):
    return feed.follow(timezone.now(), idle=idle)


def history(device, *, provenance=FED):
    rows = LogEntry.objects.filter(device=device, provenance=provenance).order_by("event_time")
    return [(row.event_id, row.code, row.value) for row in rows]


def test_a_pressed_switch_is_state_history_and_a_letter_before_it_is_acknowledged(channel, plug):
    device, code = plug
    row = channel.press(device.device_id, code, not device.status[code])

    run = follow()

    device.refresh_from_db()
    assert device.status[code] is (row.value == "true")
    assert device.stamps[code][::2] == [row.at, FED]
    assert history(device) == [(7, code, row.value == "true")]
    assert (run.seen, run.rows, run.outcome, run.error) == (1, 1, "complete", "")
    assert (channel.feed.waiting, len(channel.feed.acknowledged)) == (0, 1)


def test_comings_goings_and_names_are_told_too(channel, plug):
    device, _code = plug
    channel.offline(device.device_id)
    channel.rename_in_app(device.device_id, "卧室灯")

    follow()

    device.refresh_from_db()
    renamed = [one for one in history(device) if one[0] == LogEntry.Own.RENAMED]
    assert (device.online, device.name) == (False, "卧室灯")
    assert [one[2]["to"] for one in renamed] == ["卧室灯"]
    assert (2, "", None) in history(device)


def test_the_logs_own_row_takes_the_place_of_what_the_feed_said(channel, plug, read_logs):
    device, code = plug
    channel.press(device.device_id, code, not device.status[code])
    follow()

    read_logs()

    reports = [one for one in history(device, provenance=LOGGED) if one[0] == 7]
    assert (history(device), len(reports)) == ([], 1)


def test_a_row_that_the_log_already_told_is_not_told_again(channel, plug, read_logs):
    device, code = plug
    channel.press(device.device_id, code, not device.status[code])
    read_logs()

    follow()

    assert (history(device), len(history(device, provenance=LOGGED))) == ([], 1)


@pytest.mark.parametrize("trouble", ["feed_doubles", "feed_shuffles", "feed_junk", "feed_cut"])
def test_whatever_the_service_does_each_change_is_there_once(channel, plug, trouble):
    device, code = plug
    began = device.status[code]
    hung = channel.trouble(trouble, **({"times": 2} if trouble == "feed_cut" else {}))
    for turn in range(6):
        channel.press(device.device_id, code, began if turn % 2 else not began)
        channel.advance(3)

    runs = [follow() for _ in range(3 if trouble == "feed_cut" else 1)]

    device.refresh_from_db()
    assert [one[2] for one in history(device)] == [not began, began] * 3
    assert (device.status[code], channel.feed.waiting) == (began, 0)
    assert [run.outcome for run in runs] == (
        ["incomplete", "incomplete", "complete"] if trouble == "feed_cut" else ["complete"]
    )
    assert (hung.struck > 0 or trouble != "feed_cut", runs[-1].error) == (
        True,
        "6 messages could not be read" if trouble == "feed_junk" else "",
    )


def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(channel, plug):
    device, code = plug
    channel.press(device.device_id, code, not device.status[code])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE devices_logentry ADD CONSTRAINT broken CHECK (provenance <> 2)")

    with pytest.raises(Exception, match="broken"):
        follow()
    unsaid = (channel.feed.waiting, [*channel.feed.acknowledged])
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE devices_logentry DROP CONSTRAINT broken")
    run = follow()

    assert (unsaid, run.rows, len(history(device))) == ((1, []), 1, 1)
    assert SyncRun.objects.filter(kind="feed", outcome="failed").count() == 1


@pytest.mark.parametrize(
    ("trouble", "words"),
    [
        ("feed_refused", "the message service answers 401: check that the message service is"),
        ("feed_down", "cannot be reached: server rejected WebSocket connection: HTTP 503"),
    ],
)
def test_a_service_that_refuses_says_what_to_look_at_and_no_secret(channel, trouble, words):
    channel.trouble(trouble)

    run = follow()

    assert (run.outcome, words in run.error) == ("incomplete", True)
    assert channel.client_secret not in run.error


@pytest.mark.parametrize("how", ["left", "unknown", "told"])
def test_a_device_that_left_or_is_not_mirrored_is_a_reason_to_look(channel, plug, rung, how):
    device, code = plug
    if how == "left":
        channel.remove_in_app(device.device_id)
    else:
        channel.press(device.device_id, code, not device.status[code])
    if how == "unknown":
        Device.objects.filter(pk=device.pk).delete()

    follow()

    states = set(Device.objects.values_list("state", flat=True))
    looks = [task for task in rung if task == "devices.tasks.sync"]
    assert (states, looks) == ({"present"}, [] if how == "told" else ["devices.tasks.sync"])


def test_an_old_message_changes_no_newer_state(channel, plug):
    device, code = plug
    held = device.status[code]
    late = int((timezone.now() - timedelta(hours=1)).timestamp() * 1000)
    channel.world.report(device.device_id, code, not held, at=late)
    channel.world.devices[device.device_id].status[code] = held

    follow()

    device.refresh_from_db()
    assert (device.status[code], history(device)) == (held, [(7, code, not held)])


def test_only_one_process_follows_and_none_while_the_cloud_is_paused(channel):
    stopped, inside = threading.Event(), threading.Event()

    def ended():
        inside.set()
        return stopped.is_set()

    def resident():
        feed.follow(timezone.now(), ended=ended)
        connection.close()

    other = threading.Thread(target=resident)
    other.start()
    inside.wait(10)
    second = follow()
    stopped.set()
    other.join(10)
    Project.objects.update(paused_at=timezone.now())

    assert (second, follow()) == (None, None)


def test_the_command_takes_one_round_and_says_it_in_a_line(channel, plug, capsys):
    device, code = plug
    channel.press(device.device_id, code, not device.status[code])

    call_command("feed", stdout=None)

    assert capsys.readouterr().out.startswith("feed: 1 messages, 1 rows, ")


def test_a_round_ends_in_time_although_messages_never_cease(channel, plug):
    device, code = plug

    def press():
        channel.press(device.device_id, code, not device.status[code])
        return False

    run = feed.follow(timezone.now(), idle=5, ended=press, stretch=timedelta(seconds=1))

    assert (run.outcome, run.seen > 0) == ("complete", True)


def test_the_command_says_what_to_do_when_the_feed_is_off(settings):
    settings.TUYA_FEED = "off"

    with pytest.raises(CommandError, match=r"TUYA_FEED is off: .* set it to event or event-test"):
        call_command("feed")


def test_a_pause_ends_the_feed_within_a_moment(channel, monkeypatch):
    monkeypatch.setattr(feed, "NOTED", timedelta(0))
    asking = type("Asking", (), {"META": {}, "auth": None, "user": persons.user(Role.OPERATOR)})
    project.current()
    pausing.pause(asking, "", timezone.now())
    Project.objects.update(paused_at=None)

    def paused_meanwhile():
        Project.objects.update(paused_at=timezone.now())
        return False

    run = feed.follow(timezone.now(), ended=paused_meanwhile)

    assert run.outcome == "complete"
