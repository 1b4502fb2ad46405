"""What REST says of a device's other ids: the one it continues, and those it may continue."""

from collections.abc import Mapping
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from devices import pairing
from devices.models import Device
from rest import queries

from . import examples, shapes
from .rows import Row

TOGETHER = OpenApiParameter(
    "with", str, enum=["predecessor"], description="The rows of the ids that it continues, too."
)


class Relative(shapes.Shape):
    """A device that left, and why it may be this one under an older id."""

    device_id = shapes.Text()
    name = shapes.Text(allow_blank=True)
    state = serializers.ChoiceField(choices=Device.State.choices)
    same = serializers.ListField(
        child=serializers.ChoiceField(choices=pairing.MARKS), help_text="What the two share."
    )


class DeviceInFull(shapes.Device):
    """The mirror of one device, and what it may continue."""

    predecessor = shapes.Text(allow_null=True, help_text="The same hardware under an older id.")
    possible_predecessors = Relative(many=True)
    retired_by = shapes.Text(allow_blank=True)
    retired_reason = shapes.Text(allow_blank=True)


class Link(shapes.Shape):
    """Which device it continues; null parts it from its predecessor."""

    predecessor = shapes.Text(max_length=64, allow_null=True)


EXAMPLE: dict[str, Any] = examples.DEVICE | {
    "predecessor": None,
    "possible_predecessors": [
        {
            "device_id": "6c1f0a7be2d94c3380abcd",
            "name": "Desk plug",
            "state": "removed",
            "same": ["uuid", "mac"],
        }
    ],
    "retired_by": "",
    "retired_reason": "",
}


def of(device_id: str) -> Row:
    """Return what a list leaves out; the device is known to exist."""
    found = Device.objects.select_related("predecessor")
    shown = (*pairing.SEEN, "predecessor__device_id", "retired_by", "retired_reason")
    device = found.only(*shown).get(device_id=device_id)
    return {
        "predecessor": device.predecessor.device_id if device.predecessor else None,
        "possible_predecessors": [
            {
                "device_id": one.device_id,
                "name": one.name,
                "state": one.state,
                "same": pairing.alike(device, one),
            }
            for one in pairing.possible_predecessors(device)
        ],
        "retired_by": device.retired_by,
        "retired_reason": device.retired_reason,
    }


def older(query: Mapping[str, str], device: Device) -> list[Device]:
    """Return the devices whose rows are wanted too, the newest first."""
    wanted = queries.choice(query, TOGETHER.name, ("predecessor",))
    return pairing.lineage(device) if wanted else []
