"""The side bar as data: where a person can go, and how each place is recognised."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class Place(NamedTuple):
    """One entry of the side bar; `key` is its letter after `g` on the keyboard."""

    label: str | Promise
    icon: str
    view: str
    key: str
    live: str


PLACES = (
    Place(_("Overview"), "layout-dashboard", "devices:overview", "h", ""),
    Place(_("Devices"), "devices", "devices:list", "d", "devices"),
    Place(_("Logs"), "timeline-event-text", "devices:logs", "l", "logs"),
    Place(_("Operations"), "checklist", "devices:operations", "o", "operations"),
    Place(_("Delivery"), "send", "reporting:delivery", "i", "delivery"),
    Place(_("Cloud"), "cloud", "devices:cloud", "c", "cloud"),
)


def is_here(path: str, address: str) -> bool:
    """Whether the page at `path` belongs to the place at `address`; `/` is only itself."""
    return path == address if address == "/" else path.startswith(address)
