"""The same device list as stock Django would serve it: a DRF viewset with offsets, and its admin.

Written as their own tutorials do; only `benchmarks.pages` mounts them.
"""

from typing import Any, ClassVar

from django.contrib import admin
from django.urls import include, path
from rest_framework import serializers, viewsets
from rest_framework.authentication import SessionAuthentication
from rest_framework.pagination import LimitOffsetPagination
from rest_framework.routers import SimpleRouter

from devices.models import Device
from fleet import urls
from people.tokens import TokenAuthentication


class DeviceSerializer(serializers.ModelSerializer[Device]):
    """The fields of our own list."""

    product_name = serializers.CharField(source="product.name", default="")

    class Meta:
        """All that REST shows of a device, and nothing of what it does not."""

        model = Device
        fields: ClassVar = [
            "device_id", "name", "category", "product_id", "product_name", "online",
            "online_since", "sub", "gateway_id", "uuid", "sn", "mac", "ip", "time_zone",
            "owner_id", "uid", "icon", "model", "active_at", "created_at", "updated_at",
            "first_seen_at", "last_seen_at", "last_event_at", "state", "state_since",
            "state_reason", "tags", "note", "status",
        ]  # fmt: skip


class Pagination(LimitOffsetPagination):
    """Fifty rows, as ours."""

    default_limit = 50


class DeviceViewSet(viewsets.ReadOnlyModelViewSet[Device]):
    """Devices by name."""

    queryset = Device.objects.select_related("product").order_by("name", "id")
    serializer_class = DeviceSerializer
    pagination_class = Pagination
    authentication_classes = (TokenAuthentication, SessionAuthentication)


class DeviceAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # no generic at run time
    """What our list shows of a device."""

    list_display = (
        "name", "device_id", "category", "product", "online", "online_since", "state",
        "last_event_at", "tags",
    )  # fmt: skip
    list_filter = ("online", "category", "state")
    list_select_related = ("product",)
    list_per_page = 50
    search_fields = ("name", "device_id")
    ordering = ("name", "id")


router = SimpleRouter()
router.register("devices", DeviceViewSet)
site: Any = admin.AdminSite()
site.register(Device, DeviceAdmin)

urlpatterns = [
    path("rival/", include(router.urls)),
    path("rival/admin/", site.urls),
    *urls.urlpatterns,
]
handler500 = urls.handler500
