"""An account that could not be used is refused where it is made, by the setting's name."""

import pytest

from devices.tuya.account import Account, Timeouts, base_url, timeouts

GOOD = {"client_id": "id", "client_secret": "s3cret", "base_url": "https://openapi.tuyaeu.com"}


@pytest.mark.parametrize(
    ("name", "value", "setting"),
    [
        ("client_id", "", "TUYA_CLIENT_ID"),
        ("client_id", "体脂", "TUYA_CLIENT_ID"),
        ("client_secret", "s3cret ", "TUYA_CLIENT_SECRET"),
        ("client_secret", "s3\ncret", "TUYA_CLIENT_SECRET"),
        ("base_url", "mars", "TUYA_BASE_URL"),
        ("log_edition", "gold", "TUYA_LOG_EDITION"),
    ],
)
def test_nonsense_is_refused_by_the_settings_name_without_the_secret(name, value, setting):
    with pytest.raises(ValueError, match=setting) as raised:
        Account(**GOOD | {name: value})

    assert "cret" not in str(raised.value).replace("TUYA_CLIENT_SECRET", "")


def test_a_call_of_thirty_seconds_has_the_usual_limits_and_a_shorter_one_shorter_ones():
    assert timeouts(30.0) == Timeouts()
    assert timeouts(3.0) == Timeouts(connect=1.0, read=1.0, write=1.0, pool=1.0, total=3.0)


def test_an_account_shows_no_secret():
    shown = repr(Account(**GOOD))

    assert shown == "Account(client_id='id', base_url='https://openapi.tuyaeu.com')"


def test_regions_have_names_and_urls_pass():
    assert base_url("EU") == "https://openapi.tuyaeu.com"
    assert base_url("sg") == "https://openapi-sg.iotbing.com"
    assert base_url("http://127.0.0.1:9090/") == "http://127.0.0.1:9090"
