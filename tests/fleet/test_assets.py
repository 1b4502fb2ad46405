"""What a page loads besides itself: its icons are all there, and little more."""

import re
from pathlib import Path

from devices import words
from devices.views import log_rows
from devices.words.categories import CATEGORIES
from fleet import assets
from pages import badges, navigation

TEMPLATES = Path(assets.ROOT) / "templates"
DRAWN = re.compile(
    r"""icon[ (]["']([a-z0-9-]+)["']|icon_name=["']([a-z0-9-]+)["']|ti ti-([a-z0-9-]+)"""
)


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

    assert assets.icons() == drawn, "Write fleet/icons.txt anew, then run `make setup`."


def test_every_icon_has_its_rule_and_its_glyph():
    style = (assets.VENDOR / "tabler-icons.min.css").read_text(encoding="utf-8")

    assert {name for name, _point in assets.ICON_RULE.findall(style)} == assets.icons()
