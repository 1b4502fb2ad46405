"""The product's settings, but for what would only make tests slow."""

from tests import services

services.start_all()

from fleet.settings import *  # noqa: E402, F403 - reads the environment that was just made

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
# Nothing is collected before a test: pages name their static files without a fingerprint.
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
SERVESTATIC_USE_FINDERS = True
SERVESTATIC_AUTOREFRESH = True
CELERY_TASK_ALWAYS_EAGER = False
