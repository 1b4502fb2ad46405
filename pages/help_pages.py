"""The docs inside the product: a list with a search over headings, each page, its pictures."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET

from pages import docs
from people.gates import require

MOST_WORDS = 100  # characters of a search
# How the list is ordered; what is in no group comes last.
GROUPS = (
    ("guide", _("The pages"), "guide/"),
    ("decisions", _("Why it is as it is"), "decisions/"),
    ("more", _("Running, scripting, changing"), ""),
)


@require_GET
@require()
def index(request: HttpRequest) -> HttpResponse:
    """Show all pages, or those with a heading that holds the words of `?find=`."""
    words = request.GET.get("find", "")[:MOST_WORDS].strip()
    found = docs.search(words)
    context = {"words": words, "found": found if words else [], "groups": grouped(found)}
    return render(request, "pages/help.html", context)


def grouped(
    found: list[tuple[docs.Doc, list[docs.Heading]]],
) -> list[tuple[str, str, list[docs.Doc]]]:
    """Return the pages by group, each in one group only."""
    left = [page for page, _headings in found]
    groups = []
    for key, title, start in GROUPS:
        mine = [page for page in left if page.name.startswith(start)]
        left = [page for page in left if page not in mine]
        groups.append((key, str(title), mine))
    return groups


@require_GET
@require()
def page(request: HttpRequest, name: str) -> HttpResponse:
    """Show one page."""
    try:
        shown = docs.doc(name)
    except KeyError:
        raise Http404 from None
    return render(request, "pages/help_page.html", {"doc": shown})


@require_GET
@require()
def picture(request: HttpRequest, name: str) -> HttpResponse:
    """Serve one picture of the docs."""
    del request
    try:
        content = docs.picture_bytes(name)
    except KeyError:
        raise Http404 from None
    return HttpResponse(
        content, content_type="image/png", headers={"Cache-Control": "private, max-age=3600"}
    )
