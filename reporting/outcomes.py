"""What an answer of USH means and what to do next, decided in the order of one table. Pure.

Published is only: success is "200" (`devices`) or 0 (`envelope`), failure is 500. All else is met
with care: the success of one format never acknowledges in the other.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from enum import Enum
from random import Random

from .ush import wire
from .ush.client import Answer
from .ush.wire import Format, Reply

LONGEST_RETRY_AFTER = timedelta(hours=1)
FIRST_WAIT, LONGEST_WAIT = 1.0, 300.0  # seconds
SUCCESS = {Format.DEVICES: "200", Format.ENVELOPE: "0"}
FAILURE = "500"
NO_ERROR = {"", "0000"}


class Outcome(Enum):
    """A row of the table: its letter and what it means, for people."""

    UNDELIVERED = "A", "USH was not reached"
    UNANSWERED = "B", "no answer: nobody knows whether it was applied"
    THROTTLED = "C", "USH asks to slow down"
    TROUBLE = "D", "USH has trouble of its own"
    CLOSED = "E", "USH refuses this caller or this address"
    TOO_BIG = "F", "the request is too big"
    BAD_PAYLOAD = "G", "USH cannot read something in this request"
    ACCEPTED = "H", "accepted"
    REFUSED = "I", "USH refuses something in this request"
    DOUBTFUL = "J", "USH failed and does not say why"
    STRANGE = "K", "not an answer of USH in this format"

    @property
    def letter(self) -> str:
        """Give the letter of the row."""
        return self.value[0]

    @property
    def meaning(self) -> str:
        """Give the row in words."""
        return self.value[1]


SUSPICIOUS = frozenset({Outcome.BAD_PAYLOAD, Outcome.REFUSED, Outcome.DOUBTFUL})
TRANSIENT = frozenset({Outcome.UNDELIVERED, Outcome.UNANSWERED, Outcome.TROUBLE})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one request came to. `words` say it for people, without any secret."""

    outcome: Outcome
    words: str
    reply: Reply = wire.NOTHING
    status: int | None = None
    wait: timedelta | None = None
    head: str = ""


def undelivered(words: str) -> Verdict:
    """Row A: nothing was told."""
    return Verdict(Outcome.UNDELIVERED, f"{Outcome.UNDELIVERED.meaning}: {words}")


def unanswered(words: str) -> Verdict:
    """Row B: nobody knows."""
    return Verdict(Outcome.UNANSWERED, f"{Outcome.UNANSWERED.meaning}: {words}")


def judge(answer: Answer, spoken: Format, now: datetime) -> Verdict:
    """Decide what an HTTP answer means."""
    reply = wire.read(answer.body)
    wait = retry_after(answer.retry_after, now)
    outcome = _by_status(answer.status, wait) or _by_code(reply, spoken)
    return Verdict(
        outcome,
        _words(outcome, answer.status, reply),
        reply,
        answer.status,
        wait,
        answer.body[:2000].decode("utf-8", "replace").replace("\x00", ""),
    )


BY_STATUS = {
    408: Outcome.TROUBLE,
    425: Outcome.TROUBLE,
    413: Outcome.TOO_BIG,
    414: Outcome.TOO_BIG,
    400: Outcome.BAD_PAYLOAD,
    422: Outcome.BAD_PAYLOAD,
    429: Outcome.THROTTLED,
}


def _by_status(status: int, wait: timedelta | None) -> Outcome | None:
    """Decide by the HTTP status; None for success, where the body decides."""
    if status == 503 and wait is not None:  # noqa: PLR2004  the table names it so
        return Outcome.THROTTLED
    by_class = {2: None, 5: Outcome.TROUBLE}.get(status // 100, Outcome.CLOSED)
    return BY_STATUS.get(status, by_class)


def _by_code(reply: Reply, spoken: Format) -> Outcome:
    if reply.code == SUCCESS[spoken]:
        if spoken is Format.ENVELOPE and reply.business_code not in NO_ERROR:
            return Outcome.REFUSED
        return Outcome.ACCEPTED
    if reply.code == FAILURE:
        return Outcome.DOUBTFUL if reply.business_code in NO_ERROR else Outcome.REFUSED
    return Outcome.STRANGE


def _words(outcome: Outcome, status: int, reply: Reply) -> str:
    said = " ".join(part for part in (reply.business_code, reply.business_message) if part)
    code = "" if reply.code is None else f", code {reply.code}"
    return f"{outcome.meaning} (HTTP {status}{code}{': ' + said if said else ''})"[:300]


def retry_after(text: str | None, now: datetime) -> timedelta | None:
    """Read Retry-After, seconds or a date; more than an hour counts as an hour."""
    if not text:
        return None
    if text.strip().isdecimal():
        return min(timedelta(seconds=min(int(text), 86_400)), LONGEST_RETRY_AFTER)
    try:
        until = parsedate_to_datetime(text.strip())
    except ValueError:
        return None
    until = until if until.tzinfo else until.replace(tzinfo=UTC)
    return min(max(until - now, timedelta(0)), LONGEST_RETRY_AFTER)


def backoff(failures: int, chance: Random) -> timedelta:
    """Wait anywhere up to 1 s, 2 s, 4 s ... 300 s: full jitter, so that senders do not march."""
    ceiling = min(LONGEST_WAIT, FIRST_WAIT * 2 ** min(max(failures - 1, 0), 20))
    return timedelta(seconds=chance.uniform(0, ceiling))
