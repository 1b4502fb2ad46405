"""What uvicorn serves."""

import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.settings")
# The web process serves many threads: it shares a pool of connections among them.
os.environ.setdefault("FLEET_PROCESS", "web")

django.setup(set_prefix=False)

from fleet.chain import Handler  # noqa: E402 - it needs the settings

application = Handler()
