"""Every setting of Fleet. The environment is read here and nowhere else, once, by typed readers.

docs/configuration.md explains each name. Nonsense is refused at the start, by name.
"""

import os
import re
import tomllib
from datetime import timedelta
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet
from django.core.exceptions import ImproperlyConfigured

from fleet import database, runfile
from fleet.environment import Environment, dotenv, refuse
from fleet.gate import *  # noqa: F403 - each of them is a setting
from fleet.gate import GATE_APPS, content_security_policy, single_sign_on

BASE_DIR = Path(__file__).resolve().parent.parent
ENV_FILE = Path(os.environ.get("FLEET_ENV_FILE") or BASE_DIR / ".env")
VERSION: str = tomllib.loads((BASE_DIR / "pyproject.toml").read_text("utf-8"))["project"]["version"]
env = Environment(dotenv(ENV_FILE) | dict(os.environ))

# --- where this run lives -------------------------------------------------------------------------

FLEET_DATA = Path(env.text("FLEET_DATA", str(BASE_DIR / "var"))).absolute()
PORT = env.integer("PORT", 8000, most=65535)
FLOWER_PORT = env.integer("FLOWER_PORT", 5555, most=65535)
DEBUG = env.flag("DEBUG", default=False)

# What a running `make run` says about itself; empty when none is up.
running: dict[str, Any] = runfile.read(FLEET_DATA)

DATABASE_URL = env.url("DATABASE_URL", running.get("database_url", ""), ("postgresql", "postgres"))
BROKER_URL = env.url("BROKER_URL", running.get("broker_url", ""), ("redis", "rediss", "unix"))
# manage.py asks this before it runs a command that needs them.
SERVICES_KNOWN = bool(DATABASE_URL and BROKER_URL)


def secret(name: str, spare: str) -> str:
    """Return a secret of the environment or of the first start; a spare only where nothing lasts.

    Without a database nothing is stored, and with DEBUG on nothing is meant to be kept.
    """
    value = env.text(name) or running.get(name.lower(), "")
    if not value and DATABASE_URL and not DEBUG:
        message = (
            f"{name} is not set, but is required when DEBUG is 0 and the database is not the "
            f"embedded one: set it (docs/configuration.md says how to make one) and start again."
        )
        raise ImproperlyConfigured(message)
    return value or spare


SECRET_KEY = secret("SECRET_KEY", "only-for-debugging-and-checks-" + "0" * 30)
FIELD_ENCRYPTION_KEYS = [
    key.strip() for key in secret("FIELD_ENCRYPTION_KEYS", "MDAw" * 10 + "MDA=").split(",")
]
for key in FIELD_ENCRYPTION_KEYS:
    try:
        Fernet(key)
    except ValueError:
        raise refuse(
            "FIELD_ENCRYPTION_KEYS", "...", "Fernet keys (32 bytes in base64), newest first"
        ) from None
# This machine may always ask: `make run` and monitors look at /healthz through loopback.
ALLOWED_HOSTS = [*env.items("ALLOWED_HOSTS"), "localhost", "127.0.0.1", "[::1]"]
CSRF_TRUSTED_ORIGINS = env.items("CSRF_TRUSTED_ORIGINS")
for origin in CSRF_TRUSTED_ORIGINS:
    if not re.fullmatch(r"https?://[^/\s]+", origin):
        raise refuse("CSRF_TRUSTED_ORIGINS", origin, "origins such as https://fleet.example.com")
ADMIN_USERNAME = env.text("ADMIN_USERNAME", "admin")
ADMIN_PASSWORD = env.text("ADMIN_PASSWORD")

# --- who may come in ------------------------------------------------------------------------------

