"""Exports of history as a background job: whole, repeatable, proven, and gone after their days."""

import gzip
import hashlib
import json
from datetime import timedelta
from types import SimpleNamespace

import pytest
import time_machine
from django.core.management import call_command
from django.db import connection

from devices import export_manifests, export_question, exporting, log_exports, retention
from devices.explorer import Wanted
from devices.export_question import Question
from devices.models import LogExport
from people.models import Deed
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON
from tests.people import persons

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DAY = Wanted(start=NOON - timedelta(days=1), end=NOON + timedelta(minutes=1))


@pytest.fixture(autouse=True)
def _folder(settings, tmp_path):
    settings.FLEET_DATA = tmp_path


@pytest.fixture
def mara():
    return SimpleNamespace(user=persons.user(Role.VIEWER, "mara"), META={})


def asked(by, wanted=DAY, kind="ndjson", at=NOON + HOUR, **of):
    return log_exports.ask(by, Question(wanted, **of), kind, at)


def written(export, at=NOON + HOUR):
    exporting.write_due(lambda: at)
    return LogExport.objects.get(pk=export.pk)


def lines(export):
    return gzip.decompress(log_exports.file_of(export).read_bytes()).decode().splitlines()


def values(export):
    return [json.loads(line)["value"] for line in lines(export)]


def test_an_export_is_written_beside_a_manifest_that_proves_it(mara):
    lamp, plug = scene.device(), scene.device("bf02", "Plug")
    scene.event(lamp, code="switch_led", value=True)
    scene.event(lamp, NOON - HOUR, code="switch_led", value=False)
    scene.event(plug, NOON - HOUR, code="switch_led", value=False)
    scene.proven(
        lamp,
        (NOON - timedelta(hours=20), NOON),
        since=NOON - timedelta(days=7),
        lost=[(NOON - timedelta(days=2), NOON - timedelta(hours=20), "vendor retention")],
    )

    export = written(asked(mara, devices=("bf01",), at=NOON), NOON)

    path = log_exports.file_of(export)
    content = path.read_bytes()
    beside = json.loads(path.with_name(f"{path.name}.manifest.json").read_text())
    assert (export.state, export.expires_at) == ("done", NOON + timedelta(days=7))
    assert values(export) == [False]  # the other was learned of a second later
    assert list(export_manifests.ordered(export.manifest)) == list(beside)
    assert beside == export.manifest == {
        "file": f"fleet-logs-20261121T120000Z-{export.pk}.ndjson.gz",
        "format": "ndjson+gzip",
        "bytes": len(content),
        "sha256": hashlib.sha256(content).hexdigest(),
        "rows": 1,
        "first_event_time": "2026-11-21T11:00:00.000Z",
        "last_event_time": "2026-11-21T11:00:00.000Z",
        "columns": [*json.loads(lines(export)[0])],
        "order": ["-event_time", "-device_id"],
        "language": "en",
        "query": {
            "start": "2026-11-20T12:00:00.000Z",
            "end": "2026-11-21T12:01:00.000Z",
            "event": [], "source": [], "provenance": [], "code": [], "not_code": [],
            "changes": False, "device": ["bf01"], "product_id": None,
        },
        "received_until": "2026-11-21T12:00:00.000Z",
        "asked_by": "mara",
        "asked_at": "2026-11-21T12:00:00.000Z",
        "made_at": "2026-11-21T12:00:00.000Z",
        "made_by": "Fleet 0.1.0",
        "coverage": {
            "devices": 1, "devices_with_gaps": 1, "unread_seconds": 0, "lost_seconds": 4 * 3600,
        },
        "gaps": [
            {
                "device_id": "bf01",
                "unread": [],
                "lost": [
                    ["2026-11-20T12:00:00.000Z", "2026-11-20T16:00:00.000Z", "vendor retention"]
                ],
            }
        ],
        "gaps_left_out": 0,
    }  # fmt: skip


def test_what_was_learned_after_the_asking_does_not_belong_to_it_and_asking_again_gives_it(mara):
    lamp = scene.device()
    scene.event(lamp, NOON - HOUR, value=1)
    first = written(asked(mara, at=NOON))
    scene.event(lamp, NOON - timedelta(minutes=2), value=2)

    again, later = written(asked(mara, at=NOON - timedelta(minutes=3))), written(asked(mara))

    assert (values(first), values(again), values(later)) == ([1], [1], [2, 1])
    assert first.sha256 == again.sha256 != later.sha256


