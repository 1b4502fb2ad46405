"""Asking until there is an answer: token, clock, pace, meter, and the rule of asking twice.

A read is repeated twice on passing trouble. A write never, once its bytes may have left; only where
the vendor refused before doing anything (token, clock, signature) is it sent again, once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable

import httpx

from . import wire
from .account import Account
from .errors import (
    Facts,
    Kind,
    Reaction,
    Refused,
    TuyaError,
    Unanswered,
    Unintelligible,
    error_for,
    explain,
)
from .exchange import Answer, Exchange, Request
from .limits import Meter, Pace
from .token import Token, TokenStore, token_living
from .wire import Probe

RETRIES = 2  # of a read
PATIENCE = 5.0  # seconds: a longer Retry-After is the caller's to wait for
SOON, LATER = 0.2, 1.0  # first back-off in seconds: passing trouble, too fast
COME_BACK = 60.0  # seconds: what we say when the vendor only says "too frequent"
SIGN_INVALID = (
    1004  # a stale token in the signed text gives this too: one fresh token, then it is the secret
)
MAYBE_DONE = {500, 1103}  # on a write these may come after the work was done
_TOKEN = Request(endpoint="GET /v1.0/token", path="/v1.0/token", query={"grant_type": "1"})


class _Tries:
    """What is left to try for one call."""

    def __init__(self, request: Request) -> None:
        self.reads = 0 if request.write else RETRIES
        self.token = self.clock = True


class Calls:
    """One project's calls, from any thread."""

    def __init__(
        self,
        account: Account,
        *,
        tokens: TokenStore,
        pace: Pace,
        meter: Meter,
        transport: httpx.BaseTransport | None = None,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._exchange = Exchange(account, transport=transport, clock=clock)
        self._tokens, self._pace, self._meter = tokens, pace, meter
        self._clock, self._sleep = clock, sleep
        self._token: Token | None = None
        self.offset_ms = 0  # the vendor's clock minus ours

    def close(self) -> None:
        """Close all connections."""
        self._exchange.close()

    def ask(self, request: Request) -> wire.Json:
        """Return the envelope's `result` (UNSET when missing), or raise one of the four errors."""
        return self._persist(request, self._living_token())

    def probe(self) -> Probe:
        """Fetch a token now, whatever is stored, and measure the way and our clock."""
        with self._tokens.lock():
            began = time.monotonic()
            token = self._fetch_token()
            took = round((time.monotonic() - began) * 1000)
        left = (token.deadline_ms - self._now_ms()) // 1000
        return Probe(latency_ms=took, offset_ms=self.offset_ms, expires_in=left)

    def _persist(self, request: Request, token: Token | None) -> wire.Json:
        tries = _Tries(request)
        while True:
            try:
                return self._once(request, token).result
            except TuyaError as error:
                token = self._prepare(error, request, token, tries)

    def _prepare(
        self, error: TuyaError, request: Request, token: Token | None, tries: _Tries
    ) -> Token | None:
        """Make ready for one more attempt and return its token; with nothing left to try, raise."""
        reaction = explain(error.code).reaction if error.code is not None else Reaction.RETRY
        stale = reaction is Reaction.RENEW_TOKEN or error.code == SIGN_INVALID
        if stale and token is not None and tries.token:
            tries.token = False
            return self._renewed(token)
        if reaction is Reaction.CORRECT_CLOCK and tries.clock:
            tries.clock = False
            return token
        passing = reaction in (Reaction.RETRY, Reaction.RETRY_SLOWLY)
        if not passing or isinstance(error, Refused) or not tries.reads or not self._patient(error):
            if reaction is Reaction.RETRY_SLOWLY and error.retry_after is None:
                error.retry_after = COME_BACK
            raise error
        tries.reads -= 1
        self._back_off(error, reaction, RETRIES - tries.reads)
        return self._living_token() if request is not _TOKEN else None

    def _patient(self, error: TuyaError) -> bool:
        return error.retry_after is None or error.retry_after <= PATIENCE

    def _back_off(self, error: TuyaError, reaction: Reaction, attempt: int) -> None:
        first = LATER if reaction is Reaction.RETRY_SLOWLY else SOON
        longest = first * 2 ** (attempt - 1)
        # Jitter: workers that failed together must not come back together.
        self._sleep(error.retry_after or random.uniform(longest / 2, longest))  # noqa: S311  no secret

    def _once(self, request: Request, token: Token | None) -> Answer:
        left = self._pace.wait("write" if request.write else "read")
        began, sent = time.monotonic(), self._own_ms()
        outcome: int | str = "broken"
        try:
            answer = self._exchange.send(
                request,
                token=token.access if token else "",
                offset_ms=self.offset_ms,
                left=left,
            )
            self._hear_clock(answer.stamp_ms, sent)
            outcome = "ok" if answer.success else answer.code or "refused"
        except TuyaError as error:
            outcome = type(error).__name__.lower()
            raise
        finally:
            self._meter.count(request.endpoint, outcome, round((time.monotonic() - began) * 1000))
        return self._judged(request, answer)

    def _judged(self, request: Request, answer: Answer) -> Answer:
        if answer.success:
            return answer
        facts: Facts = {
            "endpoint": request.endpoint,
            "device_id": request.device_id,
            "trace": answer.trace,
            "retry_after": answer.retry_after,
        }
        if answer.code is None:
            raise Refused(answer.message or "refused without a code", **facts)
        if request.write and answer.code in MAYBE_DONE:
            raise Unanswered(answer.message, code=answer.code, **facts)
        raise error_for(answer.code, answer.message, **facts)

    # The token.

    def _own_ms(self) -> int:
        return int(self._clock() * 1000)

    def _now_ms(self) -> int:
        return self._own_ms() + self.offset_ms

    def _hear_clock(self, stamp_ms: int | None, sent_ms: int) -> None:
        """Correct our idea of the vendor's clock as far as an answer's stamp proves it wrong.

        An answer is stamped after we sent and before we received. So the vendor's present, as we
        know it, is never before the stamp of an answer we hold: who reads a log up to it misses
        nothing that the answer tells of.
        """
        if stamp_ms is not None:
            least, most = stamp_ms - self._own_ms(), stamp_ms - sent_ms
            self.offset_ms = max(least, min(self.offset_ms, most))

    def _living_token(self) -> Token:
        token = self._token
        if token is not None and self._now_ms() < token.renew_ms:
            return token
        return self._renewed(None)

    def _renewed(self, failed: Token | None) -> Token:
        """Get a usable token; one that another process renewed meanwhile is used, not asked for."""
        with self._tokens.lock():
            stored = self._tokens.load()
            if stored is not None and self._usable(stored, failed):
                self._token = stored
                return stored
            return self._fetch_token()

    def _usable(self, stored: Token, failed: Token | None) -> bool:
        known_bad = failed is not None and stored.access == failed.access
        return not known_bad and self._now_ms() < stored.renew_ms

    def _fetch_token(self) -> Token:
        asked = self._own_ms()
        tries = _Tries(_TOKEN)
        while True:
            try:
                answer = self._once(_TOKEN, None)
                break
            except Refused as error:
                raise _whole_account(error) from error
            except TuyaError as error:
                self._prepare(error, _TOKEN, None, tries)
        token = self._token = _token_of(answer, asked)
        self._tokens.save(token)
        return token


def _whole_account(error: Refused) -> Refused:
    """Turn a refused token into a stop of everything, whatever the code says of single calls."""
    return Refused(
        error.message,
        kind=Kind.ACCOUNT,
        code=error.code,
        trace=error.trace,
        endpoint=error.endpoint,
    )


def _token_of(answer: Answer, asked_ms: int) -> Token:
    """Read a token. One page of the vendor spells `expire_time` as `expire`; the SDKs read both."""
    raw = answer.result if isinstance(answer.result, dict) else {}
    access = wire.text(raw.get("access_token"))
    life = wire.number(raw.get("expire_time", raw.get("expire")))
    if not access or not life:
        raise Unintelligible("a token answer without a token or its life", endpoint=_TOKEN.endpoint)
    return token_living(
        access=access,
        asked_ms=answer.stamp_ms or asked_ms,
        life_s=life,
        refresh=wire.text(raw.get("refresh_token")) or "",
        uid=wire.text(raw.get("uid")) or "",
    )
