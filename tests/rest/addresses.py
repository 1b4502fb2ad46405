"""Calls that exist only for the tests of this room: lists of users, and work with a key."""

from django.contrib.auth.models import Group, User
from django.db import DataError
from django.urls import path
from rest_framework.response import Response

from people.rights import Needs, Right
from rest import paging, queries
from rest.calls import Call, fields
from rest.idempotency import idempotent
from rest.problems import Problem, crashed, page_not_found


class Users(Call):
    parameters = (*paging.PARAMETERS, "since", "active", "ordering")

    def get(self, request):
        queries.moment(request.query_params, "since")
        active = queries.flag(request.query_params, "active")
        found = User.objects.all() if active is None else User.objects.filter(is_active=active)
        order = request.query_params.get("ordering", "username").split(",")
        return paging.answer(request, found, order, lambda rows: [row.username for row in rows])


class Work(Call):
    permission_classes = (Needs(Right.TAG),)

    @idempotent(required=True)
    def post(self, request):
        group = Group.objects.create(name=fields(request)["name"])
        if request.data.get("fail"):
            raise Problem(409, "busy", "Busy.", operation=7)
        return Response(
            {"id": group.pk, "name": group.name}, 202, headers={"Location": f"/chore/{group.pk}"}
        )


class Vendor(Call):
    def get(self, _request):
        raise Problem(
            502, "refused", "The cloud refused.", vendor_code=1106, vendor_message="no", meaning="m"
        )


class Broken(Call):
    def get(self, _request, kind):
        if kind == "fault":
            raise RuntimeError("secret detail")
        if kind == "data":
            raise DataError("out of range")
        return Response({"kind": User.objects.filter(username=kind).count()})


handler500 = crashed

urlpatterns = [
    path("users/", Users.as_view()),
    path("chore/", Work.as_view()),
    path("vendor/", Vendor.as_view()),
    path("broken/<str:kind>/", Broken.as_view()),
    path("api/broken/<str:kind>/", Broken.as_view()),
    path("<path:path>", page_not_found),
]
