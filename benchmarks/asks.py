"""What `benchmarks.pages` asks for: every kind of page and list, each many times over."""

import itertools
import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count
from django.utils import timezone

from devices import explorer
from devices.models import Device, LogEntry
from devices.views import log_address
from pages import keyset

REQUESTS = 50  # different ones for each figure
PAGE_MS, SEARCH_MS = 50, 30
SORTS = ("name", "-name", "-last_event", "last_event")
LETTERS = ("sen", "plug", "lamp", "ther", "客厅", "温控", "卧室", "sock", "garage", "gate", "nurs")
NARROWED = ("", "online:false", "category:dj", "lamp", "category:cz,dj seen:<7d")
COLUMNS = (
    *("name,since,category,gateway,tags", "name,dp:switch_1,dp:cur_power,dp:temp_current"),
    "state,name,id,uuid,mac,zone,paired,first_seen,updated",
)
TOKENS = (
    *("", "o", "cat", "category:", "category:d", "tag:", "tag:l", "product:", "product:lamp"),
    *("gateway:", "gateway:bf", "dp:", "dp:sw", "dp:switch_1=", "seen:", "state:", "ush:"),
)
SPELLED = (bool, int)
TABS = ("history", "then", "sub-devices", "delivery", "operations", "factory")


@dataclass(frozen=True, slots=True)
class Ask:
    """One kind of request, many times: addresses, and the limit in ms where one is promised."""

    name: str
    addresses: Sequence[str]
    limit: int | None = None
    part: str = ""  # of an open page, which is asked for anew

    @property
    def headers(self) -> dict[str, str]:
        """What an open page says when it asks for a part of itself."""
        return {"hx-request": "true", "hx-target": self.part} if self.part else {}


def pages() -> Iterator[Ask]:
    """Give the pages that people open."""
    some = list(Device.objects.exclude(status={}).order_by("?")[:REQUESTS])
    names = [one.device_id for one in some]
    yield Ask("overview", ["/"] * REQUESTS, PAGE_MS)
    yield Ask("device list", _queries("/devices/", sort=SORTS, size=("25", "50")), PAGE_MS)
    yield Ask("device list, deep", _deep(some), PAGE_MS)
    for name, lines in _filters(some):
        yield Ask(f"devices by {name}", _queries("/devices/", q=lines), PAGE_MS)
    narrowed = _queries("/devices/", q=NARROWED, facets="1")
    yield Ask("devices, narrowed down", narrowed, PAGE_MS)
    yield Ask("devices, what to narrow", narrowed, PAGE_MS, "device-facets")
    yield Ask("devices, other columns", _queries("/devices/", columns=COLUMNS), PAGE_MS)
    typed = list(_typed(some))
    yield Ask("devices by words", [_asking("/devices/", one) for one in typed], PAGE_MS)
    yield Ask("search as you type", [_asking("/find/", one) for one in typed], SEARCH_MS)
    tokens = _queries("/devices/suggestions.json", part=TOKENS)
    yield Ask("tokens as you type", tokens, SEARCH_MS)
    yield Ask("device page", [f"/devices/{one}/" for one in names], PAGE_MS)
    yield Ask("device log", [f"/devices/{one}/events/?range=30d" for one in names], PAGE_MS)
    for tab in TABS:
        yield Ask(f"device page: {tab}", [f"/devices/{one}/{tab}/" for one in names], PAGE_MS)
    yield Ask("log explorer", list(_explored()), PAGE_MS)
    yield Ask("log explorer, counted", list(_explored()), PAGE_MS, "log-survey")
    yield Ask("log explorer, its table", list(_walked()), PAGE_MS, "log-table")
    yield Ask("log explorer, far back", list(_looked_for()), part="log-table")
    yield Ask("chart of 7 days", list(_charts()), PAGE_MS)
    admin = "/rival/admin/devices/device/?p="
    yield Ask("stock Django admin", [f"{admin}{number + 1}" for number in _places(50)])


def calls(rest: Callable[..., Any]) -> Iterator[Ask]:
    """Give the lists that scripts read."""
    yield Ask("REST devices", _cursors(rest))
    some = Device.objects.exclude(status={}).order_by("?").values_list("device_id", flat=True)
    logs = [f"/api/v1/devices/{one}/logs/" for one in some[:REQUESTS]]
    yield Ask("REST device logs", logs, PAGE_MS)


def _queries(path: str, **choices: Sequence[str]) -> list[str]:
    """Return REQUESTS addresses: the choices in all their combinations, again and again."""
    mixed = itertools.cycle(itertools.product(*choices.values()))
    return [
        f"{path}?{urlencode(dict(zip(choices, values, strict=True)))}"
        for values in itertools.islice(mixed, REQUESTS)
    ]


