"""The vendor's vectors and those that its SDKs agree on (sources in devices/tuya/signing.py)."""

import hashlib

import pytest

from devices.tuya import signing

CLIENT = "1KAD46OrT9HafiKdsXeg"
SECRET = "4OHBOnWOqaEC1mWXOpVL3yV50s0qGSRC"
STAMP = "1588925778000"
TOKEN = "3f4eda2bdec17232f67c0b188af3eec1"
NONCE = "5138cc3a9033d69856923fd07b491173"
DEVICE = "/v1.0/devices/75500780ecfabc9a0001"
LOGS = {
    "type": "1,2,7",
    "start_time": "1588320978000",
    "end_time": "1588925778000",
    "codes": "switch_1,switch_2",
    "size": "100",
    "query_type": "1",
    "start_row_key": "NjUwODIzNDU1Xzk=",
}
TOKEN_CALL = ("GET", "/v1.0/token", {"grant_type": "1"}, b"")
USERS = ("GET", "/v2.0/apps/schema/users", {"page_size": "50", "page_no": "1"}, b"")


def signature(method, path, query, body, *, token="", nonce="", headers=""):
    text = signing.text_to_sign(method, signing.signed_url(path, query), body, headers)
    return signing.sign(
        client_id=CLIENT, secret=SECRET, stamp=STAMP, text=text, token=token, nonce=nonce
    )


def test_a_token_call_is_signed_as_both_official_sdks_sign_it():
    found = signature(*TOKEN_CALL)

    assert found == "7BA26C076E5ECB1E959BE274A0FFB397B2B1865FC7BCED8F1C78AC5653C20CAA"


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (
            ("GET", f"{DEVICE}/logs", LOGS, b""),
            "FF2F6F90C4D5F2B48F8710AC1BDD5F7FE56B38F9C2B90FA085B446E5FB571B88",
        ),
        (
            ("PUT", DEVICE, {}, b'{"name": "Kitchen plug"}'),
            "61EA8352EA35892CC68A67EBDC8D8AE89DFA2E52E41D097C76F56BF4FCC9F539",
        ),
        (
            ("PUT", DEVICE, {}, rb'{"name": "\u4f53\u8102\u79e4"}'),
            "8405EAD3FD523BC8AEB9175AC9D0678712E422B2825E542F9D52864341111D5B",
        ),
        (
            ("PUT", DEVICE, {}, '{"name":"体脂秤"}'.encode()),
            "9B5223F9D973A21CA7333CA619DFAA847C2912BCC88E6230C3221FFE136F07E1",
        ),
        (
            (
                "POST",
                f"{DEVICE}/commands",
                {},
                b'{"commands": [{"code": "switch_1", "value": true}]}',
            ),
            "74708F764887BCE316CDF1BBEA8A2A85076FBBC925948F858B41B595494A237B",
        ),
        (
            ("DELETE", DEVICE, {}, b""),
            "5C25CEE8AA0B1A9E76312487897D2879C3E0AEA0CCF9A6237DFCBBB5B0A2DA17",
        ),
    ],
)
def test_a_business_call_is_signed_over_its_exact_bytes(call, expected):
    found = signature(*call, token=TOKEN)

    assert found == expected


@pytest.mark.parametrize(
    ("call", "token", "expected"),
    [
        (TOKEN_CALL, "", "9E48A3E93B302EEECC803C7241985D0A34EB944F40FB573C7B5C2A82158AF13E"),
        (USERS, TOKEN, "AE4481C692AA80B25F3A7E12C3A5FD9BBF6251539DD78E565A1A72A508A88784"),
    ],
)
def test_the_vendors_own_vectors_with_nonce_and_signed_headers_are_met(call, token, expected):
    headers = "area_id:29a33e8796834b1efa6\ncall_id:8afdb70ab2ed11eb85290242ac130003\n"

    found = signature(*call, token=token, nonce=NONCE, headers=headers)

    assert found == expected


@pytest.mark.parametrize(
    ("call", "token", "expected"),
    [
        (TOKEN_CALL, "", "3206F74CBFC2869794FD3013C44F18166BE22AB1FB5FF66F513212264F67F681"),
        (USERS, TOKEN, "F858D3153DBD4FFA94D59D56B00E2945430F33F0403B8BE575F3A13B1F2D3B47"),
    ],
)
def test_a_nonce_alone_enters_the_signed_text(call, token, expected):
    found = signature(*call, token=token, nonce=NONCE)

    assert found == expected


def test_without_a_body_the_hash_is_that_of_nothing():
    assert hashlib.sha256(b"").hexdigest() in signing.text_to_sign("GET", "/")


def test_what_is_sent_is_encoded_and_in_the_order_that_is_signed():
    query = {"type": "1,2", "start_row_key": "a+b/c=", "size": "100"}

    assert signing.signed_url("/p", query) == "/p?size=100&start_row_key=a+b/c=&type=1,2"
    assert signing.wire_url("/p", query) == "/p?size=100&start_row_key=a%2Bb%2Fc%3D&type=1%2C2"


def test_no_query_leaves_no_question_mark():
    assert (signing.signed_url("/p", {}), signing.wire_url("/p", {})) == ("/p", "/p")
