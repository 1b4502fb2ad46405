"""The docs inside the product: every page renders, links lead on, nothing else is served."""

import re

import pytest
from django.test import Client

from pages import docs, navigation, topics
from tests.devices.views import scene


@pytest.fixture
def viewer(db):
    return scene.client()


@pytest.mark.parametrize("address", ["/help/", "/help/guide/devices/", "/help/pictures/device.png"])
def test_strangers_are_sent_to_sign_in(db, address):
    assert Client().get(address).status_code == 302


@pytest.mark.parametrize(
    "address",
    [
        "/help/nothing/",
        "/help/../fleet/settings/",
        "/help/pictures/manage.py",
        "/help/guide/../../README/",
    ],
)
def test_only_what_is_listed_is_served(viewer, address):
    assert viewer.get(address).status_code == 404


def test_every_page_has_a_title_and_links_that_lead_to_pages_and_headings():
    broken = []
    for name in docs.files():
        page = docs.doc(name)
        for target in re.findall(r'href="/help/([^"#]*)(#[^"]*)?"', page.html):
            there, anchor = target[0].rstrip("/"), target[1].lstrip("#")
            known = {one.anchor for one in docs.doc(there).headings} if there else {"decisions"}
            if anchor and anchor not in known:
                broken.append((name, target))
        if not page.headings or page.headings[0].level != 1:
            broken.append((name, "no title"))

    assert broken == []


def test_a_page_shows_tables_headings_and_pictures_in_their_size(viewer):
    body = viewer.get("/help/readme/").content.decode()

    assert '<img src="/help/pictures/overview.png" alt="The overview' in body
    assert 'width="1280" height="800"' in body
    assert '<a href="/help/configuration/">' in body
    assert 'class="fleet-table fleet-doc-table"' in body
    assert viewer.get("/help/pictures/overview.png").content[:4] == b"\x89PNG"


def test_raw_html_is_text_and_a_script_is_no_link(tmp_path, monkeypatch):
    (tmp_path / "bad.md").write_text("# Bad\n<b>x</b> [y](javascript:z) [s](../fleet/settings.py)")
    monkeypatch.setattr(docs, "ROOT", tmp_path)
    monkeypatch.setattr(docs, "files", lambda: {"bad": "bad.md"})
    docs.doc.cache_clear()

    page = docs.doc("bad")
    docs.doc.cache_clear()

    assert page.html == (
        '<h1 id="bad">Bad</h1>\n<p>&lt;b&gt;x&lt;/b&gt; [y](javascript:z) <span>s</span></p>\n'
    )


def test_words_of_headings_find_pages(viewer):
    found = viewer.get("/help/?find=local%20KEY").context["found"]
    nothing = viewer.get("/help/?find=zeppelin").content.decode()

    assert {page.name for page, _headings in found} <= set(docs.files())
    assert "No heading holds these words" in nothing


def test_every_place_explains_itself(viewer):
    places = [*navigation.PLACES, *navigation.ASIDE]
    topical = {place.view: topics.topic(place.view) for place in places}

    assert [view for view, name in topical.items() if not name] == ["pages:help"]
    for name in topics.TOPICS.values():
        page, _, anchor = name.partition("#")
        assert not anchor or anchor in {one.anchor for one in docs.doc(page).headings}
    assert 'href="/help/guide/devices/" data-help' in viewer.get("/devices/").content.decode()


def test_the_guide_names_every_letter_that_leads_somewhere():
    letters = {place.key for place in (*navigation.PLACES, *navigation.ASIDE)}

    told = re.findall(r"`g (\w)`", (docs.ROOT / "docs/guide/keys.md").read_text(encoding="utf-8"))

    assert sorted(told) == sorted(letters)
