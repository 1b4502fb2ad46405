"""A caller of the fake device cloud that signs by the published recipe."""

import json
import time

import httpx

from simulator import signing


class Caller:
    def __init__(self, sim):
        self.sim = sim
        self.http = httpx.Client(base_url=sim.url, timeout=5, trust_env=False)
        self.token = ""

    def close(self):
        self.http.close()

    def sign_in(self):
        answer = self.ask("GET", "/v1.0/token", token="", grant_type=1)
        self.token = answer["result"]["access_token"]
        return answer["result"]

    def send(self, method, path, *, body=None, token=None, headers=None, ahead_ms=0, **query):
        token = self.token if token is None else token
        content = b"" if body is None else json.dumps(body, ensure_ascii=False).encode()
        pairs = sorted((key, str(value)) for key, value in query.items())
        t = str(int(time.time() * 1000) + ahead_ms)
        text = signing.string_to_sign(method, path, pairs, content, [])
        sign = signing.signature(self.sim.client_secret, self.sim.client_id, token, t, "", text)
        sent = {"client_id": self.sim.client_id, "sign": sign, "t": t, "sign_method": "HMAC-SHA256"}
        if token:
            sent["access_token"] = token
        sent |= headers or {}
        return self.http.request(method, path, params=pairs or None, headers=sent, content=content)

    def ask(self, method, path, **more):
        return self.send(method, path, **more).json()

    def result(self, method, path, **more):
        answer = self.ask(method, path, **more)
        assert answer["success"], answer
        return answer["result"]

    def code(self, method, path, **more):
        answer = self.ask(method, path, **more)
        assert set(answer) == {"success", "code", "msg", "t", "tid"}
        return answer["code"]


def told(*devices):
    """Write a status report: told(("id", {"PowerState": "ON"}), ...)."""
    return {
        "devices": [
            {
                "deviceId": device_id,
                "properties": [
                    {"name": name, "value": value} for name, value in properties.items()
                ],
            }
            for device_id, properties in devices
        ]
    }


def enveloped(*devices):
    return {
        "header": {"sourceCode": "s", "requestId": "r-1", "timestamp": 1_588_925_778_000},
        "body": told(*devices),
    }