# Behind TLS cookies never travel without it, and browsers are told to keep to it.
TLS = any(origin.startswith("https:") for origin in CSRF_TRUSTED_ORIGINS)
HSTS = env.duration("HSTS", "1h", least=timedelta(0))
AXES_FAILURE_LIMIT = env.integer("SIGN_IN_TRIES", 5, most=1000)
TOKEN_CALLS_PER_MINUTE = env.integer("TOKEN_CALLS_PER_MINUTE", 6000, least=0)
AXES_COOLOFF_TIME = env.duration("SIGN_IN_LOCK", "15m", least=timedelta(seconds=1))
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not TLS  # browsers allow passkeys without TLS on loopback only

OIDC_ISSUER = env.url("OIDC_ISSUER", "", ("https", "http"))
OIDC_CLIENT_ID = env.text("OIDC_CLIENT_ID")
OIDC_CLIENT_SECRET = env.text("OIDC_CLIENT_SECRET")
OIDC_NAME = env.text("OIDC_NAME", "Single sign-on")
OIDC_ROLE_CLAIM = env.text("OIDC_ROLE_CLAIM")
OIDC_ROLES = env.pairs("OIDC_ROLES", ("viewer", "operator", "manager", "admin"))
OIDC_DEFAULT_ROLE = env.choice("OIDC_DEFAULT_ROLE", "none", ("none", "viewer"))
if bool(OIDC_ISSUER) != bool(OIDC_CLIENT_ID):
    raise refuse("OIDC_ISSUER", OIDC_ISSUER, "set together with OIDC_CLIENT_ID, or neither")
CONTENT_SECURITY_POLICY = content_security_policy(OIDC_ISSUER)
SOCIALACCOUNT_PROVIDERS = single_sign_on(OIDC_ISSUER, OIDC_CLIENT_ID, OIDC_CLIENT_SECRET, OIDC_NAME)
DEMO_DEVICES = env.integer("DEMO_DEVICES", 500, most=100_000)
DEMO_PRODUCTS = env.text("DEMO_PRODUCTS")

# --- the device cloud -----------------------------------------------------------------------------

# https://developer.tuya.com/en/docs/iot/api-request?id=Ka4a8uuo1j4t4
REGIONS = {
    "cn": "https://openapi.tuyacn.com",
    "us": "https://openapi.tuyaus.com",
    "us-e": "https://openapi-ueaz.tuyaus.com",
    "eu": "https://openapi.tuyaeu.com",
    "eu-w": "https://openapi-weaz.tuyaeu.com",
    "in": "https://openapi.tuyain.com",
    "sg": "https://openapi-sg.iotbing.com",
}
# The message service of each data center (facts of the vendor's SDKs); Singapore's is published
# nowhere.
FEEDS = {
    REGIONS[region]: f"wss://mqe.tuya{place}.com:8285"
    for region, place in (
        ("cn", "cn"), ("us", "us"), ("us-e", "us"), ("eu", "eu"), ("eu-w", "eu"), ("in", "in"),
    )
}  # fmt: skip
DISCOVERY = re.compile(r"associated-users|thing|ids|user:[^\s,]+(,[^\s,]+)*")

TUYA_CLIENT_ID = env.text("TUYA_CLIENT_ID")
TUYA_CLIENT_SECRET = env.text("TUYA_CLIENT_SECRET")
if bool(TUYA_CLIENT_ID) != bool(TUYA_CLIENT_SECRET):
    given, missing = "TUYA_CLIENT_ID", "TUYA_CLIENT_SECRET"
    if TUYA_CLIENT_SECRET:
        given, missing = missing, given
    half = f"{given} is set but {missing} is not: set both for your cloud project, or neither for"
    raise ImproperlyConfigured(half + " the demo with simulated devices.")

# With no cloud project Fleet mirrors the simulator that `make run` started, and every page says so.
DEMO = not TUYA_CLIENT_ID
if DEMO:
    TUYA_CLIENT_ID = running.get("tuya_client_id", "")
    TUYA_CLIENT_SECRET = running.get("tuya_client_secret", "")

region = env.text("TUYA_BASE_URL", "cn")
if region not in REGIONS and "://" not in region:
    raise refuse("TUYA_BASE_URL", region, f"an https:// address or one of {', '.join(REGIONS)}")
