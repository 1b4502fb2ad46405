import pytest
from django.db import transaction

from reporting import outbox
from reporting.letters import DeviceGone, StateReported
from reporting.models import Cell, Unmapped

pytestmark = pytest.mark.django_db


def plug(at, on, key="plug1", **more):
    values = {"switch_1": on} | more
    return StateReported(key, "cz", values, {}, dict.fromkeys(values, at))


def cells():
    names = ("ush_device_id", "property", "value", "source_at", "version", "acked_version")
    return list(Cell.objects.order_by("ush_device_id", "property").values_list(*names))


def acknowledge(known=True):
    for cell in Cell.objects.all():
        cell.acked_version, cell.acked_value, cell.acked_known = cell.version, cell.value, known
        cell.save()


def test_a_first_letter_makes_a_dirty_cell_that_is_due_after_the_window(now, settings):
    taken = outbox.take([plug(1000, True)], now)

    assert taken == outbox.Taken(waiting=1, unheard=0)
    assert cells() == [("plug1", "PowerState", "ON", 1000, 1, 0)]
    assert Cell.objects.get().next_try_at == now + settings.USH_WINDOW


def test_older_news_is_counted_and_dropped(now):
    outbox.take([plug(1000, True)], now)

    outbox.take([plug(999, False)], now)

    assert cells() == [("plug1", "PowerState", "ON", 1000, 1, 0)]
    assert Cell.objects.get().late == 1


def test_the_same_value_again_only_refreshes_its_time(now):
    outbox.take([plug(1000, True)], now)
    acknowledge()

    taken = outbox.take([plug(2000, True)], now)

    assert taken.waiting == 0
    assert cells() == [("plug1", "PowerState", "ON", 2000, 1, 1)]


def test_there_and_back_sends_nothing_when_ush_is_known_to_hold_the_value(now):
    outbox.take([plug(1000, True)], now)
    acknowledge()
    outbox.take([plug(2000, False)], now)

    taken = outbox.take([plug(3000, True)], now)

    assert taken.waiting == 0
    assert cells() == [("plug1", "PowerState", "ON", 3000, 3, 3)]


def test_there_and_back_is_sent_when_nobody_knows_what_ush_holds(now):
    outbox.take([plug(1000, True)], now)
    acknowledge(known=False)
    outbox.take([plug(2000, False)], now)

    taken = outbox.take([plug(3000, True)], now)

    assert taken.waiting == 1
    assert cells() == [("plug1", "PowerState", "ON", 3000, 3, 1)]


def test_of_two_letters_in_one_batch_the_newer_counts(now):
    outbox.take([plug(2000, False), plug(1000, True)], now)

    assert cells() == [("plug1", "PowerState", "OFF", 2000, 1, 0)]


def test_a_device_that_left_is_forgotten_and_starts_anew_when_it_returns(now):
    outbox.take([plug(1000, True)], now)
    acknowledge()

    outbox.take([plug(1500, False), DeviceGone("plug1"), plug(2000, True)], now)

    assert cells() == [("plug1", "PowerState", "ON", 2000, 1, 0)]


def test_a_new_value_of_a_quarantined_cell_is_tried_at_once(now):
    outbox.take([plug(1000, True)], now)
    Cell.objects.update(lane="quarantine", next_try_at=now.replace(year=2030))

    outbox.take([plug(2000, False)], now)

    cell = Cell.objects.get()
    assert (cell.lane, cell.next_try_at, cell.value) == ("quarantine", now, "OFF")


def test_values_without_a_word_are_counted_per_device(now):
    letter = StateReported("ac1", "kt", {"mode": "eco"}, {}, {"mode": 1000})

    outbox.take([letter], now)
    outbox.take([letter], now)

    names = ("device_key", "code", "value", "reason", "count")
    assert list(Unmapped.objects.values_list(*names)) == [
        ("ac1", "mode", "eco", "unknown_value", 2)
    ]


def test_a_rolled_back_history_takes_its_news_with_it(now):
    with transaction.atomic():
        outbox.take([plug(1000, True)], now)
        transaction.set_rollback(True)

    assert cells() == []


def test_a_thousand_devices_cost_as_many_queries_as_one(now, django_assert_num_queries):
    outbox.take([plug(1, True, key="first")], now)

    with django_assert_num_queries(4):  # the mapping's lock, the road, the cells, the bell
        outbox.take([plug(1, True, key=f"d{n}") for n in range(1000)], now)


def test_a_resync_makes_clean_cells_dirty_and_leaves_the_others(now):
    outbox.take([plug(1000, True), plug(1000, True, key="plug2")], now)
    acknowledge()
    outbox.take([plug(2000, False)], now)

    assert outbox.resync(now, ["plug1", "plug2"]) == 1
    assert cells() == [
        ("plug1", "PowerState", "OFF", 2000, 2, 1),
        ("plug2", "PowerState", "ON", 1000, 2, 1),
    ]


@pytest.mark.django_db(transaction=True)
def test_a_broker_that_is_down_loses_nothing(now, settings):
    outbox.take([plug(1000, True)], now)

    assert cells() == [("plug1", "PowerState", "ON", 1000, 1, 0)]


@pytest.mark.django_db
def test_a_lamp_whose_colour_trembles_at_a_border_does_not_flap(now):
    def hue(degrees, at):
        text = f'{{"h":{degrees},"s":1000,"v":1000}}'
        values = {"work_mode": "colour", "colour_data_v2": text}
        outbox.take([StateReported("lamp", "dj", values, {}, dict.fromkeys(values, at))], now)
        cell = Cell.objects.get(property="Color")
        return cell.value, cell.version

    told = [hue(degrees, at) for at, degrees in enumerate((14, 16, 13, 17, 18, 16, 13, 11), 1)]

    assert told == [
        *[("RED", 1)] * 4,  # within three degrees of the border at 15 the name stays
        *[("ORANGE", 2)] * 3,
        ("RED", 3),
    ]
