"""A cloud that answers what a test wrote down, over HTTP, and remembers what it was asked."""

from collections import deque

import httpx
import msgspec
import pytest

from devices.tuya.client import Account, Cloud
from devices.tuya.limits import OwnMeter, OwnPace
from devices.tuya.token import OwnToken

NOW = 1_588_925_778.0


def ok(result):
    return {"success": True, "result": result, "t": int(NOW * 1000), "tid": "t" * 32}


def refusal(code, message="no"):
    return {"success": False, "code": code, "msg": message, "t": int(NOW * 1000), "tid": "t" * 32}


class Script:
    """Answers in the order written; a token is always to be had unless the test says otherwise."""

    def __init__(self):
        self.replies = deque()
        self.token_replies = deque()
        self.requests = []
        self.tokens_given = 0

    def will(self, *replies):
        self.replies.extend(replies)
        return self

    def __call__(self, request):
        self.requests.append(request)
        if request.url.path == "/v1.0/token":
            return self._reply(
                self.token_replies.popleft() if self.token_replies else self._token()
            )
        return self._reply(self.replies.popleft())

    def _token(self):
        self.tokens_given += 1
        return ok({"access_token": f"token-{self.tokens_given}", "expire_time": 7200, "uid": "p"})

    def _reply(self, reply):
        if isinstance(reply, Exception):
            raise reply
        if isinstance(reply, dict):
            return httpx.Response(200, content=msgspec.json.encode(reply))
        return reply

    @property
    def business(self):
        return [request for request in self.requests if request.url.path != "/v1.0/token"]


@pytest.fixture
def script():
    return Script()


@pytest.fixture
def meter():
    return OwnMeter()


@pytest.fixture
def slept():
    return []


@pytest.fixture
def tokens():
    return OwnToken()


@pytest.fixture
def make_cloud(script, meter, slept, tokens):
    made = []

    def make(**account):
        facts = {"client_id": "id", "client_secret": "secret", "base_url": "http://cloud"} | account
        cloud = Cloud(
            Account(**facts),
            tokens=tokens,
            pace=OwnPace(),
            meter=meter,
            transport=httpx.MockTransport(script),
            clock=lambda: NOW,
            sleep=slept.append,
        )
        made.append(cloud)
        return cloud

    yield make
    for cloud in made:
        cloud.close()


@pytest.fixture
def cloud(make_cloud):
    return make_cloud()
