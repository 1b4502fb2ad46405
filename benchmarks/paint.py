"""How long after a click or a key the page shows something, in Chromium on a CPU slowed fourfold.

The browser's own figure (Event Timing): from the input to the frame after its handlers. What the
server answers later is drawn by another frame and not part of it; no interaction leaves the page.
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
from benchmarks.figures import Figures, Limit
from benchmarks.pages import EMPTY
from devices.models import Device
from people.groups import give
from people.roles import Role

DEVICES, ROWS = 1_000, 100_000
ROUNDS, ROUNDS_FULL = 2, 5
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
Act = Callable[[Page], None]


def _floor(page: Page) -> None:
    page.set_content(EMPTY_PAGE)
    page.evaluate(WRITES)
    for _ in range(3):
        page.locator("button").click()


def _typed(page: Page) -> None:
    page.locator("header input[name=q], [type=search]").first.press_sequentially("bed", delay=40)


def _ticked(page: Page) -> None:
    for box in page.locator("tbody [data-select]").all()[:5]:
        box.click()


def _palette(page: Page) -> None:
    page.keyboard.press("Control+k")
    page.keyboard.type("lamp", delay=40)
    page.keyboard.press("Escape")


def _opened(page: Page) -> None:
    for button in page.locator("main details > summary:visible").all()[:3]:
        button.click()


def _menu(page: Page) -> None:
    for button in page.locator("main [data-bs-toggle=dropdown]:visible").all()[:3]:
        button.click()
        page.keyboard.press("Escape")


def _walked(page: Page) -> None:
    for key in "jjjkx":
        page.keyboard.press(key)


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
    lines = "".join(f"\n    {name:<28} {took:4.0f}" for name, took in slowest.items())
    floor = slowest.pop(FLOOR)
    line = f"ms from an input to the next paint, CPU slowed {SLOWED} times, the slowest of each"
    line += f"; {floor:.0f} of them on an empty page"
    return Figures(
        line + lines, (Limit("ms of the slowest", max(slowest.values()), WORST_MS, goal=True),)
    )


def _signed_in() -> str:
    user = User.objects.create_superuser("bench", password=None)
    give(user, Role.ADMIN)
    client = Client()
    client.force_login(user)
    return str(client.cookies["fleet_session"].value)


def _measured(url: str, cookie: str, rounds: int) -> dict[str, float]:
    device = Device.objects.order_by("pk").values_list("device_id", flat=True)[0]
    slowest = dict.fromkeys((name for name, _path, _act in WAYS), 0.0)
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        context = browser.new_context(viewport={"width": 1360, "height": 900})
        context.add_cookies([{"name": "fleet_session", "value": cookie, "url": url}])
        context.add_init_script(WATCH)
        for _ in range(rounds):
            for name, path, act in WAYS:
                took = _slowest(context.new_page(), url + path.format(device=device), act)
                slowest[name] = max(slowest[name], took)
        browser.close()
    return slowest


def _slowest(page: Page, address: str, act: Act) -> float:
    page.goto(address)
    slow = page.context.new_cdp_session(page)
    slow.send("Emulation.setCPUThrottlingRate", {"rate": SLOWED})
    act(page)
    page.wait_for_timeout(QUIET_MS * SLOWED)
    found = float(page.evaluate("window.slowest"))
    page.close()
    return found
