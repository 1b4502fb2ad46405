"""What templates in Jinja2 find beside what a view gives them: translated words, and marks.

Jinja2 draws the rows of long tables; everything else is Django's own templates (decision 20).
"""

from typing import Any

from django.utils.translation import gettext
from jinja2 import Environment, StrictUndefined

from pages import marks


def environment(**options: Any) -> Environment:
    """Make Jinja2 escape everything, refuse unknown names, and leave no blank lines."""
    ours = {"autoescape": True, "trim_blocks": True, "lstrip_blocks": True}
    made = Environment(**(options | ours | {"undefined": StrictUndefined}))  # noqa: S701  it is on
    made.globals |= {"_": gettext, "icon": marks.icon, "badge": marks.badge}
    made.globals |= {"copyable": marks.copyable, "ribbon": marks.ribbon, "moment": marks.moment}
    return made
