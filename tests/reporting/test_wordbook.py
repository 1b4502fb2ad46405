"""Rows that an operator writes: what they may say, and that all devices follow."""

from datetime import timedelta

import pytest
from django.utils import timezone

from devices.models import Device, Product
from people.models import Deed
from reporting import forwarder, outbox, remap, wordbook
from reporting.letters import SpecItem, StateReported
from reporting.mapping import Line, build, map_state
from reporting.mapping.offers import OFFERS
from reporting.models import Cell, MappingRow, Sink, Unmapped

pytestmark = pytest.mark.django_db

ECO = {"code": "mode", "category": "kt", "property": "Mode", "kind": "words"}
ECO |= {"parameters": {"eco": "AUTO", "cold": "COLD"}}
SILENT = {"code": "switch_1", "property": "PowerState", "kind": "silent"}
HUMID = {"code": "va_humidity", "property": "Humidity", "kind": "scaled", "extension": True}


def told(table=None, category="kt", spec=None, **values):
    letter = StateReported("d", category, values, spec or {}, dict.fromkeys(values, 1000))
    found = map_state(letter, *([build(table)] if table else []))
    return {(key, name): one.value for key, of in found.told.items() for name, one in of.items()}


@pytest.fixture
def make_device(now):
    """A device of the mirror, and what reporting heard of it."""

    def make(key, category, **status):
        at = int(now.timestamp() * 1000) - 60_000
        device = Device.objects.create(
            device_id=key,
            category=category,
            status=status,
            stamps={code: [at, at, 3] for code in status},
            first_seen_at=now,
            last_seen_at=now,
            state_since=now,
        )
        letter = StateReported(key, category, status, {}, dict.fromkeys(status, at))
        outbox.take([letter], now)
        return device

    return make


def values():
    rows = Cell.objects.order_by("ush_device_id", "property")
    return {(one.ush_device_id, one.property): one.value for one in rows}


def test_an_own_row_goes_before_the_published_one_for_its_code():
    own = [Line("mode", "Mode", "words", "kt", parameters={"eco": "SLEEP", "cold": "COLD"})]

    assert told(mode="eco") == {}
    assert told(own, mode="eco") == {("d", "Mode"): "SLEEP"}
    assert told(own, mode="auto") == {}  # the own table has no such word, and it is the only one


def test_an_own_row_of_one_category_leaves_the_others_as_they_are():
    own = [Line("mode", "Mode", "words", "kt", parameters={"cold": "AUTO"})]

    assert told(own, mode="cold") == {("d", "Mode"): "AUTO"}
    assert told(own, category="ktkzq", mode="cold") == {("d", "Mode"): "COLD"}


def test_a_silent_row_switches_the_published_one_off():
    own = [Line("switch_1", "PowerState", "silent", "cz")]

    assert told(own, category="cz", switch_1=True, switch_2=True) == {("d_2", "PowerState"): "ON"}
    assert told(own, category="kg", switch_1=True) == {("d", "PowerState"): "ON"}


def test_a_name_that_ush_never_published_is_told_only_where_it_was_switched_on():
    spec = {"va_humidity": SpecItem("Integer", {"scale": 1})}

    assert told(category="wsdcg", spec=spec, va_humidity=455) == {}
    own = [Line("va_humidity", "Humidity", "scaled", extension=True)]
    assert told(own, "wsdcg", spec, va_humidity=455) == {("d", "Humidity"): "45.5"}
    assert told(own, "wsdcg", spec, va_humidity=4550) == {}


