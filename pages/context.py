"""What the shell of every page shows besides the page itself. Asks no database."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

THEMES = ("auto", "light", "dark")
ZONES = ("utc", "browser", "device")
KEYS = ("on", "off")  # whether single letters do something


def shell(request: HttpRequest) -> dict[str, Any]:
    """Offer the demo flag, the moment, and the reader's theme, zone and keys."""
    return {
        "demo": getattr(settings, "DEMO", False),
        "now": timezone.now(),
        "theme": chosen(request, "fleet_theme", THEMES),
        "zone": chosen(request, "fleet_zone", ZONES),
        "keys": chosen(request, "fleet_keys", KEYS),
    }


def chosen(request: HttpRequest, cookie: str, allowed: tuple[str, ...]) -> str:
    """Return the cookie's value when it is one we know, else the first."""
    value = request.COOKIES.get(cookie, "")
    return value if value in allowed else allowed[0]


def script_words() -> dict[str, str]:
    """Return the few words that scripts write themselves, in the reader's language."""
    return {
        "now": _("now"),
        "ago": _("%s ago"),
        "in": _("in %s"),
        "s": _("%d s"),
        "min": _("%d min"),
        "h": _("%d h"),
        "d": _("%d d"),
        "copied": _("Copied"),
        "changes": _("%d changes – show"),
        "lost": _("No connection to Fleet. What you see may be old; trying again."),
        "failed": _("That did not work (%s). Nothing was changed; try again."),
        "selected": _("%d selected"),
        "on_other_pages": _("(%d on other pages)"),
        "device_zone": _("device time"),
        "local_zone": _("your time"),
        "gap": _("no data"),
        "points": _("%d points"),
        "no_points": _("No values in this range."),
        "buckets": _("minimum and maximum of %d spans"),
    }
