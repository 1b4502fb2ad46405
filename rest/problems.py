"""Every refusal of a REST call as `application/problem+json` (RFC 9457). Decides nothing."""

from __future__ import annotations

import logging
from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.core.exceptions import ValidationError as ModelValidationError
from django.db import DataError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from django.views.defaults import server_error
from rest_framework import exceptions
from rest_framework.renderers import JSONRenderer
from rest_framework.response import Response
from rest_framework.views import exception_handler

if TYPE_CHECKING:
    from collections.abc import Mapping

logger = logging.getLogger(__name__)

MEDIA_TYPE = "application/problem+json"


class Problem(exceptions.APIException):
    """A refusal in words: `raise Problem(409, "busy", "…", operation=7)`.

    What stands in `extra` goes into the answer: `vendor_code`, `vendor_message` and `meaning` for a
    refusal by a vendor, `errors` for faults by field, or whatever a script can act on.
    """

    def __init__(self, status: int, code: str, detail: str, **extra: Any) -> None:
        """Keep what the answer will say."""
        super().__init__(detail, code)
        self.status_code = status
        self.extra = extra


def invalid(errors: Mapping[str, Any], detail: str = "") -> Problem:
    """A 400 that names each faulty field or parameter."""
    named = ", ".join(errors)
    words = detail or _("Not understood: %(names)s.") % {"names": named}
    return Problem(400, "invalid", words, errors=dict(errors))


def handler(exc: Exception, context: Mapping[str, Any]) -> Response | None:
    """Answer an exception of a REST call; None leaves a fault of our own to Django's 500."""
    known = _as_known(exc)
    answer = exception_handler(known, dict(context))
    if answer is None:
        return None
    request = context["request"]
    # whatever was asked for, CSV or YAML: a problem is JSON
    request.accepted_renderer, request.accepted_media_type = JSONRenderer(), MEDIA_TYPE
    answer.data = body(known, answer, request.path)
    answer.content_type = MEDIA_TYPE
    if answer.status_code in (HTTPStatus.UNAUTHORIZED, HTTPStatus.FORBIDDEN):
        logger.info("call refused", extra={"path": request.path, "status": answer.status_code})
    return answer


def _as_known(exc: Exception) -> Exception:
    """Bad input that only the database or a codec noticed is still bad input, not our fault."""
    if isinstance(exc, DataError | UnicodeError):
        return Problem(400, "invalid", _("A value holds what cannot be stored or looked for."))
    if isinstance(exc, RequestDataTooBig):
        return Problem(413, "too_large", _("This is too large: ask for less at once."))
    if isinstance(exc, SuspiciousOperation):
        return Problem(400, "invalid", _("These are too many parameters, or they make no sense."))
    if isinstance(exc, Http404):
        return exceptions.NotFound(*(str(word) for word in exc.args[:1]))
    if isinstance(exc, ModelValidationError):
        return Problem(400, "invalid", " ".join(exc.messages))
    return exc


def body(exc: Exception, answer: Response, instance: str) -> dict[str, Any]:
    """The problem's members, in the order in which a person reads them."""
    status = HTTPStatus(answer.status_code)
    problem: dict[str, Any] = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": _code(exc, status),
        "detail": _detail(exc, status),
        "instance": instance,
    }
    if isinstance(exc, exceptions.ValidationError):
        problem["errors"] = _errors(exc.detail)
    return problem | getattr(exc, "extra", {})


def _code(exc: Exception, status: HTTPStatus) -> str:
    if isinstance(exc, exceptions.ValidationError):
        return "invalid"
    detail = getattr(exc, "detail", None)
    given = getattr(detail, "code", None)
    return str(given or status.name.lower())


def _detail(exc: Exception, status: HTTPStatus) -> str:
    if isinstance(exc, exceptions.ValidationError):
        return _("Not understood: %(names)s.") % {"names": ", ".join(_errors(exc.detail))}
    detail = getattr(exc, "detail", None)
    return str(detail) if isinstance(detail, str) else status.description or status.phrase


def _errors(detail: Any) -> dict[str, Any]:
    return dict(detail) if isinstance(detail, dict) else {"body": detail}


def page_not_found(request: HttpRequest, path: str = "") -> JsonResponse:
    """The answer under /api/ where no call lives."""
    del path
    return plain(
        request,
        HTTPStatus.NOT_FOUND,
        _("No such call; addresses end with a slash. /api/docs/ lists all."),
    )


def plain(request: HttpRequest, status: HTTPStatus, detail: str) -> JsonResponse:
    """A problem from outside REST framework: wrong address, a fault of our own."""
    problem = {
        "type": "about:blank",
        "title": status.phrase,
        "status": status.value,
        "code": status.name.lower(),
        "detail": detail,
        "instance": request.path,
    }
    return JsonResponse(problem, status=status.value, content_type=MEDIA_TYPE)


def crashed(request: HttpRequest) -> HttpResponse:
    """The answer to a fault of our own: a problem for scripts, a page for people."""
    if not request.path.startswith("/api/"):
        return server_error(request)
    words = _("Fleet itself failed at this call. It is in the log of the web process.")
    return plain(request, HTTPStatus.INTERNAL_SERVER_ERROR, words)