def test_every_offered_row_can_be_taken():
    for line in OFFERS:
        given = {name: getattr(line, name) for name in wordbook.FIELDS}
        assert wordbook.row_of(given).property == line.property


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"property": "Humidity"}, "property"),
        ({"property": "a b", "extension": True}, "property"),
        ({"code": ""}, "code"),
        ({"code": "a b"}, "code"),
        ({"suffix": "2"}, "suffix"),
        ({"kind": "magic"}, "kind"),
        ({"kind": "switch"}, "kind"),
        ({"kind": "scaled"}, "kind"),
        ({"parameters": {}}, "parameters"),
        ({"parameters": {"eco": "ECO"}}, "parameters"),
    ],
)
def test_a_row_that_ush_would_refuse_is_not_taken(given, field):
    with pytest.raises(wordbook.RefusedError) as refused:
        wordbook.row_of(ECO | given)

    assert list(refused.value.errors) == [field]


def test_a_second_row_for_the_same_place_is_not_taken(now):
    wordbook.add(ECO, "mara", now)

    with pytest.raises(wordbook.RefusedError):
        wordbook.add(ECO, "mara", now)

    assert MappingRow.objects.count() == 1


def test_a_new_word_reaches_the_devices_that_waited_for_it(make_device, now):
    make_device("ac1", "kt", mode="eco")
    make_device("ac2", "kt", mode="cold")
    assert values() == {("ac2", "Mode"): "COLD"}
    assert Unmapped.objects.get().value == "eco"

    wordbook.add(ECO, "mara", now)
    walked = remap.walk(now)

    assert walked == 2
    assert values() == {("ac1", "Mode"): "AUTO", ("ac2", "Mode"): "COLD"}
    assert not Unmapped.objects.exists()
    assert remap.walk(now) == 0


def test_what_is_switched_off_is_told_no_more_and_comes_back(make_device, now):
    make_device("plug1", "cz", switch_1=True, switch_2=False)

    row = wordbook.add(SILENT, "mara", now)
    remap.walk(now)
    silent = values()
    wordbook.switch(row.pk, "mara", now, enabled=False)
    remap.walk(now)

    assert silent == {("plug1_2", "PowerState"): "OFF"}
    assert values() == {("plug1", "PowerState"): "ON", ("plug1_2", "PowerState"): "OFF"}


def test_a_row_that_is_removed_counts_no_more(make_device, now):
    make_device("ac1", "kt", mode="eco")
    row = wordbook.add(ECO, "mara", now)
    remap.walk(now)

    assert wordbook.remove(row.pk, "mara", now)
    remap.walk(now)
    make_device("ac2", "kt", mode="eco")

    assert values() == {("ac1", "Mode"): "AUTO"}  # as USH was told; nobody can say it better
    assert Unmapped.objects.filter(value="eco").count() == 2
    assert not wordbook.remove(row.pk, "mara", now)


def test_a_mapping_may_take_its_value_from_an_older_data_point(make_device, now):
    device = make_device("lamp1", "dj", switch_led=True, other=False)
    device.stamps["other"] = [1, 1, 3]
    device.save()

    wordbook.add({"code": "other", "property": "PowerState", "kind": "switch"}, "mara", now)
    remap.walk(now)

    assert values() == {("lamp1", "PowerState"): "OFF"}
    assert Cell.objects.get().late == 0


def test_a_changed_mapping_reaches_ush(make_device, office, sim, now):
    make_device("ac1", "kt", mode="cold")
    office.clock.advance(1)
    forwarder.drain(office.desk)

    wordbook.add(ECO | {"parameters": {"cold": "SLEEP"}}, "mara", now)
    remap.walk(office.clock())
    office.clock.advance(2)
    forwarder.drain(office.desk)

    assert sim.ush.state == {("ac1", "Mode"): "SLEEP"}


def test_the_walk_goes_on_where_it_was_and_begins_anew_when_the_mapping_changes(
    make_device, now, monkeypatch
):
    monkeypatch.setattr(remap, "PAGE", 2)
    for number in range(5):
        make_device(f"ac{number}", "kt", mode="eco")
    wordbook.add(ECO, "mara", now)

    first = remap.walk(now, timedelta(0))
    halfway = len(values())
    wordbook.add(SILENT, "mara", now)
    rest = remap.walk(now)

    assert (first, halfway, rest) == (0, 2, 5)
    assert len(values()) == 5
    assert Sink.objects.get().remap_from is None


