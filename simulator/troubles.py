"""Named troubles that can be switched on while the simulation runs, and the board they hang on."""

import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from simulator.chance import dice
from simulator.exchange import Request

# What every trouble understands beside its own options.
SHARED = {
    "times": "how often it strikes; without it, until calm",
    "path": "strike only where the address contains this",
    "method": "strike only calls with this verb",
    "devices": "strike only calls about these device ids",
    "share": "strike this share of the calls, 0 to 1",
}

_TUYA: dict[str, tuple[str, Mapping[str, object]]] = {
    # Decided before any work is done.
    "token_expires": ("the current token dies (once); the next token lives", {}),
    "tokens_revoked": ("every token dies before it can be used", {}),
    "sign_invalid": ("1004 sign invalid", {}),
    "clock_skew": (
        "the cloud's clock is ahead: 1013 for callers that keep their own time",
        {"seconds": 900},
    ),
    "rate_limited": ("1110 concurrency over limit; code=1199: too frequent", {"code": 1110}),
    "permission_denied": ("1106 permission deny, for `devices` or for all", {}),
    "no_logs": ("2009 not support this device, on log calls", {}),
    "quota_used_up": ("28841004 until calm", {"code": 28841004}),
    "trial_expired": ("28841002 plan expired", {"code": 28841002}),
    "wrong_data_center": (
        "28841107 data center suspended or wrong; tokens are still given",
        {"code": 28841107},
    ),
    "account_down": ("the whole account is refused, tokens too", {"code": 28841101}),
    "system_error": ("500 system error in the envelope, HTTP 200", {"code": 500}),
    "cloud_down": ("connections are closed without a byte", {}),
    "http_500": ("HTTP 500 with a page; work=true: after doing the work", {"work": False}),
    "http_502": ("HTTP 502 with a page", {"work": False}),
    "http_503": ("HTTP 503; Retry-After: retry_after seconds", {"work": False, "retry_after": 0}),
    "http_429": ("HTTP 429; Retry-After: retry_after seconds", {"work": False, "retry_after": 0}),
    "html_200": ("HTTP 200 with a web page instead of JSON", {"work": False}),
    "reset_connection": ("connection reset (RST), nothing done", {"work": False}),
    "hang": ("no byte for `seconds`, then closed", {"work": False, "seconds": 3600.0}),
    # Decided after the work is done.
    "answer_lost": ("does the work, then closes without an answer", {}),
    "cut_body": ("does the work, sends half the answer", {}),
    "empty_body": ("does the work, HTTP 200 with nothing", {}),
    "bad_json": ("does the work, answers with broken JSON", {}),
    "result_null": ("does the work, success true and result null", {}),
    "result_missing": ("does the work, success true and no result at all", {}),
    "bom": ("a byte order mark before the JSON", {}),
    "wrong_content_type": ("good JSON that is called text/html", {}),
    "fields_missing": ("leaves `fields` out of every object", {"fields": "id,event_time"}),
    "fields_extra": ("every object has fields that nobody knows", {}),
    "fields_mistyped": ('numbers as text, text as numbers, true as "true"', {}),
    "slow": ("the answer drips over `seconds`", {"seconds": 5.0}),
    # Lists and logs that do not tell the truth.
    "page_repeats": ("the cursor is not obeyed: the first page again, with its cursor", {}),
    "page_omits": ("leaves `devices`, or every second item, out of a listing page", {}),
    "page_doubles": ("every item of a listing page twice", {}),
    "has_more_missing": ("the key has_more (logs: has_next) is not there", {}),
    "empty_page": (
        "a page with nothing on it, although more follow; a log's rows come with the next key",
        {},
    ),
    "row_key_stuck": ("logs: next_row_key is the key just used", {}),
    "rows_doubled": ("logs: every row twice", {}),
    "rows_shuffled": ("logs: rows of a page in no order", {}),
}
_USH: dict[str, tuple[str, Mapping[str, object]]] = {
    "ush_down": ("connections are closed without a byte", {}),
    "ush_500": ("code 500 without a businessCode", {}),
    "ush_refuses": ("code 500 with a businessCode", {"business_code": "SERVICE_ERROR"}),
    "ush_poisoned": (
        "refuses what holds `device`, `property`, `value`; atomic=false applies the rest",
        {
            "device": None,
            "property": None,
            "value": None,
            "atomic": True,
            "business_code": "DEVICE_NOT_FOUND",
        },
    ),
    "ush_429": (
        "HTTP 429; Retry-After seconds, or with date=true a date",
        {"retry_after": 2, "date": False},
    ),
    "ush_503": ("HTTP 503; Retry-After if retry_after is set", {"retry_after": 0}),
    "ush_http": ("any HTTP status", {"status": 404}),
    "ush_html": ("HTTP 200 with a web page", {}),
    "ush_empty": ("HTTP 200 with nothing", {}),
    "ush_slow_but_applies": (
        "applies and answers after `seconds`, even if the caller has gone",
        {"seconds": 20.0},
    ),
    "ush_lost_answer": ("applies, then closes without an answer", {}),
    "ush_cut_body": ("applies, sends half the answer", {}),
    "ush_wrong_format": ("applies nothing, answers success in the other format", {}),
    "ush_413": ("HTTP 413 for more than `over` devices", {"over": 20}),
}
_FEED: dict[str, tuple[str, Mapping[str, object]]] = {
    "feed_down": ("the message service refuses to shake hands, 503", {}),
    "feed_refused": ("the message service refuses the keys, 401", {}),
    "feed_cut": ("the connection ends after a message", {}),
    "feed_doubles": ("every message twice, under two ids", {}),
    "feed_junk": ("beside every message one that cannot be opened", {}),
    "feed_shuffles": ("messages in the wrong order", {}),
}
KINDS: dict[str, tuple[str, Mapping[str, object]]] = {**_TUYA, **_USH, **_FEED}


