"""Brings the database and the static files up to date, in one process: Django boots once.

Safe to run at every start and from several machines: each step does nothing when nothing is to do.
"""

import argparse
import hashlib
import json
import os
import sys
from collections.abc import Iterable
from pathlib import Path

import django
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import OperationalError, connection
from django.utils import timezone

LOCK = 7_003_210  # any fixed number: two starts at once must not migrate at once
STAMP = ".collected"
# Static files of packages that no page of Fleet names; fingerprinting them takes seconds.
UNUSED = ["redoc", "rest_framework", "ext", "htm*-4*"]


def main(arguments: list[str]) -> int:
    """Prepare, say who the first user is, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m fleet.prepare", description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the first user as JSON")
    wants = parser.parse_args(arguments)
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.settings")
    try:
        django.setup()
        first = prepare()
    except (ImproperlyConfigured, OperationalError) as problem:
        sys.stderr.write(f"{str(problem).strip()}\n")
        return 2
    words = f"First user: {first['username']} / {first['password']}\n" if first else ""
    sys.stdout.write(json.dumps(first) if wants.json else words)
    return 0


def prepare() -> dict[str, str]:
    """Migrate, make roles and the first user, collect static files."""
    from fleet import release, restored  # noqa: PLC0415 - models need Django set up
    from fleet.settings import env  # noqa: PLC0415
    from people import first as people_first  # noqa: PLC0415
    from people import seen_settings  # noqa: PLC0415

    # Last comes what says a password: nothing may fail between making and telling it.
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [LOCK])
        if lacking := release.refuse_newer():
            sys.stderr.write(f"{lacking}\n")
        collect()
        call_command("migrate", verbosity=0, interactive=False)
        release.sign()
        password = people_first.ensure_first_user(
            settings.ADMIN_USERNAME, settings.ADMIN_PASSWORD or None
        )
        seen_settings.look(env.seen, timezone.now())
        restored.look(timezone.now())
        restored.count_rows()
        cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
    if not password:
        return {}
    shown = "the one in ADMIN_PASSWORD" if settings.ADMIN_PASSWORD else password
    return {"username": settings.ADMIN_USERNAME, "password": shown}


def collect() -> None:
    """Collect static files when any of them changed; fingerprinting all takes seconds."""
    root = Path(settings.STATIC_ROOT)
    stamp = root / STAMP
    print_of_sources = fingerprint([settings.BASE_DIR / "static", *package_folders()])
    if stamp.is_file() and stamp.read_text(encoding="utf-8") == print_of_sources:
        return
    call_command("collectstatic", verbosity=0, interactive=False, ignore_patterns=UNUSED)
    stamp.write_text(print_of_sources, encoding="utf-8")


def package_folders() -> Iterable[Path]:
    """Return the static folders of installed apps."""
    from django.apps import apps  # noqa: PLC0415

    return [Path(config.path) / "static" for config in apps.get_app_configs()]


def fingerprint(folders: Iterable[Path]) -> str:
    """Return a digest of names, sizes and times."""
    digest = hashlib.sha256()
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            facts = path.stat()
            digest.update(f"{path}|{facts.st_size}|{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest()


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
