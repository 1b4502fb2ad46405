"""The operator's terms: target, format, rate, batch size, window. Read from the settings."""

from dataclasses import dataclass
from datetime import timedelta

from django.conf import settings

from .ush.wire import Format

SINK = "ush"
SHARDS = 4  # requests to USH that may be in flight at once, over all processes


@dataclass(frozen=True, slots=True)
class Terms:
    """What the operator set. `headers` and `source_code` are secrets: never shown, never logged."""

    url: str
    format: Format
    source_code: str
    headers: tuple[tuple[str, str], ...]
    max_devices: int
    qps: float
    window: timedelta
    enabled: bool
    proxy: str = ""

    @property
    def target(self) -> str:
        """Name what the cells are told to: another address or format has heard nothing yet."""
        return f"{self.format} {self.url}"


def current() -> Terms:
    """Read the terms of this process."""
    return Terms(
        url=settings.USH_REPORT_URL,
        format=Format(settings.USH_FORMAT),
        source_code=settings.USH_SOURCE_CODE,
        headers=tuple(dict(settings.USH_HEADERS).items()),
        max_devices=settings.USH_MAX_DEVICES,
        qps=settings.USH_QPS,
        window=settings.USH_WINDOW,
        enabled=settings.USH_ENABLED,
        proxy=settings.USH_PROXY,
    )
