"""The message service's vectors: what two official SDKs decrypt, and every shape that is known."""

import base64
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from devices.tuya import feed
from devices.tuya.feed import Happened, Message, Reported

CLIENT = "1KAD46OrT9HafiKdsXeg"
SECRET = "4OHBOnWOqaEC1mWXOpVL3yV50s0qGSRC"
ECB = (
    "afj/ga3cw+RPXDqq8utjm6owuthRNvyaV3yScerNR0E3gE0SHY0c38MGWWZL6rrpVKn7g7AMu7gDYH+J9Qz1dci3h3cdt"
    "2GlzJ/wfy3BLYzAApeeoRh9UcenpdiKCIVqhHg6S9DH44bmd0nHxnk8Yu2fYCBGvJ8bS4wWwQngDDcI9/Oiik8gL3vxFT"
    "pLWFPvTIIS5+NaZlRI468H9yiw9Q=="
)
GCM = (
    "AAECAwQFBgcICQoLwMbydNZ7oC3wTxTDEhxXYlHfa1VDzJ3gDyHZiHNIIoQipRy3FjfoSTh65nnDlUI27t9MnDJd6uggb"
    "nJJppZ/zCFFAqyqA12c5KhFIenGthmYfIdDYj0u2xUOI+7OdBfE9AZ3GN4a8u8kyjaehHYp4LeElOEZjhh1lVkjU+FKoE"
    "rEr2cVDBEntASzNa6SSO9RpjcSS28ZnmSSTOuLnPs51Oudzfek7AKiT3JR4CJT"
)
SENT = 1588925778000


def frame(data, protocol=4, properties=None, t=SENT):
    envelope = json.dumps({"data": data, "protocol": protocol, "pv": "2.0", "t": t, "sign": ""})
    payload = base64.b64encode(envelope.encode()).decode()
    return json.dumps({"messageId": "m1", "payload": payload, "properties": properties or {}})


def plain(monkeypatch, protocol, body):
    """Read a message of this text, whatever its encryption."""
    monkeypatch.setattr(feed, "_open", lambda *_sealed: json.dumps(body).encode())
    return feed.read(frame("", protocol), SECRET).notices


def test_the_password_is_that_of_the_connectors_vector():
    assert feed.password(CLIENT, SECRET) == "7e3ee9916b8f32b8"


def test_a_channel_has_the_connectors_address():
    told = feed.address("wss://mqe.tuyacn.com:8285/", CLIENT, "event-test")

    assert told == (
        f"wss://mqe.tuyacn.com:8285/ws/v2/consumer/persistent/{CLIENT}/out/event-test/{CLIENT}-sub"
        "?ackTimeoutMillis=3000&subscriptionType=Failover"
    )


@pytest.mark.parametrize(("sealed", "mode"), [(ECB, {}), (GCM, {"em": "aes_gcm"})])
def test_both_ways_of_encryption_are_read_message_by_message(sealed, mode):
    told = feed.read(frame(sealed, properties=mode), SECRET)

    value = Reported("75500780ecfabc9a0001", "switch_1", value=False, at=SENT)
    assert told == Message("m1", (value,))


@pytest.mark.parametrize(
    ("protocol", "body", "notices"),
    [
        (
            4,
            {"devId": "d", "status": [{"code": "a", "value": 1, "t": "1588925779"}, {"1": 2}]},
            (Reported("d", "a", 1, SENT + 1000),),
        ),
        (
            1000,
            {
                "bizCode": "devicePropertyMessage",
                "bizData": {"devId": "d", "properties": [{"code": "a", "value": "x"}]},
            },
            (Reported("d", "a", "x", SENT),),
        ),
        (
            20,
            {"bizCode": "online", "devId": "d", "bizData": {"time": SENT + 5}},
            (Happened("d", "online", SENT + 5),),
        ),
        (
            1001,
            {"bizCode": "deviceOffline", "bizData": '{"devId":"d","time":1588925779}'},
            (Happened("d", "offline", SENT + 1000),),
        ),
        (
            20,
            {"bizCode": "nameUpdate", "devId": "d", "ts": SENT + 7, "bizData": {"name": "灯"}},
            (Happened("d", "renamed", SENT + 7, "灯"),),
        ),
        (20, {"bizCode": "delete", "bizData": {"devId": "d"}}, (Happened("d", "left", SENT),)),
        (20, {"bizCode": "bindUser", "bizData": {"devId": "d"}}, (Happened("d", "joined", SENT),)),
        (20, {"bizCode": "homeCreate", "bizData": {"devId": "d"}}, ()),
        (20, {"bizCode": "nameUpdate", "devId": "d", "bizData": {}}, ()),
        (20, {"bizCode": "online", "bizData": "not json"}, ()),
        (25, {"sceneId": "s"}, ()),
        (4, {"devId": 7, "status": []}, ()),
        (4, {"devId": "d", "status": {}}, ()),
    ],
)
def test_what_is_known_is_told_and_what_is_not_says_nothing(monkeypatch, protocol, body, notices):
    assert plain(monkeypatch, protocol, body) == notices


@pytest.mark.parametrize(
    ("sealed", "mode"),
    [("%%%", {}), ("", {}), ("AAAA", {"em": "aes_gcm"}), (GCM, {}), (ECB, {"em": "aes_gcm"})],
)
def test_what_cannot_be_opened_is_a_fault_with_its_id_and_none_of_its_words(sealed, mode):
    told = feed.read(frame(sealed, properties=mode), SECRET)

    assert (told.id, told.notices, bool(told.fault)) == ("m1", (), True)
    assert SECRET not in told.fault


@given(st.one_of(st.text(), st.binary()))
def test_no_frame_is_too_strange(strange):
    assert feed.read(strange, SECRET) is None or feed.read(strange, SECRET).notices == ()
