"""What a page loads besides itself: its icons and styles are all there, and little more."""

import re
from pathlib import Path

from django.contrib.messages import DEFAULT_TAGS

from devices import words
from devices.views import log_rows
from devices.words.categories import CATEGORIES
from fleet import assets
from pages import badges, navigation

TEMPLATES = Path(assets.ROOT) / "templates"
DRAWN = re.compile(
    r"""icon[ (]["']([a-z0-9-]+)["']|icon_name=["']([a-z0-9-]+)["']|ti ti-([a-z0-9-]+)"""
)

ROOMS = ("devices", "fleet", "pages", "people", "reporting", "rest")
TABLER = Path(__file__).parent.parent / "browser" / "vendor" / "tabler.min.css"  # the whole sheet
CLASS = re.compile(r"\.([a-z][a-z0-9-]*)")
WORD = re.compile(r"(?<![\w.-])[a-z][\w-]*")
# Up to the quote that ends it: one inside a template's tag does not.
CLASSES = re.compile(r'class="((?:\{%.*?%\}|\{\{.*?\}\}|[^"])*)"')
NO_CLASS = {"icon", "tag"}  # names of values where a class is written
PROPERTY = re.compile(r"--tblr-[\w-]+")


def texts(*endings):
    folders = ("templates", "static/fleet", *ROOMS)
    paths = (path for name in folders for path in (Path(assets.ROOT) / name).rglob("*"))
    return [path.read_text(encoding="utf-8") for path in paths if path.suffix in endings]


def classes_written():
    """Each word where a class is written: what is no class besides, Tabler does not have."""
    tags = {f"alert-{tag}" for tag in DEFAULT_TAGS.values() if tag not in {"error", "debug"}}
    there = [one for text in texts(".html", ".js", ".py") for one in CLASSES.findall(text)]
    there += [
        line
        for text in texts(".js")
        for line in text.splitlines()
        if re.search(r"class(N|L)", line)
    ]
    return tags.union(*(WORD.findall(one) for one in there))


def drawn_by_templates():
    texts = (path.read_text(encoding="utf-8") for path in TEMPLATES.rglob("*.html"))
    return {name for text in texts for found in DRAWN.findall(text) for name in found if name}


def drawn_by_code():
    places = {one.icon for one in (*navigation.PLACES, *navigation.ASIDE)}
    states = {one.icon for one in (*badges.BADGES.values(), badges.badge("no such state"))}
    categories = {words.category_icon(one) for one in (*CATEGORIES, "no such category")}
    events = {log_rows.event_icon(one) for one in (*words.EVENTS, *log_rows.OWN_ICONS, 999)}
    return places | states | categories | events


def test_the_font_is_cut_down_to_exactly_the_icons_that_pages_draw():
    drawn = (drawn_by_templates() | drawn_by_code()) - {"dot"}

    assert assets.named(assets.ICONS) == drawn, "Write fleet/icons.txt anew, then run `make setup`."


def test_every_icon_has_its_rule_and_its_glyph():
    style = (assets.VENDOR / "tabler-icons.min.css").read_text(encoding="utf-8")

    assert {name for name, _point in assets.ICON_RULE.findall(style)} == assets.named(assets.ICONS)


def test_every_class_of_the_style_sheet_that_something_has_is_in_the_cut_one():
    listed = assets.named(assets.STYLES)
    full = TABLER.read_text(encoding="utf-8")
    cut = (assets.VENDOR / "tabler.min.css").read_text(encoding="utf-8")
    classes = {name[1:] for name in listed if name.startswith(".")}
    words = set(WORD.findall("\n".join(texts(".html", ".js", ".py"))))

    missing = (classes_written() & set(CLASS.findall(full))) - classes - NO_CLASS
    idle = classes - words - classes_written()

    assert (missing, idle) == (set(), set()), "Put fleet/styles.txt right, then run `make setup`."
    assert classes - set(CLASS.findall(cut)) == set(), "Run `make setup`."


def test_every_custom_property_that_our_own_files_name_is_in_the_cut_style_sheet():
    listed = assets.named(assets.STYLES)
    full = TABLER.read_text(encoding="utf-8")
    cut = (assets.VENDOR / "tabler.min.css").read_text(encoding="utf-8")

    ours = set(PROPERTY.findall("\n".join(texts(".css", ".js", ".html"))))

    assert {name for name in listed if name.startswith("--")} == ours & set(PROPERTY.findall(full))
    assert listed & ours <= set(PROPERTY.findall(cut)), "Run `make setup`."
