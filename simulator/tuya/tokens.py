"""Hands out tokens as the device cloud does: one living pair, shared by all who ask."""

import hashlib
from dataclasses import dataclass
from threading import Lock

from simulator.clock import Clock
from simulator.options import Options
from simulator.tuya.refusal import Refusal


@dataclass(slots=True)
class Pair:
    """An access token, the refresh token that goes with it, and when they end."""

    access: str
    refresh: str
    ends_ms: int


class Tokens:
    """Asking again returns the living token with its remaining life; a refresh kills the pair."""

    def __init__(self, options: Options, clock: Clock) -> None:
        self._options = options
        self._clock = clock
        self._lock = Lock()
        self._made = 0
        self._pair: Pair | None = None
        self.uid = "bay" + hashlib.sha256(options.client_id.encode()).hexdigest()[:17]

    def ask(self) -> dict[str, object]:
        """Answer a call for a token."""
        with self._lock:
            if self._pair is None or self._pair.ends_ms <= self._clock.now_ms():
                self._pair = self._make()
            return self._answer(self._pair)

    def refresh(self, refresh_token: str) -> dict[str, object]:
        """Exchange a refresh token, once, for a new pair."""
        with self._lock:
            if self._pair is None or self._pair.refresh != refresh_token:
                raise Refusal(1010)
            self._pair = self._make()
            return self._answer(self._pair)

    def check(self, access_token: str) -> None:
        """Refuse a token that does not live."""
        if not access_token:
            raise Refusal(1002)
        with self._lock:
            pair = self._pair
            if pair is None or pair.access != access_token or pair.ends_ms <= self._clock.now_ms():
                raise Refusal(1010)

    def revoke(self) -> None:
        """Kill the living pair before its time."""
        with self._lock:
            self._pair = None

    def _make(self) -> Pair:
        self._made += 1
        parts = (self._options.client_secret, self._options.seed, self._made, self._clock.now_ms())
        seed = ":".join(str(part) for part in parts)
        digest = hashlib.sha256(seed.encode()).hexdigest()
        return Pair(
            digest[:32], digest[32:], self._clock.now_ms() + self._options.token_life * 1000
        )

    def _answer(self, pair: Pair) -> dict[str, object]:
        remaining = max(1, (pair.ends_ms - self._clock.now_ms()) // 1000)
        return {
            "access_token": pair.access,
            "expire_time": remaining,
            "refresh_token": pair.refresh,
            "uid": self.uid,
        }
