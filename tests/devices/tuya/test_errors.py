"""Every code in words, and docs/errors.md kept true."""

from pathlib import Path

import pytest

from devices.tuya import errors
from devices.tuya.errors import EXPLANATIONS, Kind, Reaction, Refused, Unavailable

DOCS = Path(__file__).parents[3] / "docs" / "errors.md"
NAMED = (
    {500, 1199, 1400, 2401, 2406, 40000309, 40001900}
    | set(range(1000, 1009))
    | set(range(1010, 1014))
    | set(range(1100, 1115))
    | set(range(2001, 2011))
    | set(range(2012, 2028))
    | set(range(28841001, 28841005))
    | set(range(28841101, 28841108))
)


def test_every_code_that_the_vendor_names_is_explained_in_both_languages():
    assert set(EXPLANATIONS) == NAMED
    for row in EXPLANATIONS.values():
        assert all((row.meaning_en, row.meaning_zh, row.advice_en, row.advice_zh)), row.code


def test_the_document_is_the_table():
    assert DOCS.read_text(encoding="utf-8") == errors.table()


def test_an_unknown_code_is_kept_refused_and_never_retried():
    found = errors.error_for(424242, "who knows", device_id="d1")

    assert isinstance(found, Refused)
    assert (found.code, found.message, found.device_id, found.meaning, found.account) == (
        424242,
        "who knows",
        "d1",
        "unknown code",
        False,
    )


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (1106, Kind.OBJECT),
        (2010, Kind.OBJECT),
        (1109, Kind.CALL),
        (28841101, Kind.FAMILY),
        (28841105, Kind.FAMILY),
        (28841002, Kind.ACCOUNT),
        (1004, Kind.ACCOUNT),
        (1114, Kind.ACCOUNT),
        (None, Kind.OBJECT),
    ],
)
def test_a_refusal_knows_whom_it_concerns(code, kind):
    refused = Refused("no", code=code)

    assert (refused.kind, refused.account) == (kind, kind is Kind.ACCOUNT)


@pytest.mark.parametrize("code", [500, 1110, 1111, 1112, 1113, 1199, 1010, 1013])
def test_passing_trouble_is_unavailable(code):
    assert type(errors.error_for(code, "")) is Unavailable


def test_an_error_says_what_where_and_to_which_device():
    found = errors.error_for(
        2001, "device is offline", device_id="d1", endpoint="PUT /v1.0/devices/{id}", trace="abc"
    )

    assert str(found) == (
        "device is offline, code 2001, PUT /v1.0/devices/{id}, device d1, trace abc"
    )


def test_an_error_without_words_speaks_its_own():
    assert str(Unavailable()) == (
        "The device cloud could not be asked, or asked us to come back later."
    )


def test_neighbouring_trades_are_named_for_their_range():
    assert errors.explain(2301).meaning_en == "unknown code, about a door lock"
    assert errors.explain(2301).reaction is Reaction.REFUSE
