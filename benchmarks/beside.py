"""Fleet's own settings, with the rivals of `benchmarks.rivals` mounted beside it."""

from fleet.settings import *  # noqa: F403 - all of them
from fleet.settings import INSTALLED_APPS as OWN

INSTALLED_APPS = [*OWN, "django.contrib.admin"]
ROOT_URLCONF = "benchmarks.rivals"
