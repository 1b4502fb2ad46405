"""What uvicorn serves."""

import gc
import os

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.settings")
# The web process serves many threads: it shares a pool of connections among them.
os.environ.setdefault("FLEET_PROCESS", "web")

django.setup(set_prefix=False)

from django.urls import get_resolver  # noqa: E402 - these need the settings

from fleet.chain import Handler  # noqa: E402
from fleet.sharing import Sharing  # noqa: E402

application = Sharing(Handler())
_ = get_resolver().url_patterns  # every page is loaded now, and not by the first who asks
# What is loaded stays for ever. Looking through it for garbage stopped a page for 60 ms and more.
gc.freeze()
# A page makes tens of thousands of objects, and nearly none of them in a ring: looked through after
# every 700 as by default, they cost each page a twentieth of its time.
gc.set_threshold(10_000, 10, 10)
