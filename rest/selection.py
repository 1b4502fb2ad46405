"""The parameter `fields`: which members of each row a caller wants. Knows no model."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from rest import queries
from rest.problems import invalid
from rest.written import Page

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rest_framework.serializers import Serializer

PARAMETER = "fields"


@cache
def known(shape: type[Serializer[Any]]) -> tuple[str, ...]:
    """Every member that a row of this shape has, in the order of the answer."""
    return tuple(shape().fields)


def wanted(query: Mapping[str, str], members: Sequence[str]) -> tuple[str, ...] | None:
    """The members asked for, each once, in the order asked; None: all. Unknown ones: 400."""
    names = tuple(dict.fromkeys(queries.texts(query, PARAMETER)))
    unknown = [name for name in names if name not in members]
    if unknown:
        words = _("No such field: %(unknown)s. Known here: %(names)s.")
        told = {"unknown": ", ".join(unknown), "names": ", ".join(members)}
        raise invalid({PARAMETER: [words % told]})
    return names or None


def cut(body: Any, names: Sequence[str]) -> Any:
    """The answer with only these members of its rows, or of itself when it is one thing."""
    if isinstance(body, Page):
        body = body.read()
    if isinstance(body, list):
        return [_cut(row, names) for row in body]
    if isinstance(body.get("results"), list):
        return body | {"results": [_cut(row, names) for row in body["results"]]}
    return _cut(body, names)


def _cut(row: Mapping[str, Any], names: Sequence[str]) -> dict[str, Any]:
    return {name: row[name] for name in names if name in row}
