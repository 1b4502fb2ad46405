"""The first steps on the overview: for admins, until all are done or they are put away."""

from django import template
from django.template import Context
from django.utils.translation import get_language

from devices import census, remembered
from fleet import checklist
from fleet.setup_pages import HIDDEN
from people.rights import Right, may

DONE_KEY = "first_steps_done"  # in the session: what is done needs no looking at every time

register = template.Library()


@register.simple_tag(takes_context=True)
def open_steps(context: Context) -> list[checklist.Step]:
    """Return what is not done; nothing for whom it is none of their business."""
    request = context["request"]
    if HIDDEN in request.COOKIES or DONE_KEY in request.session or not may(request, Right.ADMIN):
        return []
    found = remembered.figure(
        f"first steps, {get_language()}",
        lambda: [one for one in checklist.steps() if one.state is not checklist.State.DONE],
        lambda _steps: census.whole(census.by_category()).total,
    )
    if not found:
        request.session[DONE_KEY] = True
    return found
