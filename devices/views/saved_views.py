"""Views under a name: the menu's form, and a page on which one looks after one's own."""

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from devices import saved
from devices.models import SavedView
from people.gates import require
from people.rights import Right

Page = SavedView.Page


def menu(
    request: HttpRequest, page: SavedView.Page, asked: QueryDict | None = None
) -> dict[str, Any]:
    """Return what the menu wants; `asked`: the address, where the one given says less."""
    user = request.user
    here = saved.question(page, request.GET)
    return {
        "views_page": page.value,
        "views": [
            {"view": one, "address": saved.address(one), "mine": one.owner_id == user.pk}
            | {"here": bool(here) and one.query == here, "owner": owner}
            for one, owner in (saved.offered(page, user) if isinstance(user, User) else ())
        ],
        "view_query": saved.question(page, asked or request.GET),
    }


@require_GET
@require(Right.BROWSE)
def saved_views(request: HttpRequest) -> HttpResponse:
    """Show one's own views and those that others share."""
    user = _person(request)
    found = saved.mine_and_shared(user).select_related("owner").order_by("page", "name", "pk")
    lines = [(one, saved.address(one), one.owner_id == user.pk) for one in found]
    return render(request, "devices/saved_views.html", {"lines": lines})


@require_POST
@require(Right.BROWSE)
def save(request: HttpRequest) -> HttpResponse:
    """Keep the address that the form carries, and lead back to it."""
    page = request.POST.get("page", "")
    if page not in Page.values:
        raise Http404
    query = QueryDict(request.POST.get("query", "")[: saved.LONGEST_QUERY + 1])
    try:
        kept = saved.save(
            Page(page),
            request.POST.get("name", ""),
            query,
            by=_person(request),
            shared="shared" in request.POST,
            now=timezone.now(),
        )
    except saved.Unsaved as problem:
        messages.error(request, str(problem))
        return redirect(
            f"{reverse(saved.ADDRESSES[Page(page)])}?{saved.question(Page(page), query)}"
        )
    messages.success(request, _("The view “%(name)s” is kept.") % {"name": kept.name})
    return redirect(saved.address(kept))


@require_POST
@require(Right.BROWSE)
def act(request: HttpRequest, pk: str, action: str) -> HttpResponse:
    """Share a view, keep it for oneself, or forget it; only the owner can."""
    user = _person(request)
    done = (
        saved.forget(int(pk), by=user)
        if action == "forget"
        else saved.share(int(pk), by=user, shared=action == "share")
    )
    if not done:
        raise Http404
    return redirect("devices:saved-views")


def _person(request: HttpRequest) -> User:
    if not isinstance(request.user, User):
        raise Http404
    return request.user
