"""What waits for the consumer: kept two hours, sent again until it is acknowledged."""

import base64
import json
import threading
import time
from collections import deque
from dataclasses import dataclass, field

from simulator.device import Device
from simulator.exchange import Request
from simulator.feed.sealing import password, sealed
from simulator.stage import Stage

KEPT_MS = 2 * 3_600_000
ACK_TIMEOUT_S = 3.0
UNACKNOWLEDGED = 100  # the service falls silent when so many wait for their acknowledgement
STATUS, HAPPENING = 4, 20


@dataclass(slots=True)
class Waiting:
    """One message and when it was last sent."""

    id: str
    frame: dict[str, object]
    at_ms: int
    sent: float | None = None
    deliveries: int = 0


@dataclass(slots=True)
class Channel:
    """Every method may be called from any thread. Nothing is kept before somebody subscribed."""

    stage: Stage
    subscribed: bool = False
    acknowledged: list[str] = field(default_factory=list)
    _waiting: deque[Waiting] = field(default_factory=deque)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _count: int = 0
    _consumers: list[int] = field(default_factory=list)

    def refusal(self, request: Request) -> int | None:
        """Return the status with which a handshake is refused, or None."""
        known = self.stage.options
        if self.stage.board.take(["feed_down"], request):
            return 503
        names = [f"/ws/v2/consumer/persistent/{known.client_id}/out/{one}/{known.client_id}-sub"
                 for one in ("event", "event-test")]  # fmt: skip
        if request.path not in names:
            return 404
        shown = (request.headers.get("username"), request.headers.get("password"))
        right = (known.client_id, password(known.client_id, known.client_secret))
        return None if shown == right and not self.stage.board.peek("feed_refused") else 401

    def enter(self, consumer: int) -> None:
        """A consumer came; only the first of them gets anything."""
        with self._lock:
            self.subscribed = True
            self._consumers.append(consumer)

    def leave(self, consumer: int) -> None:
        """It went; what it did not acknowledge is due again."""
        with self._lock:
            self._consumers.remove(consumer)
            for one in self._waiting:
                one.sent = None

    def tell(self, what: str, device: Device, said: dict[str, object], at_ms: int) -> None:
        """Let the world's listener put a happening into the channel."""
        if not self.subscribed:
            return
        named: dict[str, object] = {"devId": device.id, "productKey": device.product.pid}
        if what == "status":
            body = {"dataId": f"{at_ms:x}", **named, "status": [{**said, "t": at_ms}]}
            self._put(STATUS, body, at_ms)
        else:
            data = {**said, "devId": device.id, "uid": device.uid, "time": at_ms}
            body = {"bizCode": what, "bizData": data, **named, "ts": at_ms}
            self._put(HAPPENING, body, at_ms)

    def _put(self, protocol: int, body: dict[str, object], at_ms: int) -> None:
        for _ in range(2 if self.stage.board.peek("feed_doubles") else 1):
            self._add(protocol, body, at_ms, junk=False)
        if self.stage.board.peek("feed_junk"):
            self._add(protocol, body, at_ms, junk=True)

    def _add(self, protocol: int, body: dict[str, object], at_ms: int, *, junk: bool) -> None:
        with self._lock:
            self._count += 1
            gcm = self._count % 2 == 0
            data = sealed(body, self.stage.options.client_secret, gcm=gcm)
            envelope = {"data": data, "protocol": protocol, "pv": "2.0", "t": at_ms, "sign": ""}
            if junk:
                envelope["data"] = data[:-8]
            payload = base64.b64encode(json.dumps(envelope).encode()).decode()
            frame: dict[str, object] = {
                "messageId": f"CAEQ{self._count}",
                "payload": payload,
                "properties": {"em": "aes_gcm"} if gcm else {},
                "publishTime": at_ms,
            }
            self._waiting.append(Waiting(f"CAEQ{self._count}", frame, self.stage.clock.now_ms()))

    def due(self, consumer: int) -> list[str]:
        """Return the frames to send this consumer now."""
        with self._lock:
            if self._consumers[:1] != [consumer]:
                return []
            self._forget()
            now = time.monotonic()
            in_flight = [one for one in self._waiting if one.sent is not None]
            fresh = [one for one in self._waiting if one.sent is None]
            late = [one for one in in_flight if now - (one.sent or 0.0) > ACK_TIMEOUT_S]
            ready = late + fresh[: max(0, UNACKNOWLEDGED - len(in_flight))]
            if self.stage.board.peek("feed_shuffles"):
                ready.reverse()
            return [self._sent(one, now) for one in ready]

    def _sent(self, one: Waiting, now: float) -> str:
        one.sent = now
        one.deliveries += 1
        return json.dumps(one.frame | {"redeliveryCount": one.deliveries - 1})

    def _forget(self) -> None:
        edge = self.stage.clock.now_ms() - KEPT_MS
        while self._waiting and self._waiting[0].at_ms < edge:
            self._waiting.popleft()

    def acknowledge(self, message_id: str) -> None:
        """A message need not be sent again."""
        with self._lock:
            self.acknowledged.append(message_id)
            self._waiting = deque(one for one in self._waiting if one.id != message_id)

    @property
    def waiting(self) -> int:
        """How many are not acknowledged yet."""
        with self._lock:
            return len(self._waiting)
