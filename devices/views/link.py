"""Joining a device with the one it continues, and parting them; what the device page offers."""

from typing import Any, NamedTuple

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from devices import pairing
from devices.models import Device
from people.gates import require
from people.rights import Right

WITH = "predecessor"  # the one value of `?with=`


class Offer(NamedTuple):
    """Another device that may be the same hardware; `newer` is the one that a join belongs to."""

    other: Device
    marks: str
    newer: Device
    older: Device


@require_POST
@require(Right.RENAME)
def link(request: HttpRequest, device_id: str) -> HttpResponse:
    """Join with the predecessor that the form names; with none named, part from it."""
    wanted, now = request.POST.get("predecessor", "").replace("\0", "")[:64], timezone.now()
    try:
        if wanted:
            pairing.join(request, device_id, wanted, now)
            messages.success(request, _("The two are joined; their history can be read as one."))
        elif pairing.part(request, device_id, now) is None:
            raise Http404
        else:
            messages.success(request, _("The two are parted."))
    except pairing.CannotJoinError as no:
        messages.error(request, str(no))
    return redirect("devices:detail", device_id)


def relatives(device: Device, *, has_kin: bool) -> dict[str, Any]:
    """Return what the head of a device's page says of its other ids; kin: who shares a mark."""
    older = pairing.possible_predecessors(device) if has_kin else []
    newer = pairing.possible_successors(device) if has_kin else []
    offers = [
        *(Offer(one, ", ".join(pairing.alike(device, one)), device, one) for one in older),
        *(Offer(one, ", ".join(pairing.alike(device, one)), one, device) for one in newer),
    ]
    successor = None
    if device.state != Device.State.PRESENT:
        successor = Device.objects.filter(predecessor=device).only("device_id", "name").first()
    return {"predecessor": device.predecessor, "successor": successor, "offers": offers}


def older(request: HttpRequest, device: Device) -> list[Device]:
    """Return the devices whose rows are wanted too: `?with=predecessor`."""
    return pairing.lineage(device) if request.GET.get("with") == WITH else []
