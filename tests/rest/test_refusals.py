"""The refusals that docs/api.md lists for scripts, compared with those that the code gives."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
GIVEN = re.compile(r'Problem\(\s*(\d{3}),\s*"([a-z_]+)"')
ROW = re.compile(r"^\| (\d{3}) \| (`[a-z_`, ]+`) \|", re.MULTILINE)


def test_every_refusal_that_the_code_gives_is_listed_under_its_status():
    rooms = ("devices", "reporting", "people", "pages", "rest", "fleet")
    modules = [
        path.read_text(encoding="utf-8") for one in rooms for path in (ROOT / one).rglob("*.py")
    ]
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")

    given = {found for text in modules for found in GIVEN.findall(text)}
    listed = {
        (status, code) for status, codes in ROW.findall(page) for code in re.findall(r"\w+", codes)
    }

    assert len(given) > 10
    assert given - listed == set()
