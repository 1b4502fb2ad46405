"""Holds back what a page asks for, until a test lets it go."""

import time

LIMIT_S = 20


class Held:
    """Requests that fit a pattern, from now on."""

    def __init__(self, page, pattern):
        self._page = page
        self._routes = []
        page.route(pattern, self._hold)

    def _hold(self, route):
        self._routes.append(route)

    def wait(self):
        """Wait until the first one is here: the driver tells of it in a moment of its own."""
        ends = time.monotonic() + LIMIT_S
        while not self._routes:
            assert time.monotonic() < ends, "the page did not ask"
            self._page.wait_for_timeout(10)

    def let_go(self):
        """Send the first one on its way."""
        self.wait()
        self._routes[0].continue_()
