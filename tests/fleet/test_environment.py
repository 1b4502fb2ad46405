from datetime import timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured

from fleet.environment import Environment, dotenv

READ = {
    "whole number": lambda env: env.integer("X", 5, most=10),
    "number or nothing": lambda env: env.optional_integer("X"),
    "number": lambda env: env.number("X", 2.5, least=0.5, most=10),
    "flag": lambda env: env.flag("X", default=True),
    "duration": lambda env: env.duration("X", "30s"),
    "choice": lambda env: env.choice("X", "free", ("free", "paid")),
    "address": lambda env: env.url("X", "http://a", ("https", "http")),
    "list": lambda env: env.items("X", ("a",)),
    "headers": lambda env: env.headers("X"),
    "lifetimes": lambda env: env.lifetimes("X", "*=forever"),
}
LIVES = "kinds and how long each is kept, such as 8=30d,7=400d,*=forever, of at least 1d"
DEFAULTS = {
    "whole number": 5,
    "number or nothing": None,
    "number": 2.5,
    "flag": True,
    "duration": timedelta(seconds=30),
    "choice": "free",
    "address": "http://a",
    "list": ["a"],
    "headers": {},
    "lifetimes": {None: None},
}


@pytest.mark.parametrize("kind", READ)
@pytest.mark.parametrize("values", [{}, {"X": ""}, {"X": "  "}])
def test_nothing_given_means_the_default(kind, values):
    assert READ[kind](Environment(values)) == DEFAULTS[kind]


@pytest.mark.parametrize(
    ("kind", "given", "value"),
    [
        ("whole number", " 7 ", 7),
        ("number or nothing", "3", 3),
        ("number", "0.5", 0.5),
        ("flag", "0", False),
        ("flag", "Yes", True),
        ("duration", "200ms", timedelta(milliseconds=200)),
        ("duration", "5m", timedelta(minutes=5)),
        ("duration", "1.5h", timedelta(minutes=90)),
        ("choice", "paid", "paid"),
        ("address", "https://b/c", "https://b/c"),
        ("address", "http://127.0.0.1:9/x", "http://127.0.0.1:9/x"),
        ("list", "a, b,,c ", ["a", "b", "c"]),
        ("headers", '{"X-A": "b"}', {"X-A": "b"}),
        ("lifetimes", "8=30d, *=400d", {8: timedelta(days=30), None: timedelta(days=400)}),
        ("lifetimes", "-1=36h", {-1: timedelta(hours=36), None: None}),
    ],
)
def test_a_sound_value_is_read_as_its_type(kind, given, value):
    assert READ[kind](Environment({"X": given})) == value


@pytest.mark.parametrize(
    ("kind", "given", "expected"),
    [
        ("whole number", "11", "a whole number from 1 to 10"),
        ("whole number", "many", "a whole number from 1 to 10"),
        ("number or nothing", "0", "a whole number of at least 1, or nothing"),
        ("number", "nan", "a number from 0.5 to 10"),
        ("number", "0", "a number from 0.5 to 10"),
        ("flag", "maybe", "1 or 0"),
        ("duration", "30", "a duration such as 200ms, 30s, 5m or 1h, of at least 0.1 s"),
        ("duration", "0s", "a duration such as 200ms, 30s, 5m or 1h, of at least 0.1 s"),
        ("duration", "-5s", "a duration such as 200ms, 30s, 5m or 1h, of at least 0.1 s"),
        ("choice", "gratis", "one of free, paid"),
        ("headers", "[1]", 'a JSON object of texts, such as {"X-Name": "value"}'),
        ("headers", '{"a": 1}', 'a JSON object of texts, such as {"X-Name": "value"}'),
        *(
            ("lifetimes", given, LIVES)
            for given in ("8", "x=30d", "8=1h", "8=1d,8=2d", "*=always", "99999=2d", "8=99999d")
        ),
        ("headers", "{", 'a JSON object of texts, such as {"X-Name": "value"}'),
    ],
)
def test_nonsense_is_refused_in_one_sentence_that_names_it(kind, given, expected):
    with pytest.raises(ImproperlyConfigured) as refusal:
        READ[kind](Environment({"X": given}))

    assert str(refusal.value) == (
        f"X is {given!r}, but must be {expected}: correct it in the environment "
        "or in .env and start again."
    )


@pytest.mark.parametrize(
    "given",
    [
        "gw-std.hivoice.cn",
        "ftp://a/b",
        "http://",
        "http://a:port/",
        "http://169.254.169.254/latest",
        "http://[fe80::1]/",
        "http://[fe80::1%25eth0]/",
        "http://metadata.google.internal/",
        "http://100.100.100.200/",
    ],
)
def test_an_address_that_is_none_or_leads_to_the_machines_own_metadata_is_refused(given):
    with pytest.raises(ImproperlyConfigured, match="not a link-local or metadata one"):
        READ["address"](Environment({"X": given}))


def test_an_env_file_gives_values_and_a_missing_one_gives_none(tmp_path):
    path = tmp_path / ".env"
    path.write_text(
        "# words\nA=1\n B = \"two words\" \nC='x=y'\nnonsense\n\nD=\n", encoding="utf-8"
    )

    read = dotenv(path), dotenv(tmp_path / "none")

    assert read == ({"A": "1", "B": "two words", "C": "x=y", "D": ""}, {})
