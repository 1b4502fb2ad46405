"""One walk over every page: axe in both themes and languages, a phone's width, shifts, complaints.

The pages are those of the URL configuration that answer an admin with HTML: a new one is walked
without being listed here.
"""

import re
from pathlib import Path

import pytest
from django.urls import URLPattern, get_resolver

from fleet.assets import VENDOR
from people.roles import Role
from tests.devices.views import scene
from tests.devices.views.scene import NOON

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
TABLER = AXE.with_name(
    "tabler.min.css"
)  # the whole style sheet; pages are sent what they use of it
TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
# What can be wrong in one language only; nothing else of a page differs between them.
WORDS = ["button-name", "document-title", "html-has-lang", "image-alt", "label", "link-name"]
NOT_OURS = {"/api/docs/"}  # the page of a package
STEADY = 0.05  # the sum of layout shifts; 0.1 is what browsers call good
SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) if (!one.hadRecentInput) window.shifted += one.value;
}).observe({type: "layout-shift", buffered: true});
"""
FAULTS = """
async (only) => {
  const found = await axe.run(document, {resultTypes: ["violations"], runOnly: only});
  return found.violations.flatMap(
    (fault) => fault.nodes.slice(0, 2).map((node) => `${fault.id}: ${node.html.slice(0, 140)}`));
}
"""
CLASSES = (
    "() => [...new Set([...document.querySelectorAll('*')].flatMap((one) => [...one.classList]))]"
)
DARK = "() => { document.documentElement.dataset.bsTheme = 'dark'; }"

# Of a static file whose page was left before it came: the tests' file server forgets to close it.
pytestmark = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")


def patterns(given, prefix=""):
    for pattern in given:
        if isinstance(pattern, URLPattern):
            yield prefix + str(pattern.pattern)
        else:
            yield from patterns(pattern.url_patterns, prefix + str(pattern.pattern))


def addresses(context, url, **numbers):
    """Every address that shows this browser's user a page."""
    known = {"device_id": "bf01", **numbers}
    found = set()
    for pattern in set(patterns(get_resolver("fleet.urls").url_patterns)):
        if pattern.startswith(("api/", "^", "live/", "logout", "metrics")):
            continue
        address = "/" + re.sub(
            r"<(?:\w+:)?(\w+)>", lambda name: str(known.get(name[1], "1")), pattern
        )
        answer = context.request.get(url + address, max_redirects=0)
        if answer.status == 200 and answer.headers["content-type"].startswith("text/html"):
            found.add(address)
    return sorted(found - NOT_OURS)


@pytest.fixture
def fleet(transactional_db, sign_in):
    """A small fleet in which something of everything happened."""
    admin = sign_in(Role.ADMIN)
    lamp = scene.device("bf01", "Desk lamp", status={"switch_led": True, "temp_current": 223})
    scene.device("bf02", "Kitchen plug " * 9, online=False, tags=["room-311"])
    scene.device("bf03", "Hall", online=None, state="missing")
    scene.event(lamp, NOON, code="switch_led", value=True)
    scene.proven(lamp, (NOON.replace(hour=1), NOON))
    return scene.operation(admin, "confirmed", "refused", "queued")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: run `make setup`.")
def test_every_page_is_usable_by_everyone(fleet, asgi_url, context, page):
    further = ("/devices/?q=nothing", "/devices/?facets=1", "/nowhere/")
    pages = [*addresses(context, asgi_url, pk=fleet.pk), *further]
    assert len(pages) > 15
    context.add_init_script(SHIFTS)
    page.emulate_media(reduced_motion="reduce")  # a colour on its way from light to dark is neither
    context.add_init_script(path=AXE)
    complaints, faults, classes = [], [], set()
    page.on("pageerror", lambda one: complaints.append(str(one)))
    page.on("console", lambda one: one.type == "error" and complaints.append(one.text))

    for language in ("en", "zh-hans"):
        context.add_cookies([{"name": "django_language", "value": language, "url": asgi_url}])
        for address in pages:
            rules = TAGS if language == "en" else WORDS
            found = walked(page, asgi_url + address, rules)
            faults += [(language, address, fault) for fault in found]
            classes.update(page.evaluate(CLASSES))

    ours = [one for one in complaints if "404" not in one]  # the page that is not there says so
    assert (faults, ours) == ([], [])
    assert classes & styled(TABLER) <= styled(VENDOR / TABLER.name), "Write fleet/styles.txt anew."


def styled(sheet):
    """The classes that a style sheet speaks of."""
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", sheet.read_text(encoding="utf-8")))


def walked(page, address, rules):
    page.set_viewport_size({"width": 1280, "height": 800})
    page.goto(address)
    shifted = page.evaluate("window.shifted")
    if shifted > STEADY:
        yield f"moves by {shifted:.2f} while it loads"
    yield from page.evaluate(FAULTS, rules)
    if rules is TAGS:
        page.evaluate(DARK)
        yield from page.evaluate(FAULTS, ["color-contrast"])
    page.set_viewport_size({"width": 360, "height": 740})
    width = page.evaluate("document.documentElement.scrollWidth")
    if width > 360:
        yield f"is {width} px wide on a phone"


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: run `make setup`.")
def test_the_palette_and_the_keys_are_usable_by_everyone(fleet, asgi_url, context, page):
    context.add_init_script(path=AXE)
    page.emulate_media(reduced_motion="reduce")
    page.goto(asgi_url + "/devices/")
    faults = []

    for key, name in (("Control+k", "palette"), ("?", "keys")):
        page.keyboard.press(key)
        page.locator(f"#{name}[open]").wait_for()
        if name == "palette":
            page.keyboard.type("lamp")
            page.locator("#palette-device-0").wait_for()
        faults += page.evaluate(FAULTS, TAGS)
        page.evaluate(DARK)
        faults += page.evaluate(FAULTS, ["color-contrast"])
        page.keyboard.press("Escape")
        page.locator("dialog[open]").wait_for(state="detached")

    assert faults == []
