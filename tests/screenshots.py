"""Makes the pictures of README and docs anew: `make screenshots`.

Runs the demo in a folder of its own, signs in as its first user, and looks at each page.
"""

import signal
import sys
import tempfile
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

from tests.conftest import CHROMIUM
from tests.running import Run

PICTURES = Path(__file__).resolve().parent.parent / "docs" / "pictures"
DESKTOP, PHONE = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
PAGES = {
    "overview": "/",
    "devices": "/devices/",
    "logs": "/logs/",
    "operations": "/operations/",
    "delivery": "/delivery/",
    "cloud": "/cloud/",
}
SETTLE_MS = 1500  # charts are drawn after the page has come


def main() -> int:
    """Run the demo, wait for its first sync, and take every picture."""
    if not CHROMIUM:
        sys.stderr.write("No Chromium found: run `sudo apt-get install chromium`.\n")
        return 1
    PICTURES.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as folder:
        run = Run(Path(folder) / "data", DEMO_DEVICES="200")
        try:
            password = run.wait_for(r"First user: admin / (\S+)")[1]
            run.wait_for("Fleet is ready")
            with sync_playwright() as playwright:
                browser = playwright.chromium.launch(
                    executable_path=CHROMIUM, args=["--no-sandbox"]
                )
                take_all(browser, f"http://127.0.0.1:{run.port}", password)
        finally:
            run.end(signal.SIGTERM)
    return 0


def take_all(browser: Browser, address: str, password: str) -> None:
    """Take each page once, the overview also dark and on a phone."""
    page = browser.new_context(viewport=DESKTOP, locale="en-GB").new_page()
    sign_in(page, address, password)
    wait_for_history(page, address)
    for name, path in PAGES.items():
        take(page, address + path, name)
    page.goto(f"{address}/devices/?q=online%3Atrue")
    first = page.locator("tbody a[href^='/devices/']").first
    take(page, address + str(first.get_attribute("href")), "device")
    dark = page.context.new_page()
    dark.emulate_media(color_scheme="dark")
    take(dark, address, "overview-dark")
    dark.set_viewport_size(PHONE)
    take(dark, f"{address}/devices/", "devices-phone")


def sign_in(page: Page, address: str, password: str) -> None:
    """Sign in as the first user."""
    page.goto(f"{address}/login/")
    page.fill("input[name=username]", "admin")
    page.fill("input[name=password]", password)
    page.keyboard.press("Enter")
    page.wait_for_url(f"{address}/")


def wait_for_history(page: Page, address: str) -> None:
    """Wait until the logs page has rows: the first look at the cloud is over."""
    for _ in range(60):
        page.goto(f"{address}/logs/")
        if page.locator("table tbody tr").count() > 20:
            return
        page.wait_for_timeout(1000)


def take(page: Page, address: str, name: str) -> None:
    """Look at one page and keep what is seen."""
    page.goto(address)
    page.wait_for_timeout(SETTLE_MS)
    page.screenshot(path=PICTURES / f"{name}.png")
    sys.stdout.write(f"docs/pictures/{name}.png\n")


if __name__ == "__main__":
    sys.exit(main())
