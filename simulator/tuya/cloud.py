"""The gate of the fake device cloud: checks each call, has it answered, wraps the answer."""

import hmac
import uuid

from simulator import signing
from simulator.exchange import Reply, Request, json_reply
from simulator.stage import Stage
from simulator.tuya import routes, spoils
from simulator.tuya.limits import Limits
from simulator.tuya.refusal import Refusal
from simulator.tuya.tokens import Tokens

# How far a caller's clock may be off; the vendor publishes no figure.
CLOCK_TOLERANCE_MS = 5 * 60_000
TOKEN = "/v1.0/token"  # noqa: S105 - an address


class DeviceCloud:
    """Answers every call below /v1.x and /v2.x."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self.tokens = Tokens(stage.options, stage.clock)
        self.limits = Limits(stage.options.qps, stage.options.monthly_calls)

    def answer(self, request: Request) -> Reply:
        """Answer one call, with whatever trouble is due."""
        business = not _is_token_call(request)
        instead = spoils.before(self._stage.board, request, business=business)
        if instead is not None and not spoils.still_works(instead):
            return spoils.reply(instead)
        reply = self._enveloped(request)
        if instead is not None:
            return spoils.reply(instead)
        return spoils.after(self._stage.board, request, reply, business=business)

    def _enveloped(self, request: Request) -> Reply:
        """Wrap the result: HTTP 200 either way, no `result` on failure."""
        try:
            with self._stage.world.lock:
                result = self._result(request)
        except Refusal as refusal:
            failure = {"code": refusal.code, "msg": refusal.message, "success": False}
            reply = json_reply(failure | self._stamp())
            reply.code = refusal.code
            return reply
        return json_reply({"result": result, "success": True} | self._stamp())

    def _stamp(self) -> dict[str, object]:
        """Say when the answer was made: after all that it did."""
        return {"t": self._now_ms(), "tid": uuid.uuid4().hex}

    def _result(self, request: Request) -> object:
        self.limits.count(self._stage.clock.now(), business=not _is_token_call(request))
        self._identify(request)
        if _is_token_call(request):
            spoils.refuse(self._stage.board, request, business=False)
            return self._token(request)
        self._kill_tokens(request)
        self.tokens.check(request.headers.get("access_token", ""))
        spoils.refuse(self._stage.board, request, business=True)
        find = routes.find(request)
        if find is None:
            raise Refusal(1108)
        return find(self._stage)

    def _identify(self, request: Request) -> None:
        """Check identity, clock and signature, in the order in which a caller would mend them."""
        headers = request.headers
        if any(not headers.get(name) for name in ("client_id", "sign", "t", "sign_method")):
            raise Refusal(1105)
        if headers["client_id"] != self._stage.options.client_id:
            raise Refusal(1005)
        if not self._in_time(headers["t"]):
            self._stage.board.take(["clock_skew"], request)
            raise Refusal(1013)
        if self._stage.board.take(["sign_invalid"], request) or not self._signed(request):
            raise Refusal(1004)

    def _signed(self, request: Request) -> bool:
        expected = signing.expected(
            self._stage.options.client_secret,
            request.method,
            request.path,
            request.query,
            request.body,
            request.headers,
            token_call=_is_token_call(request),
        )
        method = request.headers["sign_method"].upper()
        return method == "HMAC-SHA256" and hmac.compare_digest(expected, request.headers["sign"])

    def _in_time(self, written: str) -> bool:
        if not written.isdecimal():
            return False
        # A test that moved the world may sign with the machine's time or with the world's.
        skew = self._now_ms() - self._stage.clock.now_ms()
        clocks = (self._now_ms(), self._stage.clock.machine_ms() + skew)
        return any(abs(int(written) - clock) <= CLOCK_TOLERANCE_MS for clock in clocks)

    def _now_ms(self) -> int:
        skew = self._stage.board.peek("clock_skew")
        ahead = int(skew.number("seconds") * 1000) if skew is not None else 0
        return self._stage.clock.now_ms() + ahead

    def _kill_tokens(self, request: Request) -> None:
        if self._stage.board.take(["token_expires", "tokens_revoked"], request):
            self.tokens.revoke()

    def _token(self, request: Request) -> object:
        if request.path != TOKEN:
            return self.tokens.refresh(request.path.removeprefix(f"{TOKEN}/"))
        if request.arg("grant_type") != "1":
            raise Refusal(1003)
        return self.tokens.ask()


def _is_token_call(request: Request) -> bool:
    return request.method == "GET" and (
        request.path == TOKEN or request.path.startswith(f"{TOKEN}/")
    )
