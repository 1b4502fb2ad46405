"""What uvicorn serves."""

import os

from django.core.asgi import get_asgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "fleet.settings")
# The web process serves many threads: it shares a pool of connections among them.
os.environ.setdefault("FLEET_PROCESS", "web")

application = get_asgi_application()
