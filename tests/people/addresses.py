"""Pages that exist only for the tests of the gate."""

from django.http import HttpResponse
from django.urls import path

from fleet import urls
from people.gates import require
from people.rights import Right


@require()
def browse(request):
    return HttpResponse("list")


@require(Right.RESET)
def reset(request, number):
    return HttpResponse(f"reset {number}")


@require(Right.BROWSE)
async def stream(request):
    return HttpResponse("stream")


urlpatterns = [
    path("browse/", browse),
    path("reset/<int:number>/", reset),
    path("stream/", stream),
    *urls.urlpatterns,
]
