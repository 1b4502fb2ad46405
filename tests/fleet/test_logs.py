import logging

from fleet.logs import LineFormatter


def line(message, *args, exc_info=None, **extra):
    record = logging.LogRecord("devices.sync", logging.INFO, __file__, 1, message, args, exc_info)
    record.created, record.msecs = 1_795_300_000.25, 250.0
    vars(record).update(extra)
    return LineFormatter().format(record)


def test_a_record_is_one_line_with_its_keys():
    text = line("sync %s", "finished", seen=412, device="a b")

    assert text == '2026-11-21T22:26:40.250Z INFO devices.sync sync finished seen=412 device="a b"'


def test_no_secret_is_written_whatever_its_value():
    text = line("x", local_key="k", client_secret="s", access_token="t", sign="g", password="p")

    assert text == (
        "2026-11-21T22:26:40.250Z INFO devices.sync x local_key=... client_secret=... "
        "access_token=... sign=... password=..."
    )


def test_a_traceback_stays_on_the_line():
    try:
        raise ValueError("two\nlines")
    except ValueError as problem:
        text = line("failed", exc_info=(ValueError, problem, problem.__traceback__))

    assert "\n" not in text
    assert text.endswith('ValueError: two\\nlines"')
