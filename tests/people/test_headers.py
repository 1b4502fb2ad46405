"""What every page tells the browser about whom to trust: Fleet itself, and nobody else."""

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data:",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}


@pytest.mark.parametrize("path", ["/login/", "/healthz", "/api/v1/devices/", "/nowhere/"])
def test_every_answer_says_whom_to_trust(path):
    said = Client().get(path).headers

    assert set(said["Content-Security-Policy"].split("; ")) == POLICY
    assert {name: said[name] for name in (
        "X-Frame-Options", "Referrer-Policy", "Cross-Origin-Opener-Policy", "X-Content-Type-Options"
    )} == {
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "same-origin",
        "Cross-Origin-Opener-Policy": "same-origin",
        "X-Content-Type-Options": "nosniff",
    }  # fmt: skip
