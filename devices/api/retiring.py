"""REST: devices retired and brought back. Asks the door `devices.retiring`; decides nothing."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices import retiring
from devices.models import Device
from devices.orders import MOST_DEVICES
from people.rights import Needs, Right
from rest.calls import Call
from rest.idempotency import idempotent
from rest.problems import Problem
from rest.schema import KEY

from . import examples, relatives, shapes
from .devices import find, in_full

ONE, OTHER = "6c5b1d6e0a1f3b7c2dk9xz", "6c1f0a7be2d94c3380abcd"
WHY = {"reason": "Taken out of the hall; stays in the box until spring."}


class Why(shapes.Shape):
    """Why it is retired; kept beside the device and in the record."""

    reason = shapes.Text(max_length=retiring.LONGEST_REASON)


class Many(shapes.Shape):
    """Whom it is about."""

    devices = serializers.ListField(
        child=shapes.Text(max_length=64), min_length=1, max_length=MOST_DEVICES
    )


class ManyAndWhy(Many):
    """Whom to retire, and why."""

    reason = shapes.Text(max_length=retiring.LONGEST_REASON)


class Done(shapes.Shape):
    """Whose standing changed, and who was left as they were and why."""

    changed = serializers.ListField(child=shapes.Text())
    skip = shapes.Note(many=True)


def _some(why: str) -> dict[str, Any]:
    return {"changed": [ONE], "skip": [{"device_id": OTHER, "why": why}]}


def _read(kind: type[shapes.Shape], request: Request) -> dict[str, Any]:
    wanted = kind(data=request.data)
    wanted.is_valid(raise_exception=True)
    return dict(wanted.validated_data)


def _written(done: retiring.Done) -> Response:
    skip = [note.as_json() for note in done.skip]
    return Response({"changed": list(done.changed), "skip": skip})


def _one(device_id: str, done: retiring.Done) -> Response:
    """The device as it stands; that it stood so before is no refusal."""
    busy = next((note for note in done.skip if note.operation_id), None)
    if busy is not None:
        raise Problem(409, "busy", busy.why, operation=busy.operation_id)
    return Response(in_full(device_id))


class Retire(Call):
    """One device put aside."""

    permission_classes = (Needs(Right.REMOVE),)

    @extend_schema(
        operation_id="devices_retire",
        summary="Retire a device",
        parameters=[KEY],
        request=Why,
        examples=[examples.sent("Why", WHY)],
        responses=relatives.DeviceInFull,
    )
    @idempotent()
    def post(self, request: Request, device_id: str) -> Response:
        """Hide it, read it no more and tell USH nothing of it, until it is brought back."""
        found, said = find(device_id), _read(Why, request)
        if found.state == Device.State.REMOVED:
            raise Problem(409, "removed", _("This device was removed from the cloud."))
        ids = [found.device_id]
        return _one(device_id, retiring.retire(request, ids, said["reason"], timezone.now()))


class Restore(Call):
    """One device taken up again."""

    permission_classes = (Needs(Right.REMOVE),)

    @extend_schema(
        operation_id="devices_restore",
        summary="Bring a retired device back",
        parameters=[KEY],
        request=None,
        responses=relatives.DeviceInFull,
    )
    @idempotent()
    def post(self, request: Request, device_id: str) -> Response:
        """Read it again and tell USH all of it anew; 409 while it is about to be removed."""
        ids = [find(device_id).device_id]
        return _one(device_id, retiring.bring_back(request, ids, timezone.now()))


class RetireMany(Call):
    """Devices put aside."""

    permission_classes = (Needs(Right.REMOVE),)

    @extend_schema(
        operation_id="devices_retire_many",
        summary="Retire devices",
        parameters=[KEY],
        request=ManyAndWhy,
        examples=[
            examples.sent("Two devices", {"devices": [ONE, OTHER], **WHY}),
            examples.given("One was retired already", _some("It is retired already.")),
        ],
        responses=Done,
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Hide them, read them no more and tell USH nothing, until they are brought back."""
        said, now = _read(ManyAndWhy, request), timezone.now()
        return _written(retiring.retire(request, said["devices"], said["reason"], now))


class RestoreMany(Call):
    """Devices taken up again."""

    permission_classes = (Needs(Right.REMOVE),)

    @extend_schema(
        operation_id="devices_restore_many",
        summary="Bring retired devices back",
        parameters=[KEY],
        request=Many,
        examples=[
            examples.sent("Two devices", {"devices": [ONE, OTHER]}),
            examples.given("One was not retired", _some("It is not retired.")),
        ],
        responses=Done,
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Read them again and tell USH all of them anew."""
        said = _read(Many, request)
        return _written(retiring.bring_back(request, said["devices"], timezone.now()))
