"""How long after a click or a key the page shows something, in Chromium on a CPU slowed fourfold.

The browser's own figure (Event Timing): from the input to the frame after its handlers. What the
server answers later is drawn by another frame and not part of it; no interaction leaves the page.
Pointer and keys are those of a hand: Playwright's own `click` runs its checks inside the page, on
the slowed CPU, between the input and the picture.
"""

import os
import subprocess
import sys
from collections.abc import Callable

from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from playwright.sync_api import Page, sync_playwright

from benchmarks import crowd
from benchmarks.export import web
from benchmarks.figures import Figures, Limit, percentile
from benchmarks.pages import EMPTY
from devices.models import Device
from people.groups import give
from people.roles import Role

DEVICES, ROWS = 1_000, 100_000
ROUNDS, ROUNDS_FULL = 4, 12
# As the Web Vitals have it: the slowest interaction of a visit, for three visits of four.
SHARE = 0.75
SLOWED = 4
WORST_MS = 100.0
CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
QUIET_MS = 250  # without a further frame of an interaction it is over
# Durations come in steps of 8 ms, and none below 16 is told: what was quicker counts as 16.
WATCH = """
window.slowest = 16;
new PerformanceObserver((list) => {
  for (const one of list.getEntries()) {
    if (one.interactionId) window.slowest = Math.max(window.slowest, one.duration);
  }
}).observe({type: "event", durationThreshold: 16, buffered: true});
"""
# The floor: what the slowed browser takes for a button that writes one word on an empty page.
EMPTY_PAGE = "<button>a</button>"
WRITES = """() => {
  document.querySelector("button").onclick = (event) => event.target.append("a");
}"""
REACH_MS = 150  # from the pointer's coming to the finger's going down; a hand takes longer
SETTLE_MS = 500  # who opens a page looks at it first
BETWEEN_MS = 60  # two keys of one hand, at its quickest
PLACES = """(what) => [...document.querySelectorAll(what)]
  .filter((one) => one.checkVisibility())
  .map((one) => one.getBoundingClientRect())
  .map((at) => [at.x + at.width / 2, at.y + at.height / 2])"""
Act = Callable[[Page], None]


def _press(page: Page, what: str, number: int = 0) -> bool:
    """Press the one of these that has this number; tell whether there is one."""
    places = page.evaluate(PLACES, what)
    if number >= len(places):
        return False
    page.mouse.move(*places[number])
    page.wait_for_timeout(REACH_MS)
    page.mouse.click(*places[number])
    return True


def _keys(page: Page, *keys: str) -> None:
    for key in keys:
        page.keyboard.press(key)
        page.wait_for_timeout(BETWEEN_MS)


def _floor(page: Page) -> None:
    page.set_content(EMPTY_PAGE)
    page.evaluate(WRITES)
    for _ in range(3):
        _press(page, "button")


def _typed(page: Page) -> None:
    page.evaluate("document.querySelector('header input[name=q]').focus()")
    _keys(page, *"bed")


def _ticked(page: Page) -> None:
    assert all(_press(page, "tbody [data-select]", number) for number in range(5))


def _palette(page: Page) -> None:
    _keys(page, "Control+k", *"lamp", "Escape")


def _opened(page: Page) -> None:
    assert _press(page, "main details > summary")
    for number in range(1, 3):
        _press(page, "main details > summary", number)


def _menu(page: Page) -> None:
    assert _press(page, "main [data-bs-toggle=dropdown]")
    for number in range(1, 3):
        _keys(page, "Escape")
        _press(page, "main [data-bs-toggle=dropdown]", number)


def _walked(page: Page) -> None:
    _keys(page, *"jjjkx")


FLOOR = "a word on an empty page"
WAYS: tuple[tuple[str, str, Act], ...] = (
    (FLOOR, "/healthz", _floor),
    ("typing a search", "/devices/", _typed),
    ("ticking rows", "/devices/", _ticked),
    ("menus of the list", "/devices/", _menu),
    ("walking the list by keys", "/devices/", _walked),
    ("the palette", "/", _palette),
    ("what folds in the explorer", "/logs/", _opened),
    ("menus of a device", "/devices/{device}/", _menu),
    ("what folds in its history", "/devices/{device}/history/", _opened),
)


def run(*, full: bool) -> Figures:
    """Make a fleet, do what people do on its pages, give the slowest of each."""
    connection.cursor().execute(EMPTY)
    crowd.build(DEVICES, ROWS)
    words = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v0"]
    subprocess.run(words, check=True)
    cookie = _signed_in()
    with web() as (port, _process):
        slowest = _measured(f"http://127.0.0.1:{port}", cookie, ROUNDS_FULL if full else ROUNDS)
    connection.cursor().execute(EMPTY)
    told = {name: percentile(visits, SHARE) for name, visits in slowest.items()}
    lines = "".join(
        f"\n    {name:<28} {told[name]:4.0f} {max(visits):4.0f}" for name, visits in slowest.items()
    )
    floor = told.pop(FLOOR)
    line = f"ms from an input to the next paint, CPU slowed {SLOWED} times: of the slowest of each"
    line += f" visit the p75, and the worst; {floor:.0f} of them on an empty page"
    return Figures(line + lines, (Limit("ms of the slowest way", max(told.values()), WORST_MS),))


def _signed_in() -> str:
    user = User.objects.create_superuser("bench", password=None)
    give(user, Role.ADMIN)
    client = Client()
    client.force_login(user)
    return str(client.cookies["fleet_session"].value)


def _measured(url: str, cookie: str, rounds: int) -> dict[str, list[float]]:
    device = Device.objects.order_by("pk").values_list("device_id", flat=True)[0]
    slowest: dict[str, list[float]] = {name: [] for name, _path, _act in WAYS}
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1360, "height": 900})
        context.add_cookies([{"name": "fleet_session", "value": cookie, "url": url}])
        context.add_init_script(WATCH)
        for _ in range(rounds):
            for name, path, act in WAYS:
                took = _slowest(context.new_page(), url + path.format(device=device), act)
                slowest[name].append(took)
        browser.close()
    return slowest


def _slowest(page: Page, address: str, act: Act) -> float:
    page.goto(address)
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    page.wait_for_timeout(SETTLE_MS)
    act(page)
    page.wait_for_timeout(QUIET_MS * SLOWED)
    found = float(page.evaluate("window.slowest"))
    page.close()
    return found
