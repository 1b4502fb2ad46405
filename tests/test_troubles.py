"""The mirror left alone with a cloud that misbehaves: nothing is lost, invented or called proven.

Each trouble strikes while things happen, then it is lifted; the mirror must end equal to the
cloud's own truth by itself, as its alarm clock rings, with nobody's help.
"""

import random
import re
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.contrib.auth.models import User
from django.utils import timezone

from devices import coverage, harvest, sync
from devices.books import FORGOTTEN_BY_VENDOR, stored
from devices.events import millis
from devices.models import Device, LogEntry, Provenance
from people.groups import give
from people.roles import Role
from simulator.values import log_text, next_value

pytestmark = pytest.mark.django_db(transaction=True)

NOON = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
MINUTE = 60_000
PAGE = 100  # rows: what the cloud gives at most in one answer


class Scene:
    """A small fleet, its cloud, Fleet's workers, and the clock that all of them live by."""

    def __init__(self, cloud, clock, client):
        self.cloud, self.clock, self.client = cloud, clock, client
        self.dice = random.Random(7)
        self.runs = []

    def pass_time(self, **span):
        self.clock.shift(timedelta(**span))

    def happen(self, times=1):
        """Let something happen to every device, and one drop off or come back."""
        for _ in range(times):
            for device in list(self.cloud.world.present()):
                point = self.dice.choice([one for one in device.product.points if one.reported])
                value = next_value(point, device.status.get(point.code), self.dice)
                self.cloud.press(device.id, point.code, value)
        device = self.dice.choice(self.cloud.world.present())
        (self.cloud.offline if device.online else self.cloud.online)(device.id)

    def ring(self, *, force=False):
        """Ring both alarms once, as beat does."""
        runs = [
            sync.sync(timezone.now(), force=force),
            harvest.harvest(timezone.now(), force=force),
        ]
        self.runs += [run for run in runs if run is not None]

    def said(self):
        return [run.error for run in self.runs if run.error]

    def truth(self):
        """What the cloud's own books say: device, time, event, code, text and source."""
        return {
            (device.id, row.at, row.event_id, row.code or "", row.value, row.source)
            for device in self.cloud.world.present()
            for row in self.cloud.world.rows(device.id)
        }

    def told(self):
        """What Fleet's REST says of the vendor's log, in the same form."""
        address, rows = "/api/v1/logs/?provenance=log&page_size=500", []
        while address:
            page = self.client.get(address).json()
            rows += page["results"]
            address = page["next"]
        told = [
            (
                row["device_id"],
                millis(datetime.fromisoformat(row["event_time"])),
                row["event_id"],
                row["code"],
                log_text(row["value"]) if row["raw"] is None and row["code"] else row["raw"],
                str(row["source_id"]),
            )
            for row in rows
        ]
        assert len(told) == len(set(told))
        return set(told)

    def gaps(self):
        """Return some of what only the cloud has, and some of what only Fleet has."""
        truth, told = self.truth(), self.told()
        return sorted(truth - told, key=str)[:3], sorted(told - truth, key=str)[:3]

    def states(self):
        rows = Device.objects.values_list("device_id", "status", "online", "state")
        return {device_id: tuple(rest) for device_id, *rest in rows}

    def true_states(self):
        present = self.cloud.world.present()
        return {one.id: (one.status, one.online, "present") for one in present}

    def ledgers(self):
        rows = Device.objects.select_related("coverage")
        return {one.device_id: stored(one.coverage) for one in rows}

    def unproven(self):
        """Return what is not proven between the oldest row and a minute ago."""
        end, start = self.cloud.clock.now_ms() - MINUTE, min(row[1] for row in self.truth())
        return [
            part
            for ledger in self.ledgers().values()
            for part in (*coverage.unread(ledger, start, end), *ledger.lost)
        ]

    def false(self):
        """Return rows that Fleet lacks although it calls their time proven, and rows made up."""
        truth, told, ledgers = self.truth(), self.told(), self.ledgers()
        lacking = [
            row
            for row in truth - told
            for part in ledgers[row[0]].complete
            if part.start <= row[1] < part.end
        ]
        return lacking, list(told - truth)

    def faults(self):
        """Return what is not as it should be, by name; nothing when the mirror is whole."""
        (lacking, made_up), told, true = self.gaps(), self.states(), self.true_states()
        found = {
            "lacking": lacking,
            "made up": made_up,
            "unproven": self.unproven(),
            "states": [one for one in true if told.get(one) != true[one]],
            "guesses": list(LogEntry.objects.filter(provenance=Provenance.POLL)),
        }
        return {name: fault for name, fault in found.items() if fault}


@pytest.fixture
def clock():
    with time_machine.travel(NOON, tick=True) as traveller:
        yield traveller


