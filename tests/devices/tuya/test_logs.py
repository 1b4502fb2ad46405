"""Walking logs in both editions: a window counts as read only when its end was reached."""

import pytest

from devices.tuya.errors import Refused, Unintelligible
from devices.tuya.wire import LogCursor, LogRow

from .conftest import ok, refusal

START, END = 1_560_000_000_000, 1_560_900_000_000


def report(at, value="true", **facts):
    return {
        "code": "switch_1",
        "value": value,
        "event_time": at,
        "event_from": "1",
        "event_id": 7,
    } | facts


def free(*times, **facts):
    return ok({"device_id": "d1", "logs": [report(at) for at in times]} | facts)


def paid(*times, **facts):
    rows = [report(at, row=f"row_{at}") for at in times]
    return ok({"device_id": "d1", "logs": rows} | facts)


def walked(cloud, **facts):
    pages = list(cloud.walk_logs("d1", START, END, **facts))
    times = [row.event_time for page in pages for row in page.rows]
    return times, [page.last for page in pages], pages[-1].why


def queries(script):
    return [dict(request.url.params) for request in script.business]


FIRST = {
    "type": "1,2,3,4,5,6,7,8,9,10",
    "start_time": str(START),
    "end_time": str(END),
    "size": "100",
}


def test_the_free_edition_is_walked_by_row_keys(script, cloud):
    script.will(
        free(START + 9, START + 8, has_next=True, current_row_key="k0", next_row_key="k+1/="),
        free(START + 7, has_next=False, next_row_key=None),
    )

    found = walked(cloud)

    assert found == ([START + 9, START + 8, START + 7], [False, True], "")
    assert queries(script) == [
        FIRST | {"query_type": "1"},
        FIRST | {"query_type": "1", "start_row_key": "k+1/="},
    ]


def test_the_paid_edition_is_walked_by_the_last_rows_key_and_time(script, make_cloud):
    cloud = make_cloud(log_edition="paid")
    script.will(
        paid(START + 9, START + 8, has_next=True, count=3),
        paid(START + 7, has_next=False, count=3),
    )

    found = walked(cloud)

    assert found == ([START + 9, START + 8, START + 7], [False, True], "")
    assert queries(script) == [
        FIRST | {"query_type": "2"},
        FIRST
        | {
            "query_type": "2",
            "last_row_key": f"row_{START + 8}",
            "last_event_time": str(START + 8),
        },
    ]


def test_an_empty_page_with_more_behind_it_is_not_the_end(script, cloud):
    script.will(free(has_next=True, next_row_key="k1"), free(START + 1, has_next=False))

    assert walked(cloud) == ([START + 1], [False, True], "")


@pytest.mark.parametrize(
    "end",
    [{}, {"has_next": False}, {"has_next": True, "next_row_key": None}, {"next_row_key": ""}],
)
def test_no_next_key_is_the_free_editions_end(script, cloud, end):
    script.will(free(START + 1, **end))

    assert walked(cloud) == ([START + 1], [True], "")


def test_without_has_next_a_next_key_is_followed(script, cloud):
    script.will(free(START + 2, next_row_key="k1"), free(START + 1))

    assert walked(cloud) == ([START + 2, START + 1], [False, True], "")


def test_a_key_that_stands_still_proves_nothing(script, cloud):
    page = free(START + 1, has_next=True, next_row_key="k1")
    script.will(page, page)

    found = walked(cloud)

    why = "the cursor came back to a page already read"
    assert found == ([START + 1, START + 1], [False, False], why)


def test_keys_in_a_circle_prove_nothing(script, cloud):
    script.will(
        *[free(START + 1, has_next=True, next_row_key=key) for key in ("k1", "k2", "k1", "k2")]
    )

    assert walked(cloud)[1:] == ([False] * 3, "the cursor came back to a page already read")


def test_a_paid_page_that_promises_more_without_rows_proves_nothing(script, make_cloud):
    script.will(paid(has_next=True))

    found = walked(make_cloud(log_edition="paid"))

    why = "more rows are announced but no row key to continue from"
    assert found == ([], [False], why)


def test_a_paid_page_that_repeats_itself_proves_nothing(script, make_cloud):
    page = paid(START + 2, START + 1, has_next=True)
    script.will(page, page)

    found = walked(make_cloud(log_edition="paid"))

    assert found[1:] == ([False, False], "the cursor came back to a page already read")


def test_the_number_of_pages_is_bounded_and_the_rest_is_left_to_continue(script, cloud):
    script.will(*[free(START + n, has_next=True, next_row_key=f"k{n}") for n in range(9)])

    pages = list(cloud.walk_logs("d1", START, END, max_pages=3))

    assert [page.last for page in pages] == [False] * 3
    assert (pages[-1].why, pages[-1].cursor) == (
        "more than 3 pages in one window",
        LogCursor(row_key="k2"),
    )


def test_rows_that_cannot_be_keyed_are_counted(script, cloud):
    rows = [report(START + 1), {"event_id": 7}, None]
    script.will(ok({"logs": rows, "has_next": False}))

    found = cloud.logs("d1", START, END)

    assert (len(found.rows), found.unreadable, found.last) == (1, 2, True)


def test_events_without_code_and_value_are_rows_too(script, cloud):
    script.will(
        ok({"logs": [{"event_id": 2, "event_time": START, "event_from": "1"}], "has_next": False})
    )

    found = cloud.logs("d1", START, END, types=(1, 2))

    assert found.rows == (LogRow(event_id=2, event_time=START, event_from="1"),)
    assert queries(script)[0]["type"] == "1,2"


def test_a_device_without_logs_is_refused_for_itself(script, cloud):
    script.will(refusal(2009, "not support this device"))

    with pytest.raises(Refused) as raised:
        cloud.logs("d1", START, END)

    assert (raised.value.code, raised.value.account) == (2009, False)


@pytest.mark.parametrize("result", [None, {}, {"logs": None}, []])
def test_a_page_without_logs_is_never_read_as_an_empty_one(script, cloud, result):
    script.will(ok(result))

    with pytest.raises(Unintelligible):
        cloud.logs("d1", START, END)
