"""The message service: its address, its password, and what its messages say. No network here.

Sources: the vendor's connector and Pulsar SDKs, documents Kd0fh4ba3idky and Kakax2v8kn9pb; test
vectors in tests/devices/tuya/test_feed.py. Two generations of messages exist and one project may
send both, so that a change comes twice; whoever stores must not mind.
"""

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.padding import PKCS7

Kind = Literal["online", "offline", "renamed", "left", "joined"]

ACK_TIMEOUT_MS = 3000  # what is not acknowledged in that time is sent again
BLOCK_BITS, NONCE = 128, 12
STATUS, HAPPENING, PROPERTY, PRESENCE = 4, 20, 1000, 1001
KINDS: dict[str, Kind] = {
    "online": "online",
    "deviceOnline": "online",
    "offline": "offline",
    "deviceOffline": "offline",
    "nameUpdate": "renamed",
    "deviceNameUpdate": "renamed",
    "delete": "left",
    "bindUser": "joined",
}
SECONDS_END = 100_000_000_000  # below: seconds; as milliseconds it would be March 1973


@dataclass(frozen=True, slots=True)
class Reported:
    """A device told a value; `at` in ms since 1970, by the vendor's clock."""

    device_id: str
    code: str
    value: Any
    at: int


@dataclass(frozen=True, slots=True)
class Happened:
    """Something else befell a device; `name` is the new one where it was renamed."""

    device_id: str
    kind: Kind
    at: int
    name: str = ""


Notice = Reported | Happened


@dataclass(frozen=True, slots=True)
class Message:
    """One message: its id to acknowledge, and what it says. `fault`: why it could not be read."""

    id: str
    notices: tuple[Notice, ...] = ()
    fault: str = ""


class _Frame(msgspec.Struct, rename="camel"):
    message_id: str
    payload: str = ""
    properties: Mapping[str, str] | None = None


class _Envelope(msgspec.Struct):
    data: str
    protocol: int
    t: int = 0


def address(base: str, client_id: str, channel: str) -> str:
    """Return where a channel (`event`, `event-test`) is consumed, by one consumer at a time."""
    topic = f"{client_id}/out/{channel}/{client_id}-sub"
    query = f"ackTimeoutMillis={ACK_TIMEOUT_MS}&subscriptionType=Failover"
    return f"{base.rstrip('/')}/ws/v2/consumer/persistent/{topic}?{query}"


def password(client_id: str, secret: str) -> str:
    """Return the middle of a nested digest, as the service wants it."""
    inner = hashlib.md5(secret.encode(), usedforsecurity=False).hexdigest()
    return hashlib.md5((client_id + inner).encode(), usedforsecurity=False).hexdigest()[8:24]


def read(frame: str | bytes, secret: str) -> Message | None:
    """Read one frame. None: it carries no message. What is unknown says nothing; no fault."""
    try:
        outer = msgspec.json.decode(frame, type=_Frame)
    except msgspec.DecodeError:
        return None
    try:
        envelope = msgspec.json.decode(base64.b64decode(outer.payload), type=_Envelope)
        plain = msgspec.json.decode(_open(envelope.data, outer.properties or {}, secret))
    except (msgspec.DecodeError, ValueError, binascii.Error, InvalidTag) as fault:
        return Message(outer.message_id, fault=type(fault).__name__)
    if not isinstance(plain, dict):
        return Message(outer.message_id, fault="no object")
    return Message(outer.message_id, tuple(_notices(envelope, plain)))


def _open(data: str, properties: Mapping[str, str], secret: str) -> bytes:
    """Decrypt by the mode that the message names: it is switched per project, also while we run."""
    key, sealed = secret[8:24].encode(), base64.b64decode(data)
    if properties.get("em") == "aes_gcm":
        return AESGCM(key).decrypt(sealed[:NONCE], sealed[NONCE:], None)
    # The vendor's older mode; it proves nothing about who wrote the message.
    opener = Cipher(algorithms.AES(key), modes.ECB()).decryptor()  # noqa: S305
    padded = opener.update(sealed) + opener.finalize()
    strip = PKCS7(BLOCK_BITS).unpadder()
    return strip.update(padded) + strip.finalize()


def _notices(envelope: _Envelope, plain: dict[str, Any]) -> list[Notice]:
    if envelope.protocol == STATUS:
        return _reported(plain, plain.get("status"), "t", envelope.t)
    body = _object(plain.get("bizData"))
    if envelope.protocol == PROPERTY and plain.get("bizCode") == "devicePropertyMessage":
        return _reported(body, body.get("properties"), "time", envelope.t)
    if envelope.protocol in (HAPPENING, PRESENCE):
        return _happened(plain, body, envelope.t)
    return []


def _reported(whose: dict[str, Any], listed: Any, time_key: str, sent: int) -> list[Notice]:
    device_id = whose.get("devId")
    if not isinstance(device_id, str) or not isinstance(listed, list):
        return []
    return [
        Reported(device_id, one["code"], one["value"], _millis(one.get(time_key), sent))
        for one in listed
        if isinstance(one, dict) and isinstance(one.get("code"), str) and "value" in one
    ]


def _happened(plain: dict[str, Any], body: dict[str, Any], sent: int) -> list[Notice]:
    kind = KINDS.get(str(plain.get("bizCode")))
    device_id = body.get("devId") or plain.get("devId")
    if kind is None or not isinstance(device_id, str):
        return []
    name = body.get("name") if kind == "renamed" else ""
    if not isinstance(name, str):
        return []
    at = _millis(body.get("time") or plain.get("ts"), sent)
    return [Happened(device_id, kind, at, name)]


def _object(value: Any) -> dict[str, Any]:
    """Return an object, also one that was sent as text."""
    if isinstance(value, str):
        try:
            value = msgspec.json.decode(value)
        except msgspec.DecodeError:
            return {}
    return value if isinstance(value, dict) else {}


def _millis(value: Any, instead: int) -> int:
    """Return milliseconds; older samples hold seconds, some as text."""
    try:
        number = int(value)
    except (TypeError, ValueError):
        return instead
    return number * 1000 if number < SECONDS_END else number
