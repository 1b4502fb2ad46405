"""Remembers with each request what this process had heard when it came. Decides nothing.

The page that is made for it shows at least that much: its stream is told what came after.
"""

from django.http import HttpRequest
from django.utils.deprecation import MiddlewareMixin

from . import heard


class Marked(MiddlewareMixin):
    """Sets `request.live_mark` before anything is read for the page."""

    def process_request(self, request: HttpRequest) -> None:
        """Take the mark."""
        request.live_mark = heard.mark()  # type: ignore[attr-defined]  # read by base.html
