"""The alarm clock: when each task is rung, and how. Rows are the queue; no task carries data.

Losing any task costs its interval: every one looks for work in the database when it is rung.
"""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.settings")

app = Celery("fleet", broker=settings.BROKER_URL)
