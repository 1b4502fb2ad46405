"""Keeps views under a name: saved, shared and forgotten, each by its owner only."""

from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.models import User
from django.db import connection
from django.db.models import Q, QuerySet
from django.http import QueryDict
from django.urls import reverse
from django.utils.translation import gettext as _

from .models import SavedView

MOST = 100  # views that one person keeps
LONGEST_QUERY = 4_000
LONGEST_NAME = 80

ADDRESSES = {SavedView.Page.DEVICES: "devices:list", SavedView.Page.LOGS: "devices:logs"}

# What of an address is the question itself; where one stood in the answer is not kept.
KEPT = {
    SavedView.Page.DEVICES: ("q", "sort", "columns", "size"),
    SavedView.Page.LOGS: (
        *("range", "start", "end", "device", "with", "product", "event", "source", "provenance"),
        *("code", "not_code", "changes", "fold", "size"),
    ),
}


class Unsaved(ValueError):  # noqa: N818  it says what is wrong with the name
    """The view was not kept; the text says why, for a person."""


# Two pages ask it at every turn: written out, it costs a fifth of what Django's way to ask does.
TOLD = ("id", "page", "name", "owner_id", "shared", "query")
OFFERED = f"""
SELECT {", ".join(f"one.{name}" for name in TOLD)}, owner.username
FROM devices_savedview AS one JOIN auth_user AS owner ON owner.id = one.owner_id
WHERE one.page = %s AND (one.shared OR one.owner_id = %s) ORDER BY one.name, one.id
"""  # noqa: S608  the columns' names


def offered(page: SavedView.Page, user: User) -> list[tuple[SavedView, str]]:
    """Return one's own views of a page, then those that others share, each with its owner's name.

    One query.
    """
    with connection.cursor() as cursor:
        cursor.execute(OFFERED, [page.value, user.pk])
        found = [
            (SavedView.from_db("default", TOLD, row[:-1]), row[-1]) for row in cursor.fetchall()
        ]
    return sorted(found, key=lambda one: (one[0].owner_id != user.pk, one[0].name.casefold()))


def mine_and_shared(user: User) -> QuerySet[SavedView]:
    """Return every view that somebody may open."""
    return SavedView.objects.filter(Q(owner=user) | Q(shared=True))


def save(
    page: SavedView.Page, name: str, query: QueryDict, *, by: User, shared: bool, now: datetime
) -> SavedView:
    """Keep an address under a name, replacing one's own view of that name. Raises `Unsaved`."""
    name, text = _name(name), _text(page, query)
    if SavedView.objects.filter(owner=by).exclude(page=page, name=name).count() >= MOST:
        raise Unsaved(_("You keep %(most)d views; forget one first.") % {"most": MOST})
    kept, _made = SavedView.objects.update_or_create(
        owner=by,
        page=page,
        name=name,
        defaults={"query": text, "shared": shared},
        create_defaults={"query": text, "shared": shared, "created_at": now},
    )
    return kept


def change(
    view: SavedView,
    *,
    name: str | None = None,
    query: QueryDict | None = None,
    shared: bool | None = None,
) -> None:
    """Change what is given of one's view, which the caller holds. Raises `Unsaved`."""
    if name is not None:
        view.name = _name(name)
    if query is not None:
        view.query = _text(SavedView.Page(view.page), query)
    if shared is not None:
        view.shared = shared
    others = SavedView.objects.filter(owner=view.owner_id, page=view.page, name=view.name)
    if others.exclude(pk=view.pk).exists():
        raise Unsaved(_("You keep another view under this name."))
    view.save(update_fields=["name", "query", "shared"])


def _name(text: str) -> str:
    name = " ".join(text.replace("\0", "").split())
    if not name or len(name) > LONGEST_NAME:
        raise Unsaved(
            _("Give the view a name of at most %(most)d characters.") % {"most": LONGEST_NAME}
        )
    return name


def _text(page: SavedView.Page, query: QueryDict) -> str:
    text = question(page, query)
    if len(text) > LONGEST_QUERY:
        raise Unsaved(_("This filter is too long to be kept."))
    return text


def address(view: SavedView) -> str:
    """Return where a view leads."""
    return f"{reverse(ADDRESSES[SavedView.Page(view.page)])}?{view.query}"


def question(page: SavedView.Page, query: QueryDict) -> str:
    """Return the part of an address that is kept."""
    pairs = [
        (name, value.replace("\0", ""))
        for name in KEPT[page]
        for value in query.getlist(name)
        if value
    ]
    return urlencode(pairs, safe=",:")


def share(pk: int, *, by: User, shared: bool) -> bool:
    """Offer one's view to everybody, or no longer; False when it is nobody's or another's."""
    return bool(SavedView.objects.filter(pk=pk, owner=by).update(shared=shared))


def forget(pk: int, *, by: User) -> bool:
    """Delete one's view; False when it is nobody's or another's."""
    return bool(SavedView.objects.filter(pk=pk, owner=by).delete()[0])
