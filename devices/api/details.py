"""REST: what else there is to know of one device, and asking the cloud about it now."""

from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from devices import bell, books, local_keys, pairing, project
from devices.models import Device
from people.rights import Needs, Right
from reporting import outbox
from rest import paging
from rest.calls import Call
from rest.idempotency import idempotent
from rest.problems import Problem, invalid
from rest.schema import KEY, PAGING, paged
from rest.times import stamp

from . import relatives, rows, shapes
from .devices import find, in_full, listed


class Coverage(Call):
    """How much of a device's log is proven."""

    shape = shapes.Coverage

    @extend_schema(
        operation_id="devices_coverage",
        summary="Show what of a device's log is proven",
        responses=shapes.Coverage,
    )
    def get(self, request: Request, device_id: str) -> Response:
        """Show what is complete, unread and lost, and when the vendor drops more."""
        del request
        device, now = find(device_id), timezone.now()
        return Response({"device_id": device.device_id} | rows.ledger(books.of(device, now)))


class SubDevices(Call):
    """What hangs behind a gateway."""

    shape = shapes.Device
    parameters = paging.PARAMETERS

    @extend_schema(
        operation_id="devices_sub_devices",
        summary="List a gateway's sub-devices",
        parameters=PAGING,
        responses=paged(shapes.Device, "Devices"),
    )
    def get(self, request: Request, device_id: str) -> Response:
        """List the devices behind a gateway; none for any other device."""
        children = Device.objects.children_of(find(device_id).device_id).not_removed()
        return listed(request, children, ("name", "id"))


class FactoryInfo(Call):
    """What the maker wrote into a device."""

    shape = shapes.FactoryInfo

    @extend_schema(
        operation_id="devices_factory_info",
        summary="Show uuid, sn and mac",
        responses=shapes.FactoryInfo,
    )
    def get(self, request: Request, device_id: str) -> Response:
        """Show uuid, serial number and mac address, as far as the cloud told them."""
        del request
        device = find(device_id)
        return Response(
            {
                "device_id": device.device_id,
                "uuid": device.uuid,
                "sn": device.sn,
                "mac": device.mac,
                "read_at": stamp(device.factory_read_at),
            }
        )


class Delivery(Call):
    """What USH knows of a device."""

    shape = shapes.Cell

    @extend_schema(
        operation_id="devices_delivery",
        summary="Show what USH has been told",
        responses=shapes.Cell(many=True),
    )
    def get(self, request: Request, device_id: str) -> Response:
        """Show, per property, the newest value and the one that USH acknowledged."""
        del request
        return Response([rows.cell(one) for one in outbox.knowledge(find(device_id).device_id)])


class Sync(Call):
    """Reading one device now."""

    permission_classes = (Needs(Right.SYNC),)

    @extend_schema(
        operation_id="devices_sync",
        summary="Read a device from the cloud now",
        parameters=[KEY],
        request=None,
        responses={202: shapes.Asked},
    )
    @idempotent()
    def post(self, request: Request, device_id: str) -> Response:
        """Ring the worker that reads this device; the answer does not wait for it."""
        del request
        device = find(device_id)
        if device.state == Device.State.REMOVED:
            raise Problem(409, "removed", _("This device was removed from the cloud."))
        if device.retired_at:
            raise Problem(409, "retired", _("This device is retired: bring it back first."))
        if project.paused():
            raise Problem(409, "paused", _("The device cloud is paused: resume it first."))
        bell.ring_device(device.device_id)
        asked = {"device_id": device.device_id, "requested_at": stamp(timezone.now())}
        return Response(asked, status=202)


class LocalKey(Call):
    """A device's local key, for those who may see it."""

    permission_classes = (Needs(Right.REVEAL),)

    @extend_schema(
        operation_id="devices_local_key",
        summary="Reveal a device's local key",
        request=None,
        responses=shapes.LocalKey,
    )
    def post(self, request: Request, device_id: str) -> Response:
        """Show the key to an admin. Each look is on record first; no answer is kept to repeat."""
        device = find(device_id)
        key = local_keys.reveal(request, device, timezone.now())
        shown = {"device_id": device.device_id, "local_key": key}
        return Response(shown, headers={"Cache-Control": "no-store"})


class Link(Call):
    """Joining a device with the one that it continues under a new id."""

    permission_classes = (Needs(Right.RENAME),)

    @extend_schema(
        operation_id="devices_link",
        summary="Join a device with its predecessor",
        parameters=[KEY],
        request=relatives.Link,
        responses=relatives.DeviceInFull,
    )
    @idempotent()
    def post(self, request: Request, device_id: str) -> Response:
        """Say which device this one continues; null takes it back. History stays where it is."""
        wanted = relatives.Link(data=request.data)
        wanted.is_valid(raise_exception=True)
        device, older = find(device_id), wanted.validated_data["predecessor"]
        try:
            if older is None:
                pairing.part(request, device.device_id, timezone.now())
            elif Device.objects.filter(device_id=older).exists():
                pairing.join(request, device.device_id, older, timezone.now())
            else:
                words = _("Fleet knows no device with the id %(id)s.") % {"id": older}
                raise invalid({"predecessor": [words]})
        except pairing.CannotJoinError as no:
            raise Problem(409, "cannot_join", str(no)) from no
        return Response(in_full(device.device_id))
