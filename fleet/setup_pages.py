"""The page of the first steps, for admins: how each stands, a test on demand, putting it away."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from fleet import checklist, trying
from people.gates import require
from people.rights import Right

HIDDEN = "fleet_first_steps"
YEAR_S = 31_536_000


@require_GET
@require(Right.ADMIN)
@never_cache
def steps(request: HttpRequest) -> HttpResponse:
    """Show the list as it stands."""
    return shown(request, None)


@require_POST
@require(Right.ADMIN)
@never_cache
def test(request: HttpRequest) -> HttpResponse:
    """Try the clouds and show the list with their answers."""
    return shown(request, trying.tried())


@require_POST
@require(Right.ADMIN)
def hide(request: HttpRequest) -> HttpResponse:
    """Take the card off this person's overview; the page itself stays."""
    del request
    answer = redirect("devices:overview")
    answer.set_cookie(HIDDEN, "hidden", max_age=YEAR_S, samesite="Lax", httponly=True)
    return answer


def shown(request: HttpRequest, tested: checklist.Tested | None) -> HttpResponse:
    """Render the list, with what was tested when something was."""
    found = checklist.steps(tested)
    done = sum(one.state is checklist.State.DONE for one in found)
    context = {"steps": found, "done": done, "tested": tested}
    return render(request, "fleet/setup.html", context)
