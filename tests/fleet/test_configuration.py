"""A setting that nobody can read about does not exist."""

import re
from pathlib import Path

from fleet.environment import dotenv

ROOT = Path(__file__).resolve().parent.parent.parent
READS = re.compile(r'(?:env\.\w+|secret)\(\s*"([A-Z_]+)"')


def read(name):
    return (ROOT / name).read_text(encoding="utf-8")


def test_every_setting_that_is_read_is_explained_and_offered_in_the_example():
    names = set(READS.findall(read("fleet/settings.py")))

    explained = set(re.findall(r"^### `([A-Z_]+)`$", read("docs/configuration.md"), re.MULTILINE))
    offered = set(re.findall(r"^([A-Z_]+)=", read(".env.example"), re.MULTILINE))

    assert (names, names) == (explained, offered)


def test_the_example_of_the_environment_is_a_sound_one(monkeypatch):
    given = {name: value for name, value in dotenv(ROOT / ".env.example").items() if value}

    assert given["SYNC_INTERVAL"] == "30s"
    assert not any(re.search("SECRET|PASSWORD|KEY", name) for name in given)
