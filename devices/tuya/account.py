"""Which project of which data center is asked, and how long one call may take. Shows no secret."""

from __future__ import annotations

import msgspec

# doc Ka4a8uuo1j4t4 "API request"; Singapore is on another domain.
REGIONS = {
    "cn": "https://openapi.tuyacn.com",
    "us": "https://openapi.tuyaus.com",
    "us-e": "https://openapi-ueaz.tuyaus.com",
    "eu": "https://openapi.tuyaeu.com",
    "eu-w": "https://openapi-weaz.tuyaeu.com",
    "in": "https://openapi.tuyain.com",
    "sg": "https://openapi-sg.iotbing.com",
}


def base_url(name: str) -> str:
    """Turn a region's name or a URL into a URL without a trailing slash."""
    return REGIONS.get(name.strip().lower(), name.strip()).rstrip("/")


class Timeouts(msgspec.Struct, frozen=True, kw_only=True):
    """Seconds. `total` ends a call that drips byte by byte."""

    connect: float = 3.0
    read: float = 10.0
    write: float = 10.0
    pool: float = 10.0
    total: float = 30.0


def timeouts(total: float) -> Timeouts:
    """Return timeouts for a call of at most `total` seconds; silence ends it sooner."""
    usual, part = Timeouts(), total / 3
    return Timeouts(
        connect=min(usual.connect, part),
        read=min(usual.read, part),
        write=min(usual.write, part),
        pool=min(usual.pool, part),
        total=total,
    )


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """One cloud project."""

    client_id: str
    client_secret: str
    base_url: str
    log_edition: str = "free"  # "free" (query_type=1) or "paid" (query_type=2)
    timeouts: Timeouts = Timeouts()

    def __post_init__(self) -> None:
        """Refuse what could not even be sent, naming the setting and never showing the secret."""
        for name, value in (("ID", self.client_id), ("SECRET", self.client_secret)):
            if not value or not value.isascii() or not value.isprintable() or " " in value:
                raise ValueError(f"TUYA_CLIENT_{name} is empty or holds blanks or odd characters")
        if not self.base_url.startswith(("https://", "http://")):
            raise ValueError(f"TUYA_BASE_URL={self.base_url!r} is neither a region nor a URL")
        if self.log_edition not in ("free", "paid"):
            raise ValueError(f"TUYA_LOG_EDITION={self.log_edition!r} is neither free nor paid")

    def __repr__(self) -> str:
        """Hide the secret."""
        return f"Account(client_id={self.client_id!r}, base_url={self.base_url!r})"
