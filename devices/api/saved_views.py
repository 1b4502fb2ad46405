"""REST: views under a name, one's own and those that others share. Asks `devices.saved`."""

from collections.abc import Iterable
from typing import Any, cast

from django.contrib.auth.models import User
from django.db import transaction
from django.http import Http404, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from devices import saved
from devices.models import SavedView
from people.rights import Needs, Right
from rest import etags, paging, queries
from rest.calls import Call, fields
from rest.idempotency import idempotent
from rest.problems import Problem, invalid
from rest.schema import IF_MATCH, KEY, PAGING, paged
from rest.times import stamp

from .shapes import At, Flag, Shape, Text, Whole

PAGES = tuple(SavedView.Page.values)
CHANGEABLE = ("name", "query", "shared")


class View(Shape):
    """A question that somebody asks often: a page's address under a name."""

    id = Whole()
    page = serializers.ChoiceField(choices=PAGES)
    name = Text()
    query = Text(allow_blank=True, help_text="The page's address behind its question mark.")
    shared = Flag(help_text="Everybody who may browse sees it.")
    owner = Text()
    mine = Flag(help_text="Only its owner may change it.")
    address = Text(help_text="Where it leads.")
    created_at = At()


class ViewChange(Shape):
    """What its owner may change of a view; what is left out stays."""

    name = Text(required=False, max_length=saved.LONGEST_NAME)
    query = Text(required=False, allow_blank=True, max_length=saved.LONGEST_QUERY)
    shared = Flag(required=False)


class ViewWanted(Shape):
    """A view to be kept; one's own of this name is replaced."""

    page = serializers.ChoiceField(choices=PAGES)
    name = Text(max_length=saved.LONGEST_NAME)
    query = Text(required=False, allow_blank=True, default="", max_length=saved.LONGEST_QUERY)
    shared = Flag(required=False, default=False)


class Views(Call):
    """Views under a name."""

    shape = View
    permission_classes = (Needs(Right.BROWSE),)
    parameters = (*paging.PARAMETERS, "page")

    @extend_schema(
        operation_id="views_list",
        summary="List saved views",
        parameters=[OpenApiParameter("page", str, enum=PAGES), *PAGING],
        responses=paged(View, "Views"),
    )
    def get(self, request: Request) -> Response:
        """List one's own views and those that others share, by page and name."""
        found = saved.mine_and_shared(_me(request)).select_related("owner")
        page = queries.choice(request.query_params, "page", PAGES)
        found = found.filter(page=page) if page else found
        return paging.answer(
            request, found, ("page", "name", "id"), lambda some: _rows(request, some)
        )

    @extend_schema(
        operation_id="views_save",
        summary="Keep a view",
        parameters=[KEY],
        request=ViewWanted,
        responses={
            201: View,
            200: OpenApiResponse(View, description="It replaces one's own view of this name."),
        },
    )
    @idempotent()
    def post(self, request: Request) -> Response:
        """Keep a question under a name, in the place of one's own view of that name."""
        given, now = _read(request, ViewWanted), timezone.now()
        page = SavedView.Page(given["page"])
        query = _question(page, given["query"])
        with transaction.atomic():
            try:
                kept = saved.save(
                    page, given["name"], query, by=_me(request), shared=given["shared"], now=now
                )
            except saved.Unsaved as problem:
                raise Problem(409, "not_kept", str(problem)) from problem
        return Response(_rows(request, [kept])[0], 201 if kept.created_at == now else 200)


class OneView(Call):
    """A view under a name."""

    shape = View
    permission_classes = (Needs(Right.BROWSE),)

    @extend_schema(operation_id="views_read", summary="Show a saved view", responses=View)
    def get(self, request: Request, view_id: int) -> Response:
        """Show a view of one's own, or one that somebody shares."""
        return _guarded(request, _found(request, view_id))

    @extend_schema(
        operation_id="views_change",
        summary="Change a saved view",
        parameters=[KEY, IF_MATCH],
        request=ViewChange,
        responses=View,
    )
    @idempotent()
    def patch(self, request: Request, view_id: int) -> Response:
        """Rename it, ask something else under its name, share it or no longer; one's own only."""
        given = _read(request, ViewChange, partial=True)
        with transaction.atomic():
            view = _mine(request, view_id)
            if "query" in given:
                given["query"] = _question(SavedView.Page(view.page), given["query"])
            try:
                saved.change(view, **given)
            except saved.Unsaved as problem:
                raise Problem(409, "not_kept", str(problem)) from problem
        return _guarded(request, view)

    @extend_schema(
        operation_id="views_forget",
        summary="Delete a saved view",
        parameters=[KEY, IF_MATCH],
        responses={204: None},
    )
    @idempotent()
    def delete(self, request: Request, view_id: int) -> Response:
        """Forget a view of one's own."""
        with transaction.atomic():
            saved.forget(_mine(request, view_id).pk, by=_me(request))
        return Response(status=204)


def _me(request: Request) -> User:
    return cast("User", request.user)


def _read(request: Request, shape: type[Shape], *, partial: bool = False) -> dict[str, Any]:
    unknown = sorted(set(fields(request)) - set(shape().fields))
    if unknown:
        raise invalid({name: [_("No such field.")] for name in unknown})
    given = shape(data=request.data, partial=partial)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _question(page: SavedView.Page, text: str) -> QueryDict:
    asked = QueryDict(text.removeprefix("?"))
    unknown = sorted(set(asked) - set(saved.KEPT[page]))
    if unknown:
        words = _("No such parameter: %(unknown)s. Known here: %(names)s.")
        told = {"unknown": ", ".join(unknown), "names": ", ".join(saved.KEPT[page])}
        raise invalid({"query": [words % told]})
    return asked


def _found(request: Request, view_id: int, *, held: bool = False) -> SavedView:
    views = saved.mine_and_shared(_me(request)).select_related("owner")
    views = views.select_for_update(of=("self",)) if held else views
    view = views.filter(pk=view_id).first()
    if view is None:
        raise Http404(_("There is no view #%(id)s that you may open.") % {"id": view_id})
    return view


def _mine(request: Request, view_id: int) -> SavedView:
    """One's own view, as it was read, and nobody else changes it meanwhile."""
    view = _found(request, view_id, held=True)
    if view.owner_id != _me(request).pk:
        words = _("This view is %(owner)s's: save it under a name of your own.")
        raise Problem(403, "forbidden", words % {"owner": view.owner.get_username()})
    etags.demand(request, _rows(request, [view])[0])
    return view


def _guarded(request: Request, view: SavedView) -> Response:
    row = _rows(request, [view])[0]
    return etags.Guarded(row, row)


def _rows(request: Request, found: Iterable[SavedView]) -> list[dict[str, Any]]:
    return [
        {
            "id": one.pk,
            "page": one.page,
            "name": one.name,
            "query": one.query,
            "shared": one.shared,
            "owner": one.owner.get_username(),
            "mine": one.owner_id == request.user.pk,
            "address": saved.address(one),
            "created_at": stamp(one.created_at),
        }
        for one in found
    ]