def test_a_device_whose_product_is_not_described_yet_is_left_alone(make_device, now):
    device = make_device("ac1", "kt", mode="cold")
    device.product = Product.objects.create(product_id="p", name="p", category="kt")
    device.save()

    wordbook.add(ECO | {"parameters": {"cold": "SLEEP"}}, "mara", now)
    remap.walk(now)

    assert values() == {("ac1", "Mode"): "COLD"}


def test_a_quarantined_value_of_that_property_is_tried_at_once(make_device, now):
    make_device("ac1", "kt", mode="cold")
    later = now + timedelta(hours=9)
    Cell.objects.update(lane="quarantine", next_try_at=later)

    wordbook.add(ECO, "mara", now)

    assert Cell.objects.get().next_try_at == now


def test_a_preview_says_what_a_real_device_would_become_and_changes_nothing(make_device, now):
    make_device("ac1", "kt", mode="eco")

    tried = wordbook.preview(ECO, "ac1")

    change = wordbook.Change("ac1", "Mode", None, "AUTO")
    assert tried == wordbook.Preview("eco", present=True, changes=(change,), unheard=())
    assert values() == {}
    assert not MappingRow.objects.exists()
    assert wordbook.preview(ECO, "nobody") is None


def test_a_preview_says_what_stays_without_a_word(make_device):
    make_device("ac1", "kt", mode="floor_heat")

    tried = wordbook.preview(ECO, "ac1")

    assert tried.unheard == ("mode=floor_heat",)


def test_codes_that_no_row_takes_up_are_listed_with_their_devices(make_device, now):
    make_device("s1", "wsdcg", va_humidity=40, battery_percentage=90)
    make_device("s2", "wsdcg", va_humidity=41)
    make_device("ac1", "kt", mode="cold")
    make_device("cl1", "cl", mode="morning")  # the same code, and no row for curtains

    before = wordbook.unmapped_codes()
    wordbook.add(HUMID, "mara", now)

    assert before == [("va_humidity", 2), ("battery_percentage", 1), ("mode", 1)]
    assert wordbook.unmapped_codes() == [("battery_percentage", 1), ("mode", 1)]


def test_every_change_is_noted_with_who_did_it(now):
    row = wordbook.add(ECO, "mara", now)
    wordbook.switch(row.pk, "nils", now, enabled=False)
    wordbook.switch(row.pk, "nils", now, enabled=False)
    wordbook.remove(row.pk, "olga", now)

    noted = [(deed.who, deed.what, deed.details["code"]) for deed in Deed.objects.order_by("pk")]
    assert noted == [
        ("mara", "mapping-add", "mode"),
        ("nils", "mapping-off", "mode"),
        ("olga", "mapping-remove", "mode"),
    ]


@pytest.mark.django_db(transaction=True)
def test_who_translates_now_is_waited_for_and_seen_by_the_walk(make_device, now):
    """A letter that was translated before the change, and committed after, would undo it."""
    import threading  # noqa: PLC0415

    from django.db import connections, transaction  # noqa: PLC0415

    make_device("ac1", "kt", mode="eco")
    taken, may_commit = threading.Event(), threading.Event()
    order = []

    def take():
        letter = StateReported("ac9", "kt", {"mode": "cold"}, {}, {"mode": 1})
        with transaction.atomic():
            outbox.take([letter], timezone.now())
            taken.set()
            may_commit.wait(20)
            order.append("taken")
        connections.close_all()

    def change():
        wordbook.add(ECO, "mara", now)
        order.append("changed")
        connections.close_all()

    taker, changer = threading.Thread(target=take), threading.Thread(target=change)
    taker.start()
    assert taken.wait(20)
    changer.start()
    changer.join(0.5)
    assert order == []
    may_commit.set()
    taker.join(20)
    changer.join(20)

    assert order == ["taken", "changed"]
