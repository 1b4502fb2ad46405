"""Turns DATABASE_URL into Django's description of a PostgreSQL database."""

from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

# A generic plan, once kept for a prepared statement, made trigram searches a hundred times slower.
# Compiling a statement takes PostgreSQL a tenth of a second and more, which a page does not have.
# So does starting other processes to help: only what reads millions of rows is worth it.
SESSION = "-c plan_cache_mode=force_custom_plan -c jit=off -c parallel_setup_cost=10000"

# Whoever waits for a server that is gone without a word finds out within a minute: by default a
# connection is asked for signs of life after two hours. Milliseconds only in the last one.
ALIVE = {
    "connect_timeout": "10",
    "keepalives_idle": "30",
    "keepalives_interval": "10",
    "keepalives_count": "3",
    "tcp_user_timeout": "60000",
}

# Many threads of the web process share few connections; workers and commands keep one each.
POOL = {"min_size": 2, "max_size": 20, "timeout": 10}


def describe(url: str, *, pooled: bool) -> dict[str, Any]:
    """Return the entry for DATABASES; the URL's query may carry libpq options such as sslmode."""
    parts = urlsplit(url)
    options: dict[str, Any] = ALIVE | dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    options.setdefault("application_name", "fleet")
    options["options"] = f"{options.get('options', '')} {SESSION}".strip()
    if pooled:
        options["pool"] = POOL
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")) or "fleet",
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": host,
        "PORT": str(parts.port or ""),
        "CONN_MAX_AGE": 0 if pooled else 600,
        "CONN_HEALTH_CHECKS": not pooled,
        "OPTIONS": options,
    }