TUYA_BASE_URL = REGIONS.get(region) or env.url("TUYA_BASE_URL", "", ("https", "http")).rstrip("/")
if DEMO:
    TUYA_BASE_URL = running.get("tuya_base_url", TUYA_BASE_URL)
TUYA_DISCOVERY = env.pattern(
    "TUYA_DISCOVERY",
    "associated-users",
    DISCOVERY,
    "associated-users, user:<uid>[,<uid>], thing or ids",
)
TUYA_LOG_EDITION = env.choice("TUYA_LOG_EDITION", "free", ("free", "paid"))
TUYA_QPS = env.number("TUYA_QPS", 10, least=0.01, most=10_000)
TUYA_TIMEOUT = env.duration("TUYA_TIMEOUT", "30s")
TUYA_MONTHLY_CALLS = env.optional_integer("TUYA_MONTHLY_CALLS")
TUYA_FEED = env.choice("TUYA_FEED", "off", ("off", "event", "event-test"))
feed_url = FEEDS.get(TUYA_BASE_URL, "")
if DEMO:
    feed_url = TUYA_BASE_URL.replace("http://", "ws://", 1)
TUYA_FEED_URL = env.url("TUYA_FEED_URL", feed_url, ("wss", "ws"))
if TUYA_FEED != "off" and not TUYA_FEED_URL and TUYA_BASE_URL:
    raise ImproperlyConfigured(
        f"TUYA_FEED_URL is not set, but is required when TUYA_FEED is {TUYA_FEED} and TUYA_BASE_URL"
        f" is {TUYA_BASE_URL}: no address of a message service is known for it; set it, or"
        " TUYA_FEED=off, and start again."
    )
SYNC_INTERVAL = env.duration("SYNC_INTERVAL", "30s")
HARVEST_INTERVAL = env.duration("HARVEST_INTERVAL", "5m")
EXPORT_DAYS = env.integer("EXPORT_DAYS", 7, most=3650)
COOLING_OFF = env.duration("COOLING_OFF", "30s", least=timedelta(0))
LOG_RETENTION = env.lifetimes("LOG_RETENTION", "*=forever")
APPROVAL_ABOVE = env.optional_integer("APPROVAL_ABOVE", least=0)
APPROVAL_CATEGORIES = frozenset(env.items("APPROVAL_CATEGORIES"))
APPROVAL_EXPIRES = env.duration("APPROVAL_EXPIRES", "24h", least=timedelta(minutes=1))
RETIRE_FIRST = env.flag("RETIRE_FIRST", default=False)

# --- the voice cloud ------------------------------------------------------------------------------

USH_REPORT_URL = env.url(
    "USH_REPORT_URL",
    (DEMO and running.get("ush_report_url")) or "http://gw-std.hivoice.cn/v2/iot/status-report",
    ("https", "http"),
)
USH_FORMAT = env.choice("USH_FORMAT", "devices", ("devices", "envelope"))
USH_SOURCE_CODE = env.text("USH_SOURCE_CODE")
USH_HEADERS = env.headers("USH_HEADERS")
USH_PROXY = env.url("USH_PROXY", "", ("http", "https"))
USH_MAX_DEVICES = env.integer("USH_MAX_DEVICES", 50, most=1000)
USH_QPS = env.number("USH_QPS", 5, least=0.01, most=10_000)
USH_WINDOW = env.duration("USH_WINDOW", "1s", least=timedelta(0))
USH_ENABLED = env.flag("USH_ENABLED", default=True)
# Who answers the reporting side about devices: it must not know their room (see reporting.source).
STATE_SOURCE = "devices.retelling"