@pytest.fixture
def scene(clock, start_cloud, settings, client):
    settings.TUYA_TIMEOUT = timedelta(seconds=0.9)
    settings.HARVEST_INTERVAL = timedelta(minutes=5)

    def make(edition="free", **options):
        cloud = start_cloud(**{"devices": 8, "days": 3.0} | options)
        settings.TUYA_LOG_EDITION = edition
        user = User.objects.create_user("viewer")
        give(user, Role("viewer"))
        client.force_login(user)
        return Scene(cloud, clock, client)

    return make


ONE = "one device"  # in `devices`: the first of the fleet
SILENT = "did not answer"
BOTH, FREE = ("free", "paid"), ("free",)

# Name, trouble, its options, in which editions, and what the runs must say: None where the
# trouble costs nothing at all.
TROUBLES = [
    ("500", "http_500", {}, FREE, "HTTP 500"),
    ("502", "http_502", {}, FREE, "HTTP 502"),
    ("503", "http_503", {}, FREE, "HTTP 503"),
    ("503_with_retry_after", "http_503", {"retry_after": 30}, FREE, "HTTP 503"),
    ("429", "http_429", {}, FREE, "HTTP 429"),
    ("429_with_retry_after", "http_429", {"retry_after": 30}, FREE, "HTTP 429"),
    ("system_error_in_the_envelope", "system_error", {}, FREE, "code 500"),
    ("closed_connections", "cloud_down", {}, FREE, SILENT),
    ("connection_reset", "reset_connection", {}, FREE, SILENT),
    ("reset_in_mid_body", "cut_body", {}, FREE, SILENT),
    ("hang", "hang", {"seconds": 2}, FREE, SILENT),
    ("hang_of_one_device", "hang", {"seconds": 2, "devices": ONE}, FREE, SILENT),
    ("slow_drip", "slow", {"seconds": 5}, FREE, SILENT),
    ("truncated_json", "bad_json", {}, FREE, "without an envelope"),
    ("html_with_200", "html_200", {}, FREE, "without an envelope"),
    ("empty_body", "empty_body", {}, FREE, "without an envelope"),
    ("wrong_content_type", "wrong_content_type", {}, FREE, None),
    ("bom", "bom", {}, FREE, None),
    ("result_null", "result_null", {}, FREE, "without a list"),
    ("result_null_of_logs", "result_null", {"path": "/logs"}, BOTH, "without logs"),
    ("result_missing", "result_missing", {}, FREE, "without a list"),
    ("result_missing_of_logs", "result_missing", {"path": "/logs"}, BOTH, "without logs"),
    ("ids_and_times_missing", "fields_missing", {}, BOTH, "without an id"),
    ("times_missing_once", "fields_missing", {"path": "/logs", "times": 3}, BOTH, "not be read"),
    ("codes_missing", "fields_missing", {"fields": "code"}, BOTH, "not be read"),
    ("values_missing", "fields_missing", {"fields": "value"}, BOTH, "not be read"),
    ("states_missing", "fields_missing", {"fields": "status"}, FREE, None),
    ("logs_missing", "fields_missing", {"fields": "logs"}, FREE, "without logs"),
    ("more_missing", "fields_missing", {"fields": "has_more,has_next"}, BOTH, None),
    ("extra_fields", "fields_extra", {}, BOTH, None),
    ("mistyped_fields", "fields_mistyped", {}, BOTH, None),
    ("1004", "sign_invalid", {}, FREE, "code 1004"),
    ("1010_in_mid_run", "token_expires", {"path": "/logs"}, BOTH, None),
    ("all_tokens_revoked", "tokens_revoked", {}, FREE, "code 1010"),
    ("1013", "clock_skew", {"seconds": 900}, BOTH, None),
    ("1106_on_one_device", "permission_denied", {"devices": ONE}, FREE, "code 1106"),
    ("1106_on_all", "permission_denied", {}, FREE, "code 1106"),
    ("1106_on_all_logs", "permission_denied", {"path": "/logs"}, FREE, "code 1106"),
    ("2009_on_one_device", "no_logs", {"devices": ONE}, FREE, "code 2009"),
    ("2009_on_all", "no_logs", {}, BOTH, "code 2009"),
    ("1110", "rate_limited", {}, FREE, "code 1110"),
    ("1199", "rate_limited", {"code": 1199}, FREE, "code 1199"),
    ("quota_used_up", "quota_used_up", {}, FREE, "code 28841004"),
    ("rows_doubled", "rows_doubled", {}, BOTH, None),
    ("rows_out_of_order", "rows_shuffled", {}, BOTH, None),
    ("row_key_stuck", "row_key_stuck", {}, BOTH, "page already read"),
    ("log_page_repeats", "page_repeats", {"path": "/logs"}, BOTH, "page already read"),
    ("empty_log_pages", "empty_page", {"path": "/logs"}, BOTH, "page already read|no row key"),
    ("an_empty_log_page", "empty_page", {"path": "/logs", "times": 1}, FREE, None),
    ("empty_list", "empty_page", {"path": "associated-users"}, FREE, "0 of 8"),
    ("device_omitted", "page_omits", {"devices": ONE}, FREE, "7 of 8"),
    ("devices_omitted", "page_omits", {}, FREE, "4 of 8"),
    ("devices_twice", "page_doubles", {}, FREE, None),
]
CASES = [
    pytest.param(trouble, options, edition, said, id=f"{name}-{edition}")
    for name, trouble, options, editions, said in TROUBLES
    for edition in editions
]


