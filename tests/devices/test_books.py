"""What the vendor forgot unread is told as lost, with its reason, wherever coverage is told."""

from datetime import timedelta

import pytest
import time_machine

from devices import export_manifests, export_question, history, series
from devices.books import FORGOTTEN_BY_VENDOR, NO_LOG, NOT_READ
from devices.explorer import Wanted
from devices.export_question import Question
from devices.models import Coverage, Device, LogExport
from devices.views import standing
from people.roles import Role
from rest.times import stamp
from tests.devices.views import scene
from tests.devices.views.scene import NOON
from tests.people import persons

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
READ_TO, FORGOTTEN = -20, -7  # days: its log was read up to there, and the vendor has it from there


def span(start, end, *more):
    return [stamp(NOON + start * DAY), stamp(NOON + end * DAY), *more]


@pytest.mark.parametrize(
    ("standing_of", "lost", "owed_to"),
    [
        ({}, [span(READ_TO, FORGOTTEN, FORGOTTEN_BY_VENDOR)], 0),  # parked, paused, switched off
        (
            {"state": Device.State.MISSING, "state_since": NOON - 19 * DAY},
            [span(READ_TO, FORGOTTEN, FORGOTTEN_BY_VENDOR)],
            0,
        ),
        (
            {"retired_at": NOON - 9 * DAY},
            [span(READ_TO, -16, FORGOTTEN_BY_VENDOR), span(-16, FORGOTTEN, NOT_READ)],
            0,
        ),
        ({"retired_at": NOON - 19 * DAY}, [span(READ_TO, FORGOTTEN, NOT_READ)], 0),
        ({"logs_supported": False}, [span(READ_TO, FORGOTTEN, NO_LOG)], 0),
        (
            {"state": Device.State.REMOVED, "state_since": NOON - 12 * DAY},
            [span(READ_TO, -12, FORGOTTEN_BY_VENDOR)],
            -12,
        ),
        (
            {"state": Device.State.REMOVED, "state_since": NOON - 3 * DAY},
            [span(READ_TO, FORGOTTEN, FORGOTTEN_BY_VENDOR)],
            -3,
        ),
    ],
)
def test_what_was_unread_for_longer_than_the_vendor_keeps_it_is_lost_everywhere(
    standing_of, lost, owed_to
):
    device = scene.device(**standing_of)
    scene.proven(device, (NOON - 30 * DAY, NOON + READ_TO * DAY), since=NOON - 30 * DAY)
    unread = [span(FORGOTTEN, owed_to)] if owed_to > FORGOTTEN else []
    left = [span(owed_to, 0, series.LEFT)] if owed_to else []
    asked = Question(Wanted(start=NOON - 30 * DAY, end=NOON), ("bf01",), None)
    export = LogExport(question=export_question.as_json(asked), asked_at=NOON)

    with time_machine.travel(NOON, tick=False):
        rest = persons.api(Role.VIEWER).get("/api/v1/devices/bf01/coverage/").json()
        page = scene.client().get(f"/logs/?device=bf01&start={stamp(NOON - 30 * DAY)}")
    gaps = history.gaps(device, NOON - 30 * DAY, NOON, NOON)
    proof = export_manifests.proof_of(export, NOON)

    assert rest == {
        "device_id": "bf01",
        "since": stamp(NOON - 30 * DAY),
        "complete": [span(-30, READ_TO)],
        "unread": unread,
        "lost": lost,
        "next_loss_at": stamp(NOON) if unread else None,
    }
    assert [drawn(gap.start, gap.end, gap.reason) for gap in gaps] == [
        *lost,
        *([*one, series.NOT_READ_YET] for one in unread),
        *left,
    ]
    assert proof.gaps == [{"device_id": "bf01", "unread": unread, "lost": lost}]
    shown = page.context["proof"]
    assert [[stamp(start), stamp(end), why] for start, end, why in shown.lost] == lost
    assert [[stamp(start), stamp(end)] for start, end in shown.unread] == unread
    assert shown.read_to is None  # it was not read up to where the vendor's store begins
    assert shown.share == pytest.approx(10 / (30 + owed_to))
    alone = "retired_at" in standing_of or owed_to < 0
    assert ("nobody reads them" in scene.text(page)) == (bool(unread) and alone)
    assert Coverage.objects.get().lost == []  # told, not written: no worker has come by


def drawn(start, end, reason):
    return [
        stamp(NOON + timedelta(milliseconds=at - scene.millis(NOON))) for at in (start, end)
    ] + [reason]


def test_the_ribbon_owes_nothing_of_the_days_after_a_removal():
    removed = Device.State.REMOVED
    scene.proven(
        scene.device(state=removed, state_since=NOON - 2 * DAY), (NOON - 7 * DAY, NOON - 3 * DAY)
    )

    known = standing.ribbon(Device.objects.with_books().get(), NOON)

    assert [(one.kind, one.end - one.start) for one in known.segments] == [
        ("complete", 4 * 86_400_000),
        ("unread", 86_400_000),
    ]
    assert known.percent == "80"
