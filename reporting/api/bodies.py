"""Reads the body of a call strictly, by its shape, and who calls."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.request import Request

from rest.calls import fields
from rest.problems import invalid

from . import shapes


def body(request: Request, shape: type[shapes.Shape]) -> dict[str, Any]:
    """Give the fields of a body; one that the shape does not know is refused by name."""
    given = fields(request) if request.data else {}
    unknown = sorted(set(given) - set(shape().fields))
    if unknown:
        raise invalid({name: [_("No such field.")] for name in unknown})
    wanted = shape(data=given)
    wanted.is_valid(raise_exception=True)
    return dict(wanted.validated_data)


def who(request: Request) -> str:
    """Name who calls."""
    return str(request.user.get_username())