# --- Django ---------------------------------------------------------------------------------------

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django.contrib.humanize",
    "rest_framework",
    "django_filters",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "django_htmx",
    *GATE_APPS,
    "fleet",
    "people",
    "rest",
    "pages",
    "reporting",
    "devices",
]
MIDDLEWARE = [
    "fleet.numbering.numbered",
    "fleet.chain.Security",
    "fleet.chain.Policy",
    "servestatic.middleware.ServeStaticMiddleware",
    "fleet.compression.Compressed",
    "pages.marked.Marked",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "people.callers.remember",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "axes.middleware.AxesMiddleware",  # last: it answers in the place of a page
]
ROOT_URLCONF = "fleet.urls"
ASGI_APPLICATION = "fleet.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.template.context_processors.tz",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "pages.context.shell",
                "devices.views.context.cloud",
            ],
        },
    },
    {
        # The rows of long tables only, asked for by name: `*.jinja.html`.
        "NAME": "jinja2",
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "DIRS": [BASE_DIR / "templates"],
        "OPTIONS": {"environment": "pages.engine.environment"},
    },
]

# No URL, no database: commands that need none still run, and nothing waits for a server.
WEB = os.environ.get("FLEET_PROCESS") == "web"
DATABASES = {"default": database.describe(DATABASE_URL, pooled=WEB)} if DATABASE_URL else {}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

LOGIN_URL = "people:login"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = "people:login"
SESSION_ENGINE = "people.sessions"
SESSION_COOKIE_NAME = "fleet_session"
CSRF_COOKIE_NAME = "fleet_csrf"
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = TLS
SECURE_HSTS_SECONDS = int(HSTS.total_seconds()) if TLS else 0
X_FRAME_OPTIONS = "DENY"
SECURE_REFERRER_POLICY = "same-origin"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
]

TIME_ZONE = "UTC"
USE_TZ = True
LANGUAGE_CODE = "en"
LANGUAGES = [("en", "English"), ("zh-hans", "简体中文")]
LOCALE_PATHS = [BASE_DIR / "locale"]

STATIC_URL = "/static/"
STATIC_ROOT = FLEET_DATA / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "fleet.static_files.Storage"},
}

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": [
        "people.tokens.TokenAuthentication",
        "rest_framework.authentication.SessionAuthentication",
    ],
    "DEFAULT_PERMISSION_CLASSES": ["people.rights.MayBrowse"],
    "DEFAULT_THROTTLE_CLASSES": ["people.throttle.PerToken"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": ["rest_framework.parsers.JSONParser"],
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "EXCEPTION_HANDLER": "rest.problems.handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Fleet",
    "DESCRIPTION": "The devices that Fleet mirrors, their history, and what staff may do to them.",
    "VERSION": "1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SCHEMA_PATH_PREFIX": "/api/v1",
    "SWAGGER_UI_DIST": "SIDECAR",
    "SWAGGER_UI_FAVICON_HREF": "SIDECAR",
    "REDOC_DIST": "SIDECAR",
    "ENUM_NAME_OVERRIDES": {
        "DeviceState": "devices.models.Device.State",
        "OperationKind": "devices.models.Operation.Kind",
        "OperationState": "devices.models.Operation.State",
        "ItemOutcome": "devices.models.OperationItem.Outcome",
        "RunKind": "devices.models.SyncRun.Kind",
        "RunOutcome": "devices.models.SyncRun.Outcome",
    },
}

# Django's own loggers are set by this one, too: one format for every line of every part.
LOGGING_CONFIG = "logging.config.dictConfig"
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "fleet.logs.LineFormatter"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        # They log whole addresses at INFO, and a cloud's address may carry what is nobody's.
        "httpx": {"level": "WARNING"},
        "httpcore": {"level": "WARNING"},
        "django": {"level": "INFO", "propagate": True},
        # Sign-ins are in the record of deeds, and names in the terminal are nobody's business.
        "axes": {"level": "ERROR"},
        # Tasks are rung every second: Flower shows each of them, the terminal only what they say.
        "celery": {"level": "INFO"},
        "celery.beat": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        "celery.worker.request": {"level": "WARNING"},
        "kombu": {"level": "WARNING"},
        # It asks each worker before any is up.
        "flower.inspector": {"level": "ERROR"},
    },
}
