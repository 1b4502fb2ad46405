"""Docs that cannot lie: what they name exists, links lead somewhere, commands are real."""

import ast
import re
import subprocess
from pathlib import Path
from urllib.parse import unquote

import pytest

ROOT = Path(__file__).resolve().parent.parent
LISTED = subprocess.run(
    ["git", "ls-files", "--cached", "--others", "--exclude-standard", "*.md"],
    cwd=ROOT,
    capture_output=True,
    text=True,
    check=False,
).stdout.split()
PAGES = sorted(name for name in LISTED if (ROOT / name).is_file()) or sorted(
    str(path.relative_to(ROOT))
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("*/README.md"))
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FILE = re.compile(
    r"`((?:[\w.-]+/)+[\w-]+\.(?:py|md|toml|html|js|css|sh)|[\w-]+\.(?:py|md|toml))(?::(\w+))?`"
)
FOLDER = re.compile(r"`((?:[\w-]+/)+)`")
BLOCK = re.compile(r"(?:^ {4}.*\n)+|^```\w*\n(.*?)^```", re.MULTILINE | re.DOTALL)


def text(name):
    return (ROOT / name).read_text(encoding="utf-8")


def anchors(name):
    """The anchors of a page's headings, as they are made on the web."""
    headings = re.findall(r"^#+ (.+)$", text(name), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def defined(path):
    """Every function, class and method of a module."""
    kinds = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)
    return {node.name for node in ast.walk(ast.parse(text(path))) if isinstance(node, kinds)}


def test_there_are_pages_to_look_at():
    assert {"README.md", "docs/architecture.md", "docs/glossary.md"} <= set(PAGES)


@pytest.mark.parametrize("document", PAGES)
def test_every_link_leads_somewhere(document):
    broken = []
    for target in LINK.findall(text(document)):
        if re.match(r"[a-z]+:", target):
            continue
        name, _, anchor = unquote(target).partition("#")
        there = (ROOT / document).parent / name if name else ROOT / document
        place = there.resolve()
        if not place.exists() or (anchor and anchor not in anchors(place.relative_to(ROOT))):
            broken.append(target)

    assert broken == []


@pytest.mark.parametrize("document", [page for page in PAGES if page != "CHANGELOG.md"])
def test_every_file_and_function_that_is_named_exists(document):
    missing = []
    for name, function in FILE.findall(text(document)):
        places = [ROOT / name, (ROOT / document).parent / name]
        place = next((place for place in places if place.is_file()), None)
        if place is None and "/" in name:
            missing.append(name)
        elif place is not None and function and function not in defined(place.relative_to(ROOT)):
            missing.append(f"{name}:{function}")

    assert missing == []


@pytest.mark.parametrize("document", ["README.md", "docs/architecture.md", "CONTRIBUTING.md"])
def test_every_folder_that_is_named_exists(document):
    made_by_running = {"var/", "static/vendor/", "staticfiles/", "api/v1/"}
    named = set(FOLDER.findall(text(document))) - made_by_running

    assert [name for name in sorted(named) if not (ROOT / name).is_dir()] == []


@pytest.mark.parametrize("document", PAGES)
def test_every_make_target_that_is_named_exists(document):
    targets = set(re.findall(r"^([a-z-]+):", text("Makefile"), re.MULTILINE))

    named = set(re.findall(r"`(?:\$ )?make ([a-z-]+)", text(document)))
    for match in BLOCK.finditer(text(document)):
        named |= set(re.findall(r"^\s*(?:\$ )?make ([a-z-]+)", match[0], re.MULTILINE))

    assert named <= targets


@pytest.mark.parametrize("document", PAGES)
def test_every_command_of_manage_that_is_named_exists(document):
    ours = {path.stem for path in ROOT.glob("*/management/commands/*.py")}
    djangos = {
        "migrate",
        "check",
        "makemigrations",
        "shell",
        "dbshell",
        "dumpdata",
        "changepassword",
    }

    named = set(re.findall(r"manage\.py ([a-z_]+)", text(document)))

    assert named <= ours | djangos


def test_the_readme_names_every_command_that_is_promised_to_its_reader():
    promised = {"run", "setup", "test", "check", "bench", "bench-full", "screenshots", "help"}
    explained = set(re.findall(r"^([a-z-]+):.*## ", text("Makefile"), re.MULTILINE))

    named = set(re.findall(r"`make ([a-z-]+)`", text("README.md")))

    assert promised <= named <= explained


def test_decisions_are_numbered_without_gap_and_say_their_four_things():
    pages = sorted((ROOT / "docs/decisions").glob("[0-9]*.md"))

    numbers = [int(page.name[:4]) for page in pages]

    assert numbers == list(range(1, len(pages) + 1))
    for page in pages:
        words = page.read_text(encoding="utf-8")
        assert re.search(r"^Date: \d{4}-\d\d-\d\d$", words, re.MULTILINE), page.name
        assert re.findall(r"^## (Problem|Choice|Price)$", words, re.MULTILINE) == [
            "Problem",
            "Choice",
            "Price",
        ], page.name


def test_the_words_that_house_rules_forbid_name_no_file():
    forbidden = re.compile(r"(^|_)(utils?|helpers?|common|base|managers?|services?)(_|$)")
    rooms = ("fleet", "devices", "reporting", "pages", "rest", "people", "simulator")

    named = [
        str(path.relative_to(ROOT))
        for room in rooms
        for path in (ROOT / room).rglob("*.py")
        if forbidden.search(path.stem)
    ]

    assert named == []
