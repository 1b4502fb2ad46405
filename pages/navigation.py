"""The side bar as data: where a person can go, and how each place is recognised."""

from typing import NamedTuple

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from people.roles import Right


class Place(NamedTuple):
    """Somewhere to go; `key` is its letter after `g` on the keyboard, `right` what it takes."""

    label: str | Promise
    icon: str
    view: str
    key: str
    live: str = ""
    right: Right = Right.BROWSE


PLACES = (
    Place(_("Overview"), "layout-dashboard", "devices:overview", "h"),
    Place(_("Devices"), "devices", "devices:list", "d", "devices"),
    Place(_("Logs"), "timeline-event-text", "devices:logs", "l", "logs"),
    Place(_("Operations"), "checklist", "devices:operations", "o", "operations"),
    Place(_("Delivery"), "send", "reporting:delivery", "i", "delivery"),
    Place(_("Cloud"), "cloud", "devices:cloud", "c", "cloud"),
)

# What the side bar has no room for: the palette and the keyboard reach it, and the person's menu.
ASIDE = (
    Place(_("Mapping"), "arrows-exchange", "reporting:mapping", "m"),
    Place(_("Exports"), "file-download", "devices:exports", "f", "exports"),
    Place(_("Account"), "key", "people:account", "a"),
    Place(_("Users and tokens"), "users", "people:staff", "u", right=Right.ADMIN),
    Place(_("Record of deeds"), "fingerprint", "people:deeds", "e", right=Right.ADMIN),
    Place(_("First steps"), "list-check", "setup", "s", right=Right.ADMIN),
    Place(_("Help"), "help", "pages:help", "b"),
    Place(_("REST interface"), "api", "api-docs", "r"),
)


def is_here(path: str, address: str) -> bool:
    """Whether the page at `path` belongs to the place at `address`; `/` is only itself."""
    return path == address if address == "/" else path.startswith(address)
