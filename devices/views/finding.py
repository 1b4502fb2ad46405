"""What the palette asks while somebody types: devices by a part of their name or id."""

from django.http import HttpRequest, JsonResponse
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.views.decorators.http import require_GET

from devices import finding, words
from devices.models import Device
from devices.views import standing
from pages.badges import badge
from people.gates import require
from people.rights import Right


@require_GET
@require(Right.BROWSE)
def find(request: HttpRequest) -> JsonResponse:
    """Answer `?q=` with at most twenty devices, by name."""
    language = get_language() or "en"
    found = finding.find(request.GET.get("q", ""))
    answer = JsonResponse({"devices": [shown(one, language) for one in found]})
    answer["Cache-Control"] = "private, no-store"
    return answer


def shown(device: Device, language: str) -> dict[str, str]:
    """Return one device as the palette writes it, in the reader's language."""
    look = badge(standing.state(device))
    category = capfirst(words.category_name(device.category, language))
    return {
        "address": reverse("devices:detail", args=[device.device_id]),
        "name": str(device),
        "about": " · ".join(filter(None, (category, device.device_id))),
        "state": str(look.word),
        "tone": look.tone,
        "icon": words.category_icon(device.category),
    }