@dataclass(slots=True)
class Trouble:
    """One trouble that hangs on the board."""

    name: str
    times: int | None = None
    path: str = ""
    method: str = ""
    devices: frozenset[str] = frozenset()
    share: float = 1.0
    options: dict[str, object] = field(default_factory=dict)
    struck: int = 0

    def number(self, option: str) -> float:
        """Return an option as a number."""
        return float(str(self.options[option]))

    def text(self, option: str) -> str | None:
        """Return an option as text, or None when it was not given."""
        value = self.options[option]
        return None if value is None else str(value)

    def on(self, option: str) -> bool:
        """Return an option as yes or no; a command line writes them as text."""
        return str(self.options[option]).lower() in ("true", "1", "yes")


class Board:
    """The troubles that are on. Any thread may hang one up or take one down."""

    def __init__(self, seed: int) -> None:
        self._lock = threading.RLock()
        self._troubles: list[Trouble] = []
        self._dice = dice(seed, "troubles")

    def hang(self, name: str, **options: object) -> Trouble:
        """Switch a trouble on; one of the same name is replaced only by `calm`."""
        trouble = _trouble(name, options)
        with self._lock:
            self._troubles.append(trouble)
        return trouble

    def calm(self, name: str | None = None) -> None:
        """Switch one name off, or everything."""
        with self._lock:
            self._troubles = [t for t in self._troubles if name is not None and t.name != name]

    def listed(self) -> list[Trouble]:
        """Return what is on."""
        with self._lock:
            return list(self._troubles)

    def peek(self, name: str) -> Trouble | None:
        """Return a trouble that is on, without using it up."""
        with self._lock:
            return next((t for t in self._troubles if t.name == name and _left(t)), None)

    def take(
        self, names: Iterable[str], request: Request, *, everywhere: bool = True
    ) -> Trouble | None:
        """Use up one strike of the first that fits; a pathless one only strikes `everywhere`."""
        wanted = set(names)
        with self._lock:
            for trouble in self._troubles:
                if trouble.name not in wanted or not (everywhere or trouble.path):
                    continue
                if self.strike(trouble, request):
                    return trouble
        return None

    def strike(self, trouble: Trouble, request: Request) -> bool:
        """Use up one strike of this trouble, if it fits."""
        with self._lock:
            if not self._fits(trouble, request):
                return False
            trouble.struck += 1
            return True

    def _fits(self, trouble: Trouble, request: Request) -> bool:
        if not _left(trouble) or trouble.path not in request.path:
            return False
        if trouble.method and trouble.method.upper() != request.method:
            return False
        # page_omits names what is left out, not what is asked for.
        named = trouble.devices if trouble.name != "page_omits" else frozenset()
        if named and not named & _devices(request):
            return False
        return trouble.share >= 1 or self._dice.random() < trouble.share


def _left(trouble: Trouble) -> bool:
    return trouble.times is None or trouble.struck < trouble.times


def _devices(request: Request) -> set[str]:
    return {*request.path.split("/"), *request.arg("device_ids").split(",")}


def _trouble(name: str, options: Mapping[str, object]) -> Trouble:
    if name not in KINDS:
        raise ValueError(f"There is no trouble {name!r}. Known: {', '.join(KINDS)}.")
    own = dict(KINDS[name][1])
    shared = {key: value for key, value in options.items() if key in SHARED}
    strange = set(options) - set(shared) - set(own)
    if strange:
        raise ValueError(
            f"{name} knows no {', '.join(sorted(strange))}; it knows {', '.join([*SHARED, *own])}."
        )
    own.update((key, value) for key, value in options.items() if key in own)
    times = shared.get("times", 1 if name == "token_expires" else None)
    return Trouble(
        name,
        times=None if times is None else int(str(times)),
        path=str(shared.get("path", "")),
        method=str(shared.get("method", "")),
        devices=_ids(shared.get("devices")),
        share=float(str(shared.get("share", 1.0))),
        options=own,
    )


def _ids(written: object) -> frozenset[str]:
    if written is None:
        return frozenset()
    if isinstance(written, str):
        return frozenset(written.split(","))
    if isinstance(written, Iterable):
        return frozenset(str(one) for one in written)
    raise ValueError("devices must be an id or a list of ids")
