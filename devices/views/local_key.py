"""The page that shows a local key once, to those who may see it; it is never part of a GET."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from devices import local_keys
from devices.models import Device
from people.gates import require
from people.rights import Right


@require_POST
@require(Right.REVEAL)
@never_cache
def local_key(request: HttpRequest, device_id: str) -> HttpResponse:
    """Show the key; that somebody looked is on record before it is read."""
    device = get_object_or_404(Device.objects.defer("local_key"), device_id=device_id)
    key = local_keys.reveal(request, device, timezone.now())
    return render(request, "devices/local_key.html", {"device": device, "local_key": key})
