"""What a process remembers of announcements, for pages that open their stream a moment later."""

import pytest

from pages import heard


@pytest.fixture(autouse=True)
def ear():
    heard.begin()
    yield
    heard.end()


def test_what_came_after_a_mark_is_known_in_its_order():
    heard.again("logs", ["x"])
    marked = heard.mark()
    heard.again("devices", ["a", "b"])
    heard.again("devices", None)

    missed = heard.since(marked)

    assert [(one.topic, one.ids) for one in missed] == [("devices", ("a", "b")), ("devices", None)]


def test_more_than_is_kept_is_not_known():
    marked = heard.mark()
    for _ in range(heard.KEPT):
        heard.again("devices", ["a"])
    all_of_them = heard.since(marked)
    heard.again("devices", ["a"])

    one_more = heard.since(marked)

    assert (len(all_of_them), one_more) == (heard.KEPT, None)


def test_a_mark_of_before_the_connection_was_lost_is_not_known():
    marked = heard.mark()
    heard.end()
    deaf = (heard.mark(), heard.since(marked))
    heard.begin()

    assert (deaf, heard.since(marked)) == (("", None), None)


@pytest.mark.parametrize(
    "marked", ["", "x", "0badcafe.1", "{ours}", "{ours}.", "{ours}.999999", "{ours}.²"]
)
def test_what_is_no_mark_of_this_process_says_nothing(marked):
    ours = heard.mark().partition(".")[0]

    assert heard.since(marked.format(ours=ours)) is None
