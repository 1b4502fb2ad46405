"""The client against the simulated cloud over real sockets: truth read whole, writes sent once."""

import pytest

import simulator
from devices.tuya.client import Account, Cloud, Timeouts
from devices.tuya.errors import Refused, Unanswered, Unavailable
from devices.tuya.limits import OwnMeter, OwnPace
from devices.tuya.token import OwnToken

DEVICES = 130  # two pages of the largest listing
DAY_MS = 86_400_000


@pytest.fixture
def sim():
    with simulator.running(devices=DEVICES, seed=7, days=2) as running:
        yield running


@pytest.fixture
def connect(sim):
    made = []

    def make(**changes):
        facts = {
            "client_id": sim.client_id,
            "client_secret": sim.client_secret,
            "base_url": sim.url,
            "timeouts": Timeouts(read=2.0, total=4.0),
        }
        cloud = Cloud(
            Account(**facts | changes),
            tokens=OwnToken(),
            pace=OwnPace(),
            meter=OwnMeter(),
            sleep=lambda _: None,
        )
        made.append(cloud)
        return cloud

    yield make
    for cloud in made:
        cloud.close()


@pytest.fixture
def cloud(connect):
    return connect()


@pytest.fixture
def plug(sim):
    """Return some device that a person might rename or reset."""
    return next(device for device in sim.world.present() if not device.sub and device.online)


def seen(cloud, discovery, known=()):
    pages = list(cloud.listing(discovery, known))
    return [device.id for page in pages for device in page.devices], pages[-1].complete


def calls_to(sim, method, part):
    return [call for call in sim.calls if call.method == method and part in call.path]


# The truth, whole.


@pytest.mark.parametrize("way", ["associated-users", "user", "thing", "ids"])
def test_every_listing_finds_every_device_once_and_proves_it(sim, cloud, way):
    truth = [device.id for device in sim.world.present()]
    discovery = "user:" + ",".join(sim.world.uids) if way == "user" else way

    found, complete = seen(cloud, discovery, truth)

    assert (sorted(found), complete) == (sorted(truth), True)


def test_a_listing_with_state_costs_a_hundredth_call_a_device(sim, cloud):
    seen(cloud, "associated-users")

    assert len(calls_to(sim, "GET", "/devices")) == 2


def test_a_device_is_read_as_it_truly_is(sim, cloud, plug):
    sim.rename_in_app(plug.id, "客厅 plug ")

    found = cloud.device(plug.id)

    assert (found.id, found.name, found.online, found.local_key, found.uid) == (
        plug.id,
        "客厅 plug ",
        plug.online,
        plug.local_key,
        plug.uid,
    )
    assert {status.code: status.value for status in found.status} == plug.status


def test_statuses_of_all_come_by_twenty_although_one_is_forbidden(sim, cloud, plug):
    truth = {device.id: dict(device.status) for device in sim.world.present()}
    sim.reset_in_app(plug.id)

    found = cloud.statuses(truth)

    assert {
        ident: {status.code: status.value for status in statuses}
        for ident, statuses in found.items()
    } == {ident: values for ident, values in truth.items() if ident != plug.id}


@pytest.mark.parametrize("edition", ["free", "paid"])
def test_logs_are_walked_row_by_row_newest_first(sim, connect, plug, edition):
    code = next(iter(plug.status))
    for n in range(250):
        sim.press(plug.id, code, plug.status[code])
        sim.world.log(plug.id, 8, "1", at=sim.clock.now_ms() - n)
    now = sim.clock.now_ms()
    truth = [(row.at, row.event_id, row.code, row.value) for row in sim.world.rows(plug.id)]

    pages = list(connect(log_edition=edition).walk_logs(plug.id, now - 8 * DAY_MS, now + 1000))

    rows = [(r.event_time, r.event_id, r.code, r.value) for page in pages for r in page.rows]
    assert len(truth) > 500
    assert rows == truth[::-1]
    assert [page.last for page in pages] == [False] * (len(pages) - 1) + [True]


