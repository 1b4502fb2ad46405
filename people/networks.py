"""Networks that a token may be used from. Pure."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable


def read(text: str) -> list[str]:
    """Networks written with commas or blanks between them; raises ValueError for anything else."""
    words = [word for word in re.split(r"[\s,]+", text) if word]
    return [str(ipaddress.ip_network(word, strict=False)) for word in words]


def holds(networks: Iterable[str], address: str) -> bool:
    """Whether the address lies in one of the networks."""
    try:
        known = ipaddress.ip_address(address)
    except ValueError:
        return False
    mapped = getattr(known, "ipv4_mapped", None)
    return any((mapped or known) in ipaddress.ip_network(network) for network in networks)