def _deep(some: Sequence[Device]) -> list[str]:
    """Return pages that begin behind devices from anywhere in the list."""
    order = keyset.Order("name")
    return [f"/devices/?cursor={keyset.write(one, order, back=False)}" for one in some]


def _filters(some: Sequence[Device]) -> Iterator[tuple[str, list[str]]]:
    """Give what the search line can hold, each with many values."""
    categories = sorted({one.category for one in some})
    values = [f"{code}={_literal(value)}" for one in some for code, value in _plain(one)]
    gateways = [one.gateway_id for one in some if one.gateway_id] or [some[0].device_id]
    yield "online", ["online:true", "online:false", "online:unknown"]
    yield "category", [f"category:{one}" for one in categories]
    yield "product", sorted({f"product:{one.product_id}" for one in some})
    yield "product's name", [f"product:{word}" for word in LETTERS]
    yield "seen", [f"seen:{sign}{n}{unit}" for sign in "<>" for n in (1, 3, 6) for unit in "hd"]
    yield "tag", ["tag:lab", "tag:nobody"]
    yield "gateway", [f"gateway:{one}" for one in gateways]
    yield "data point", [f"dp:{one}" for one in values]
    yield "name", [f"name:~{one.name[:4].strip()}" for one in some]
    yield "several", [f"online:false category:{one} seen:<7d" for one in categories]
    yield "rare words", ["state:removed", "state:missing", "operation:open", "sub:true"]


def _plain(device: Device) -> list[tuple[str, Any]]:
    return [(code, one) for code, one in device.status.items() if isinstance(one, SPELLED)][:1]


def _literal(value: Any) -> str:
    return str(value).lower()


def _typed(some: Sequence[Device]) -> Iterator[str]:
    """Give what somebody has typed of names and ids, from the first letter on."""
    words = [*(one.name for one in some), *(one.device_id[2:] for one in some[:10]), *LETTERS]
    random.Random(1).shuffle(words)
    for word in words[:REQUESTS]:
        yield from (word[:letters] for letters in range(1, min(len(word), 6) + 1))


def _asking(path: str, words: str) -> str:
    return f"{path}?{urlencode({'q': words})}"


def _explored() -> Iterator[str]:
    """Give the explorer's filters."""
    ranges, codes = ("1h", "24h", "7d", "30d"), ("", "switch_1", "temp_current", "cur_power")
    for span, code, event in itertools.product(ranges, codes, ("", "7", "1,2")):
        chosen = {"range": span, "code": code, "event": event}
        yield f"/logs/?{urlencode({name: value for name, value in chosen.items() if value})}"
    yield "/logs/?provenance=log&range=7d"
    yield "/logs/?source=2&range=7d"


def _looked_for() -> Iterator[str]:
    """Give what is rare, looked for in all of the range: the second question of such a page."""
    for span in ("1h", "24h", "7d"):
        yield f"/logs/?range={span}&code=cur_power&deep=1"


def _walked() -> Iterator[str]:
    """Give places in the fleet's log all over the last month."""
    now = timezone.now()
    for number in range(REQUESTS):
        place = explorer.Key(now - timedelta(hours=14 * number), *explorer.LAST_OF_ALL)
        yield f"/logs/?{urlencode({'range': '30d', 'before': log_address.write(place)})}"


def _charts() -> Iterator[str]:
    """Give a week of what the busiest devices tell most often."""
    now = timezone.now()
    lately = LogEntry.objects.filter(event_time__gt=now - timedelta(hours=3), event_id=7)
    counted = lately.values("device", "code").annotate(n=Count("*")).order_by("-n")
    told = list(counted[: REQUESTS + 3])
    ids = Device.objects.in_bulk([one["device"] for one in told])
    span = {"start": (now - timedelta(days=7)).isoformat(), "end": now.isoformat()}
    for one in told:
        asked = urlencode(span | {"code": one["code"]})
        yield f"/devices/{ids[one['device']].device_id}/history.json?{asked}"


def _cursors(rest: Callable[..., Any]) -> list[str]:
    """Return pages all over the list, by the links that lead there."""
    found, address = [], "/api/v1/devices/?page_size=500"
    while address:
        found.append(address.replace("page_size=500", "page_size=50"))
        address = rest(address).json()["next"]
    return (found * REQUESTS)[: max(REQUESTS, len(found))]


def _places(step: int) -> list[int]:
    """Return places over the whole list, as one who walks through it comes by, in no order."""
    count = Device.objects.count() // step
    chosen = [count * number // REQUESTS for number in range(REQUESTS)]
    random.Random(2).shuffle(chosen)
    return chosen
