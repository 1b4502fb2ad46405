"""The pages of exports: asked for from the explorer, followed, taken once they are whole."""

import gzip
import json
from datetime import timedelta

import pytest
import time_machine

from devices import exporting, log_exports
from devices.models import Device, LogExport
from people.models import Deed
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON
from tests.devices.views.streams import streamed

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _at_noon(settings, tmp_path):
    settings.FLEET_DATA = tmp_path
    with time_machine.travel(NOON + timedelta(seconds=30), tick=False):
        yield


@pytest.fixture
def reader():
    return scene.client(name="mara")


def asked(reader, query="device=bf01&event=7", kind="csv"):
    answer = reader.post("/exports/ask/", {"query": query, "format": kind}, follow=True)
    return LogExport.objects.order_by("-pk").first(), scene.text(answer)


def test_a_device_shown_together_with_its_predecessor_is_exported_with_it(reader):
    older, lamp = scene.device("bf00", "Lamp"), scene.device()
    Device.objects.filter(pk=lamp.pk).update(predecessor=older)
    scene.event(lamp, code="switch_led", value=True)
    scene.event(older, NOON - timedelta(hours=1), code="switch_led", value=False)

    pages = {
        words: reader.get(f"/devices/bf01/events/{words}").context["export_query"]
        for words in ("", "?with=predecessor")
    }
    files = {}
    for words, query in pages.items():
        export, _text = asked(reader, query, "ndjson")
        exporting.write_due(lambda: NOON + timedelta(minutes=1))
        export.refresh_from_db()
        rows = gzip.decompress(log_exports.file_of(export).read_bytes()).splitlines()
        ids = [json.loads(row)["device_id"] for row in rows]
        covered = export.manifest["coverage"]["devices"]
        files[words] = (export.question["device"], ids, covered)
    at_once = streamed(reader, f"/logs/export.csv?{pages['?with=predecessor']}")[1].decode()

    assert files == {
        "": (["bf01"], ["bf01"], 1),
        "?with=predecessor": (["bf00", "bf01"], ["bf01", "bf00"], 2),
    }
    assert [line.split(",")[2] for line in at_once.splitlines()[1:]] == ["bf01", "bf00"]


def test_what_the_explorer_shows_is_asked_for_frozen_and_followed_to_its_file(reader):
    lamp = scene.device()
    scene.event(lamp, code="switch_led", value=True)
    scene.event(lamp, event_id=1)
    menu = scene.text(reader.get("/logs/?device=bf01&event=7"))

    export, waiting = asked(reader)
    exporting.write_due(lambda: NOON + timedelta(minutes=1))
    done = scene.text(reader.get("/exports/"))
    answer, content = streamed(reader, f"/exports/{export.pk}/file/")
    manifest = reader.get(f"/exports/{export.pk}/manifest.json")

    assert "Export… Download at once (CSV)" in menu
    assert f"Export #{export.pk} is being written." in waiting
    assert "Waiting not begun" in waiting
    assert (export.question["start"], export.question["end"], export.question["device"]) == (
        "2026-11-20T12:01:30.000Z", "2026-11-21T12:01:30.000Z", ["bf01"],
    )  # fmt: skip
    assert "Done 1 row" in done
    assert gzip.decompress(content).decode().splitlines()[1].startswith("2026-11-21T12:00:00.000Z,")
    assert answer["Content-Disposition"] == (
        f'attachment; filename="fleet-logs-20261121T120030Z-{export.pk}.csv.gz"'
    )
    assert manifest.json()["rows"] == 1
    assert list(Deed.objects.order_by("pk").values_list("who", "what")) == [
        ("mara", "export-asked"),
        ("mara", "export-taken"),
    ]


def test_one_sees_ones_own_and_an_admin_sees_all(reader):
    export, _said = asked(reader)
    other, admin = scene.client(Role.MANAGER), scene.client(Role.ADMIN)
    place = f"/exports/{export.pk}"

    seen = [f"#{export.pk} " in scene.text(who.get("/exports/")) for who in (reader, other, admin)]
    answers = [
        other.get(f"{place}/manifest.json").status_code,
        streamed(other, f"{place}/file/")[0].status_code,
        other.post(f"{place}/cancel/").status_code,
    ]

    assert (seen, answers) == ([True, False, True], [404, 404, 404])


def test_an_export_is_cancelled_and_then_has_no_file(reader):
    export, _said = asked(reader)

    said = scene.text(reader.post(f"/exports/{export.pk}/cancel/", follow=True))
    again = scene.text(reader.post(f"/exports/{export.pk}/cancel/", follow=True))
    file, _content = streamed(reader, f"/exports/{export.pk}/file/")

    assert "is cancelled; nothing of it is kept" in said
    assert "Cancelled" in said
    assert "has ended already" in again
    assert (file.status_code, file["Location"]) == (302, "/exports/")


def test_nonsense_is_refused_in_words(reader):
    _none, said = asked(reader, "event=x")
    _none, kind = asked(reader, "event=7", "exe")

    assert "is no number that can stand here" in said
    assert "Choose CSV or NDJSON." in kind
    assert LogExport.objects.count() == 0


def test_a_page_of_exports_costs_the_same_for_one_and_for_many(reader, django_assert_num_queries):
    asked(reader)
    with django_assert_num_queries(4):
        reader.get("/exports/")
    LogExport.objects.bulk_create(
        LogExport(**{
            field.name: getattr(LogExport.objects.get(), field.name)
            for field in LogExport._meta.fields if field.name != "id"
        })
        for _ in range(20)
    )  # fmt: skip

    with django_assert_num_queries(4):
        page = reader.get("/exports/")

    assert scene.text(page).count("Waiting") == 21
