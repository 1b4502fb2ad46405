"""Settings of the ways in that no environment changes: lock-out, second factors, sessions.

`fleet/settings.py` takes all of these; what an operator may change is read there.
"""

from typing import Any
from urllib.parse import urlsplit

GATE_APPS = [
    "csp",
    "axes",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]

AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: who is locked out is not even compared
    "people.bearers.SignedIn",
]

# Five wrong passwords lock a name for the address they came from, not for everybody else.
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_LOCKOUT_CALLABLE = "people.views.entry.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # trying on does not lengthen it
AXES_DISABLE_ACCESS_LOG = True  # the record of deeds keeps sign-ins
AXES_ENABLE_ADMIN = False
AXES_VERBOSE = False

ACCOUNT_ADAPTER = "people.entrance.Entrance"
ACCOUNT_LOGIN_METHODS = {"username"}
ACCOUNT_SIGNUP_FIELDS = ["username*"]
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_RATE_LIMITS = False  # axes counts, in the database, for all processes together
ACCOUNT_REAUTHENTICATION_TIMEOUT = 600  # seconds; who changes a second factor signs in anew
ACCOUNT_SESSION_REMEMBER = True

MFA_ADAPTER = "people.factors.Factors"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_TOTP_ISSUER = "Fleet"

SOCIALACCOUNT_ADAPTER = "people.sso.SingleSignOn"
SOCIALACCOUNT_AUTO_SIGNUP = True
SOCIALACCOUNT_STORE_TOKENS = False
SOCIALACCOUNT_EMAIL_AUTHENTICATION = False  # an address proves nobody: no joining of accounts by it

# `manage.py check --deploy`: left to the proxy that ends TLS, and to who owns the domain.
SILENCED_SYSTEM_CHECKS = [
    "security.W001",  # fleet.chain.Security is the middleware that is looked for by name
    "security.W005",  # HSTS for subdomains is not ours to promise
    "security.W008",  # the proxy sends http to https; /healthz is asked without TLS on loopback
    "security.W021",  # nor is the browsers' preload list
]


def single_sign_on(issuer: str, client_id: str, client_secret: str, name: str) -> dict[str, Any]:
    """What allauth wants to know of the OpenID Connect provider; nothing when there is none."""
    if not issuer:
        return {}
    app = {
        "provider_id": "sso",
        "name": name,
        "client_id": client_id,
        "secret": client_secret,
        "settings": {"server_url": issuer, "fetch_userinfo": True, "oauth_pkce_enabled": True},
    }
    return {"openid_connect": {"APPS": [app], "OAUTH_PKCE_ENABLED": True}}


def content_security_policy(issuer: str) -> dict[str, Any]:
    """What a page may load, run and send to: Fleet itself, and nothing written into the page.

    Browsers hold a form to its address through every redirect: the way to the provider is one.
    """
    own = ["'self'"]
    provider = urlsplit(issuer)
    beyond = [f"{provider.scheme}://{provider.netloc}"] if issuer else []
    return {
        "DIRECTIVES": {
            "default-src": ["'none'"],
            "script-src": own,
            "style-src": own,
            "img-src": [*own, "data:"],  # the style sheet's own pictures, and the app's QR code
            "font-src": own,
            "connect-src": own,
            "manifest-src": own,
            "form-action": [*own, *beyond],
            "base-uri": ["'none'"],
            "frame-ancestors": ["'none'"],
        }
    }