def test_whoever_dies_between_two_steps_is_followed_by_one_who_goes_on_there(mara, monkeypatch):
    monkeypatch.setattr("rest.exports.CHUNK", 10)
    monkeypatch.setattr(exporting, "STEP", 10)
    scene.events(scene.device(), 25)
    export = asked(mara, kind="csv")
    exporting.write_due(lambda: NOON, seconds=0)
    begun = LogExport.objects.get(pk=export.pk)
    with log_exports.file_of(begun).open("ab") as file:
        file.write(b"half a step of who died")

    done = written(export)

    told = [line.split(",")[9] for line in lines(done)]
    assert (begun.state, begun.rows, begun.expected) == ("running", 10, 25)
    assert told == ["value", *(str(n) for n in range(25))]
    assert (done.rows, done.last_event_at) == (25, NOON)


def test_all_filters_of_the_explorer_are_kept_by_the_names_of_rest():
    wanted = Wanted(
        start=NOON - HOUR, end=NOON, events=(7,), sources=(1, None), provenances=(1, 3),
        codes=("a",), not_codes=("b",), changes=True,
    )  # fmt: skip
    question = Question(wanted, devices=("bf01",), products=("lamp",))

    kept = json.loads(json.dumps(export_question.as_json(question)))

    assert export_question.from_json(kept) == question
    assert (kept["provenance"], kept["source"]) == (["log", "poll"], [1, None])


def test_only_changes_leaves_out_what_says_nothing_new(mara):
    lamp = scene.device()
    for minutes, value in enumerate((2, 2, 1)):
        scene.event(lamp, NOON - timedelta(minutes=minutes), code="a", value=value)
    changes = Wanted(DAY.start, DAY.end, changes=True)

    export = written(asked(mara, changes))

    assert (values(export), export.expected) == ([2, 1], 3)


def test_a_cancelled_export_leaves_no_file_and_a_past_one_keeps_its_manifest(mara):
    scene.event(scene.device())
    done, waiting = written(asked(mara)), asked(mara)
    assert log_exports.cancel(mara, waiting, NOON)

    pruned = retention.prune(NOON + timedelta(days=8))

    done.refresh_from_db()
    assert (pruned.exports, done.state, done.manifest["rows"]) == (1, "expired", 1)
    assert not log_exports.folder_of(done).exists()
    assert not log_exports.cancel(mara, waiting, NOON)
    assert exporting.write_due(lambda: NOON) == exporting.Shift(0, 0, left=False)
    assert list(Deed.objects.order_by("pk").values_list("who", "what", "about")) == [
        ("mara", "export-asked", f"#{done.pk}"),
        ("mara", "export-asked", f"#{waiting.pk}"),
        ("mara", "export-cancelled", f"#{waiting.pk}"),
    ]


def test_a_dry_run_names_the_files_that_would_go_and_leaves_them(mara, capsys):
    scene.event(scene.device(), code="switch_led", value=True)
    kept, past = written(asked(mara), NOON + timedelta(days=5)), written(asked(mara))
    later = NOON + timedelta(days=8)

    with time_machine.travel(later, tick=False):
        call_command("prune", "--dry-run")
        words = capsys.readouterr().out.splitlines()
        call_command("prune", "--dry-run", "--json")
        figures = json.loads(capsys.readouterr().out)["exports"]
    still_there = log_exports.file_of(past).exists()
    pruned = retention.prune(later)

    until = past.expires_at.isoformat()
    assert words[0].endswith("0 log rows, 1 files of exports would go")
    assert words[1:] == [f"  file {past.file_name}: 0.0 MB, kept until 2026-11-28 13:00:00 UTC"]
    assert figures == [{"name": past.file_name, "bytes": past.size, "expired_at": until}]
    assert (still_there, pruned.exports) == (True, 1)
    assert [log_exports.file_of(one).exists() for one in (kept, past)] == [True, False]


def test_a_full_disk_ends_an_export_in_words(mara, monkeypatch):
    monkeypatch.setattr(exporting, "LEAST_FREE", 1 << 62)

    export = written(asked(mara))

    assert (export.state, export.error) == ("failed", "Less than 1 GB of disk is free.")
    assert not log_exports.folder_of(export).exists()


def test_what_breaks_off_again_and_again_ends_as_failed(mara):
    export = asked(mara)
    LogExport.objects.filter(pk=export.pk).update(question={})

    export = written(export)

    assert (export.state, export.error, export.faults) == ("failed", "KeyError", 5)


def test_one_person_keeps_the_others_waiting_for_so_long_only(mara):
    for _ in range(log_exports.MOST_OPEN):
        asked(mara)

    with pytest.raises(log_exports.Refused, match="5 exports of yours wait or run"):
        asked(mara)


def test_one_process_writes_at_a_time(mara):
    asked(mara)
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_lock(%s, 0)", [exporting.LOCK])

        assert exporting.write_due(lambda: NOON) is None
    finally:
        other.close()
