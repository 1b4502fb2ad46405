"""System checks: what an operator should know about the road to USH before anything is sent."""

from ipaddress import ip_address
from typing import Any
from urllib.parse import urlsplit

from django.core.checks import CheckMessage, Warning, register  # noqa: A004  Django's own name

from . import terms
from .ush.wire import Format


@register
def road_to_ush(app_configs: Any, **_kwargs: Any) -> list[CheckMessage]:
    """Warn of an open road and of an envelope without a sender."""
    del app_configs
    now_terms = terms.current()
    found: list[CheckMessage] = []
    if plain(now_terms.url):
        found.append(
            Warning(
                "USH_REPORT_URL is plain http: device states travel readable by anyone on the way.",
                hint="Set an https:// address if USH gave you one, or send through a tunnel.",
                id="reporting.W001",
            )
        )
    if now_terms.format is Format.ENVELOPE and not now_terms.source_code:
        found.append(
            Warning(
                "USH_FORMAT is envelope, but USH_SOURCE_CODE is empty: USH asks for it.",
                hint="Set USH_SOURCE_CODE to the channel code that USH gave you.",
                id="reporting.W002",
            )
        )
    return found


def plain(url: str) -> bool:
    """Say whether an address sends readable text over a network; this machine is none."""
    parts = urlsplit(url)
    if parts.scheme != "http":
        return False
    host = parts.hostname or ""
    try:
        return not ip_address(host).is_loopback
    except ValueError:
        return host != "localhost"