def test_a_gateways_children_and_factory_facts_are_read(sim, cloud):
    gateway = next(d for d in sim.world.present() if sim.world.children(d.id))
    children = sim.world.children(gateway.id)

    found = cloud.sub_devices(gateway.id)
    facts = cloud.factory_infos([child.id for child in children])

    assert [child.id for child in found] == [child.id for child in children]
    assert {ident: (info.uuid, info.sn, info.mac) for ident, info in facts.items()} == {
        child.id: (child.uuid, child.sn or "", child.mac or "") for child in children
    }


def test_a_specification_names_every_data_point_with_its_values(cloud, plug):
    found = cloud.specification(plug.id)

    assert found.category == plug.product.category
    assert {(item.code, item.type, item.values) for item in found.status} == {
        (point.code, point.kind, point.specification())
        for point in plug.product.points
        if point.reported
    }


def test_renames_removals_and_resets_land(sim, cloud, plug):
    other, third = [d for d in sim.world.present() if d.id != plug.id][:2]

    cloud.rename(plug.id, '厨房 "plug" & 100%')
    cloud.remove(other.id)
    cloud.reset_factory(third.id)

    assert (plug.name, other.gone, third.gone) == ('厨房 "plug" & 100%', "removed", "reset")


def test_the_machines_proxy_never_sees_the_token(connect, plug, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("NO_PROXY", "")

    found = connect().device(plug.id)

    assert found.id == plug.id


# Trouble.

READ_TROUBLES = [
    "rate_limited",
    "system_error",
    "cloud_down",
    "http_500",
    "http_502",
    "http_503",
    "http_429",
    "html_200",
    "reset_connection",
    "answer_lost",
    "cut_body",
    "empty_body",
    "bad_json",
]


@pytest.mark.parametrize("trouble", READ_TROUBLES)
def test_a_read_comes_through_two_strokes_of_trouble(sim, cloud, plug, trouble):
    cloud.test()
    sim.trouble(trouble, times=2)

    found = cloud.status(plug.id)

    assert {status.code: status.value for status in found} == plug.status


LOST = ["answer_lost", "cut_body", "empty_body", "bad_json", "result_null"]
NOT_DONE = ["cloud_down", "http_500", "http_502", "http_503", "html_200", "reset_connection"]


@pytest.mark.parametrize("trouble", [*LOST, *NOT_DONE])
def test_a_reset_without_a_clear_answer_is_sent_once_and_unanswered(sim, cloud, plug, trouble):
    cloud.test()
    sim.trouble(trouble, times=1)

    with pytest.raises(Unanswered):
        cloud.reset_factory(plug.id)

    assert len(calls_to(sim, "PUT", "/reset-factory")) == 1
    assert plug.gone == ("reset" if trouble in LOST else None)


def test_a_reset_into_silence_is_given_up_in_time_and_unanswered(sim, connect, plug):
    cloud = connect(timeouts=Timeouts(read=0.2))
    cloud.test()
    sim.trouble("hang", times=1)

    with pytest.raises(Unanswered):
        cloud.reset_factory(plug.id)

    assert len(calls_to(sim, "PUT", "/reset-factory")) == 1


def test_a_dripping_answer_is_given_up_at_the_total(sim, connect, plug):
    cloud = connect(timeouts=Timeouts(read=2.0, total=0.3))
    cloud.test()
    sim.trouble("slow", times=1, seconds=5.0)

    with pytest.raises(Unanswered):
        cloud.rename(plug.id, "slow")


def test_a_cloud_that_is_not_there_leaves_a_write_unsent(connect):
    cloud = connect(base_url="http://127.0.0.1:9")

    with pytest.raises(Unavailable) as raised:
        cloud.remove("d1")

    assert type(raised.value) is Unavailable


@pytest.mark.parametrize("trouble", ["token_expires", "sign_invalid"])
def test_a_reset_refused_for_its_token_is_repeated_once_and_done_once(sim, cloud, plug, trouble):
    cloud.test()
    sim.trouble(trouble, times=1, path="/reset-factory")

    cloud.reset_factory(plug.id)

    first, second = calls_to(sim, "PUT", "/reset-factory")
    assert (first.code in (1010, 1004), second.code, plug.gone) == (True, None, "reset")


def test_a_project_whose_tokens_die_at_once_is_unavailable(sim, cloud, plug):
    sim.trouble("tokens_revoked")

    with pytest.raises(Unavailable) as raised:
        cloud.status(plug.id)

    assert raised.value.code == 1010


def test_a_clock_a_quarter_hour_off_costs_one_repeat(sim, cloud, plug):
    sim.trouble("clock_skew")

    cloud.rename(plug.id, "on time")

    assert (plug.name, 880_000 < cloud.test().offset_ms < 920_000) == ("on time", True)


@pytest.mark.parametrize(
    "trouble", ["quota_used_up", "trial_expired", "wrong_data_center", "account_down"]
)
def test_a_parked_account_says_so_and_costs_few_calls(sim, cloud, trouble):
    sim.trouble(trouble)

    with pytest.raises(Refused) as raised:
        list(cloud.listing("associated-users"))

    assert raised.value.account
    assert len(sim.calls) <= 2


def test_a_wrong_secret_is_refused_for_the_whole_account(connect):
    with pytest.raises(Refused) as raised:
        connect(client_secret="wrong").test()

    assert (raised.value.code, raised.value.account) == (1004, True)


# Lists and logs that do not tell the truth.


@pytest.mark.parametrize("way", ["associated-users", "thing"])
def test_a_listing_whose_pages_repeat_is_never_called_complete(sim, cloud, way):
    sim.trouble("page_repeats")

    found, complete = seen(cloud, way)

    assert (len(found), complete) == (100 if way == "associated-users" else 20, False)


def test_a_listing_that_leaves_devices_out_is_never_called_complete(sim, cloud):
    sim.trouble("page_omits", times=1)

    found, complete = seen(cloud, "associated-users")

    assert (len(found), complete) == (DEVICES - 50, False)


@pytest.mark.parametrize("trouble", ["has_more_missing", "page_doubles"])
def test_a_listing_without_has_more_or_with_doubles_is_still_whole(sim, cloud, trouble):
    sim.trouble(trouble)

    found, complete = seen(cloud, "associated-users")

    assert (sorted(found), complete) == (sorted(d.id for d in sim.world.present()), True)


def test_doubles_do_not_end_a_listing_early_where_has_more_is_missing(sim, cloud):
    sim.trouble("has_more_missing")
    sim.trouble("page_doubles")

    found, complete = seen(cloud, "associated-users")

    assert (len(found), complete) == (DEVICES, True)


def test_an_empty_first_page_does_not_make_the_fleet_look_gone(sim, cloud):
    sim.trouble("empty_page", times=1)

    _, complete = seen(cloud, "associated-users")

    assert not complete


@pytest.mark.parametrize("trouble", ["row_key_stuck", "page_repeats"])
def test_logs_whose_cursor_is_stuck_prove_nothing(sim, cloud, plug, trouble):
    for _ in range(150):
        sim.world.log(plug.id, 8)
    sim.trouble(trouble)
    now = sim.clock.now_ms()

    pages = list(cloud.walk_logs(plug.id, now - 3 * DAY_MS, now + 1000))

    assert (any(page.last for page in pages), bool(pages[-1].why)) == (False, True)


@pytest.mark.parametrize("trouble", ["empty_page", "has_more_missing", "rows_doubled"])
def test_logs_with_odd_pages_are_still_walked_to_the_end(sim, cloud, plug, trouble):
    now = sim.clock.now_ms()
    for n in range(250):
        sim.world.log(plug.id, 8, at=now - n)
    truth = [row.at for row in sim.world.rows(plug.id)][::-1]
    sim.trouble(trouble, times=1)

    pages = list(cloud.walk_logs(plug.id, now - 3 * DAY_MS, now + 1000))

    times = {row.event_time for page in pages for row in page.rows}
    assert (times, pages[-1].last) == (set(truth), True)
