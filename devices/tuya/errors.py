"""What went wrong with the device cloud, by what the caller should do next, every code in words.

The codes live in one table, `explanations.toml`; `python -m devices.tuya.errors` prints it as
docs/errors.md.
"""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import TypedDict, Unpack

import msgspec


class Reaction(StrEnum):
    """What the client does when it meets a code."""

    RETRY = "retry"  # passing trouble: ask again soon
    RETRY_SLOWLY = "retry slowly"  # we are too fast, or the vendor is catching up: ask again later
    RENEW_TOKEN = "renew token"  # noqa: S105  the name of a reaction, no secret
    CORRECT_CLOCK = "correct clock"  # our clock is off: take the vendor's time, repeat once
    REFUSE = "refuse"  # permanent for this object: tell a person
    BUG = "bug"  # the call itself is wrong: tell a developer
    PARK = "park"  # account, project or API family: stop asking, a person must act


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One vendor code, told in both languages with the next step."""

    code: int
    vendor_words: str
    meaning_en: str
    meaning_zh: str
    advice_en: str
    advice_zh: str
    reaction: Reaction
    family: bool = False  # parks one family of APIs, not the whole account


def _read_table() -> dict[int, Explanation]:
    text = Path(__file__).with_name("explanations.toml").read_text(encoding="utf-8")
    rows = msgspec.convert(tomllib.loads(text)["explanation"], list[Explanation])
    return {row.code: row for row in rows}


EXPLANATIONS: dict[int, Explanation] = _read_table()

# The vendor gives each of these ranges to one trade; Fleet calls nothing there.
_RANGES = (
    (2200, 2299, "a timer", "定时"),
    (2300, 2399, "a door lock", "门锁"),
    (2400, 2499, "an app login", "应用登录"),
    (2500, 2599, "a home or a scene", "家庭或场景"),
)


def explain(code: int) -> Explanation:
    """Tell what a code means. One that nobody knows yet is kept and refused, never retried."""
    known = EXPLANATIONS.get(code)
    return known or _unlisted(code)


def _unlisted(code: int) -> Explanation:
    trade_en, trade_zh = next(
        (
            ("unknown code, about " + en, "未知错误码，与" + zh + "有关")
            for low, high, en, zh in _RANGES
            if low <= code <= high
        ),
        ("unknown code", "未知错误码"),
    )
    return Explanation(
        code=code,
        vendor_words="",
        meaning_en=trade_en,
        meaning_zh=trade_zh,
        advice_en="Read the vendor's own words beside the code; ask the vendor with the trace id.",
        advice_zh="请查看错误码旁边的厂商原文；必要时携带追踪号向厂商提交工单。",
        reaction=Reaction.REFUSE,
    )


class Kind(StrEnum):
    """Whom a refusal concerns."""

    OBJECT = "object"
    FAMILY = "family"
    ACCOUNT = "account"
    CALL = "call"


class Facts(TypedDict, total=False):
    """Where it happened, for the person who reads the error."""

    device_id: str | None
    retry_after: float | None
    trace: str | None
    endpoint: str


class TuyaError(Exception):
    """The device cloud did not do what was asked."""

    def __init__(
        self,
        message: str = "",
        *,
        code: int | None = None,
        device_id: str | None = None,
        retry_after: float | None = None,
        trace: str | None = None,
        endpoint: str = "",
    ) -> None:
        self.message = message or (type(self).__doc__ or "").splitlines()[0]
        self.code = code
        self.device_id = device_id
        self.retry_after = retry_after
        self.trace = trace
        self.endpoint = endpoint
        super().__init__(self.message)

    def __str__(self) -> str:
        """Say what happened, where, and to which device: this line is all that a log may keep."""
        parts = [self.message]
        parts += [f"code {self.code}"] if self.code is not None else []
        parts += [self.endpoint] if self.endpoint else []
        parts += [f"device {self.device_id}"] if self.device_id else []
        parts += [f"trace {self.trace}"] if self.trace else []
        return ", ".join(parts)

    @property
    def meaning(self) -> str:
        """The code in English words; the vendor's own when there is no code."""
        return explain(self.code).meaning_en if self.code is not None else self.message


class Unavailable(TuyaError):  # noqa: N818  the contract's name
    """The device cloud could not be asked, or asked us to come back later."""


class Unanswered(Unavailable):
    """The call was sent and no answer came: it may or may not have been carried out."""


class Refused(TuyaError):  # noqa: N818  the contract's name
    """The device cloud refused."""

    def __init__(
        self,
        message: str = "",
        *,
        kind: Kind | None = None,
        code: int | None = None,
        **facts: Unpack[Facts],
    ) -> None:
        super().__init__(message, code=code, **facts)
        self.kind = kind or kind_of(code)

    @property
    def account(self) -> bool:
        """Whether nothing of this account will work until a person acts."""
        return self.kind is Kind.ACCOUNT


class Unintelligible(TuyaError):  # noqa: N818  the contract's name
    """The device cloud's answer made no sense."""


def kind_of(code: int | None) -> Kind:
    """Tell whom a code concerns: this object, a family of APIs, the account, or our own call."""
    if code is None:
        return Kind.OBJECT
    known = explain(code)
    if known.reaction is Reaction.PARK:
        return Kind.FAMILY if known.family else Kind.ACCOUNT
    return Kind.CALL if known.reaction is Reaction.BUG else Kind.OBJECT


def error_for(code: int, message: str, **facts: Unpack[Facts]) -> TuyaError:
    """Choose the error to raise for a code that the vendor answered."""
    known = explain(code)
    passing = {Reaction.RETRY, Reaction.RETRY_SLOWLY, Reaction.RENEW_TOKEN, Reaction.CORRECT_CLOCK}
    kind = Unavailable if known.reaction in passing else Refused
    return kind(message or known.meaning_en, code=code, **facts)


def table() -> str:
    """Print docs/errors.md, whole."""
    head = (
        "# What the device cloud's codes mean\n\n"
        "Printed from `devices/tuya/explanations.toml` by "
        "`python -m devices.tuya.errors > docs/errors.md`.\n"
        'Unknown codes are kept as they came, shown as "unknown code" and never retried.\n\n'
        "| code | the vendor's words | meaning | next step | 含义 | 处理方法 | Fleet's reaction |\n"
        "|---|---|---|---|---|---|---|\n"
    )
    return head + "".join(_line(EXPLANATIONS[code]) for code in sorted(EXPLANATIONS))


def _line(row: Explanation) -> str:
    reaction = f"{row.reaction} (this API family)" if row.family else str(row.reaction)
    cells = (
        str(row.code),
        row.vendor_words or "–",
        row.meaning_en,
        row.advice_en,
        row.meaning_zh,
        row.advice_zh,
        reaction,
    )
    return "| " + " | ".join(cells) + " |\n"


if __name__ == "__main__":
    print(table(), end="")  # noqa: T201  this is the command's product
