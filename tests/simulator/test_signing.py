"""The vendor's own vectors, and vectors on which two of its client libraries agree."""

import pytest

from simulator import signing

SECRET = "4OHBOnWOqaEC1mWXOpVL3yV50s0qGSRC"
HEADERS = {
    "client_id": "1KAD46OrT9HafiKdsXeg",
    "t": "1588925778000",
    "access_token": "3f4eda2bdec17232f67c0b188af3eec1",
}
DEVICE = "/v1.0/devices/75500780ecfabc9a0001"
LOG_QUERY = (
    ("type", "1,2,7"),
    ("start_time", "1588320978000"),
    ("end_time", "1588925778000"),
    ("codes", "switch_1,switch_2"),
    ("query_type", "1"),
    ("size", "100"),
    ("start_row_key", "NjUwODIzNDU1Xzk="),
)


@pytest.mark.parametrize(
    ("method", "path", "query", "body", "sign"),
    [
        (
            "GET",
            "/v1.0/token",
            (("grant_type", "1"),),
            b"",
            "7BA26C076E5ECB1E959BE274A0FFB397B2B1865FC7BCED8F1C78AC5653C20CAA",
        ),
        (
            "GET",
            f"{DEVICE}/logs",
            LOG_QUERY,
            b"",
            "FF2F6F90C4D5F2B48F8710AC1BDD5F7FE56B38F9C2B90FA085B446E5FB571B88",
        ),
        (
            "PUT",
            DEVICE,
            (),
            b'{"name": "Kitchen plug"}',
            "61EA8352EA35892CC68A67EBDC8D8AE89DFA2E52E41D097C76F56BF4FCC9F539",
        ),
        (
            "PUT",
            DEVICE,
            (),
            b'{"name": "\\u4f53\\u8102\\u79e4"}',
            "8405EAD3FD523BC8AEB9175AC9D0678712E422B2825E542F9D52864341111D5B",
        ),
        (
            "POST",
            f"{DEVICE}/commands",
            (),
            b'{"commands": [{"code": "switch_1", "value": true}]}',
            "74708F764887BCE316CDF1BBEA8A2A85076FBBC925948F858B41B595494A237B",
        ),
        (
            "DELETE",
            DEVICE,
            (),
            b"",
            "5C25CEE8AA0B1A9E76312487897D2879C3E0AEA0CCF9A6237DFCBBB5B0A2DA17",
        ),
    ],
)
def test_a_plain_request_is_signed_as_two_client_libraries_sign_it(method, path, query, body, sign):
    token_call = path == "/v1.0/token"

    made = signing.expected(SECRET, method, path, query, body, HEADERS, token_call=token_call)

    assert made == sign


@pytest.mark.parametrize(
    ("path", "query", "sign"),
    [
        (
            "/v1.0/token",
            (("grant_type", "1"),),
            "9E48A3E93B302EEECC803C7241985D0A34EB944F40FB573C7B5C2A82158AF13E",
        ),
        (
            "/v2.0/apps/schema/users",
            (("page_size", "50"), ("page_no", "1")),
            "AE4481C692AA80B25F3A7E12C3A5FD9BBF6251539DD78E565A1A72A508A88784",
        ),
    ],
)
def test_signed_headers_and_a_nonce_give_the_vendors_published_signature(path, query, sign):
    headers = HEADERS | {
        "nonce": "5138cc3a9033d69856923fd07b491173",
        "signature-headers": "area_id:call_id",
        "area_id": "29a33e8796834b1efa6",
        "call_id": "8afdb70ab2ed11eb85290242ac130003",
    }

    made = signing.expected(
        SECRET, "GET", path, query, b"", headers, token_call=path == "/v1.0/token"
    )

    assert made == sign