@pytest.mark.parametrize(("trouble", "options", "edition", "said"), CASES)
def test_a_trouble_that_passes_leaves_no_trace(scene, trouble, options, edition, said):
    scene = scene(edition)
    sync.sync(timezone.now())  # all are met, no log is read: three days of it wait
    scene.pass_time(minutes=20)
    scene.happen()
    chosen = {"devices": [next(iter(scene.cloud.world.devices))]} if "devices" in options else {}
    strikes = scene.cloud.trouble(trouble, **options | chosen)
    scene.runs.clear()

    scene.ring(force=True)
    during, states = scene.false(), set(Device.objects.values_list("state", flat=True))
    scene.happen()
    scene.pass_time(minutes=10)
    scene.cloud.calm()
    if trouble == "no_logs":  # such a word is believed for a day
        scene.pass_time(hours=24)
        scene.happen()
    left = left_after_calm(scene)

    assert strikes.struck
    assert (during, states) == (([], []), {"present"})
    assert (bool(scene.said()), said or "") == (said is not None, said or "")
    assert not said or re.search(said, " | ".join(scene.said()))
    assert left == {}


def test_a_specification_that_comes_after_the_log_types_what_was_read_before(scene):
    scene = scene()
    scene.cloud.trouble("http_500", path="specification")
    scene.ring(force=True)
    scene.pass_time(minutes=10)
    scene.happen()
    scene.ring(force=True)
    untyped = values_of_switches()

    scene.cloud.calm()
    left = left_after_calm(scene)

    assert untyped <= {"true", "false"}
    assert (len(untyped), values_of_switches()) == (2, {True, False})
    assert left == {}


def values_of_switches():
    rows = LogEntry.objects.filter(code__startswith="switch_1", provenance=Provenance.LOG)
    return set(rows.values_list("value", flat=True))


def left_after_calm(scene, *, rounds=10):
    """Let quarters of an hour pass until the mirror is whole; return what never became right."""
    for _ in range(rounds):
        scene.pass_time(minutes=15)
        scene.ring()
        if not (faults := scene.faults()):
            break
    return faults


@pytest.mark.parametrize("edition", BOTH)
def test_after_hours_of_being_off_the_history_is_whole_and_takes_the_place_of_guesses(
    scene, edition
):
    scene = scene(edition)
    scene.ring()
    for _ in range(32):
        scene.pass_time(minutes=15)
        scene.happen(4)
    longest = max(Counter(row[0] for row in scene.truth()).values())

    sync.sync(timezone.now())
    guessed = LogEntry.objects.filter(provenance=Provenance.POLL).count()
    left = left_after_calm(scene, rounds=2)

    assert longest > PAGE
    assert guessed > 0
    assert (scene.said(), left) == ([], {})


def test_what_nine_days_of_being_off_lost_is_said_with_its_reason_and_never_drawn_over(scene):
    scene = scene(days=1.0)
    scene.ring()
    kept = scene.truth()
    off_since = timezone.now()
    for _ in range(19):
        scene.pass_time(hours=11)
        scene.happen()
    scene.pass_time(hours=7)

    scene.ring()

    assert scene.told() == kept | scene.truth()
    assert scene.states() == scene.true_states()
    for device_id in scene.states():
        assert_said_as_lost(scene, device_id, off_since, timezone.now() - timedelta(days=7))


def assert_said_as_lost(scene, device_id, first, last):
    """REST names the lost stretch and its reason, and the chart leaves it open."""
    address = f"/api/v1/devices/{device_id}"
    books = scene.client.get(f"{address}/coverage/").json()
    [[start, end, reason]] = books["lost"]
    code = next(iter(Device.objects.get(device_id=device_id).status))
    span = {"code": code, "start": (first - timedelta(hours=20)).isoformat()}
    chart = scene.client.get(f"{address}/history/", span | {"end": timezone.now().isoformat()})

    assert abs(datetime.fromisoformat(start) - first) < timedelta(minutes=1)
    assert timedelta(0) <= datetime.fromisoformat(end) - last < timedelta(minutes=4)
    assert reason == FORGOTTEN_BY_VENDOR
    assert len(books["complete"]) == 2
    assert {"start": start, "end": end, "reason": reason} in chart.json()["gaps"]
