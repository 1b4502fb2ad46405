"""What every REST call of ours does before its own work: reads its input strictly."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.renderers import BaseRenderer
from rest_framework.response import Response
from rest_framework.views import APIView

from rest import etags, exports, queries, selection
from rest.schema import READING, Described
from rest.written import Json

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rest_framework.request import Request
    from rest_framework.serializers import Serializer


class StrictJSONParser(JSONParser):
    """JSON that can be stored: no NUL, no half characters, not nested beyond reason."""

    def parse(self, stream: Any, *args: Any, **kwargs: Any) -> Any:
        """Read the body, or answer 400."""
        try:
            body = super().parse(stream, *args, **kwargs)
            unstorable = _unstorable(body)
        except RecursionError as fault:
            raise ParseError(_("The JSON is nested too deeply.")) from fault
        if unstorable:
            raise ParseError(_("The JSON holds text that cannot be stored (NUL)."))
        return body


class Call(APIView):
    """An address of the REST interface.

    `parameters` names what its GET understands; `shape` is one row of what its GET answers, whose
    members `fields=` may choose from.
    """

    parameters: ClassVar[tuple[str, ...]] = ()
    shape: ClassVar[type[Serializer[Any]] | None] = None
    parser_classes: Sequence[type[BaseParser]] = (StrictJSONParser,)
    renderer_classes: Sequence[type[BaseRenderer]] = (Json,)
    content_negotiation_class = exports.Negotiation
    schema = Described()
    fields: tuple[str, ...] | None = None  # what this request asked for; None: all

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in first, then read: a stranger learns nothing of the parameters."""
        super().initial(request, *args, **kwargs)
        queries.refuse_unstorable(request, kwargs)
        reads = request.method in READING
        queries.refuse_unknown(request, self.understood() if reads else ())
        if reads and exports.PARAMETER in self.understood():
            exports.refuse_unknown(request, self.renderer_classes)
        if reads and self.shape:
            self.fields = selection.wanted(request.query_params, selection.known(self.shape))

    def check_permissions(self, request: Request) -> None:
        """Say of a method that is not there that it is not there, to whoever is known."""
        if request.user.is_authenticated and request.method not in self.allowed_methods:
            self.http_method_not_allowed(request)
        super().check_permissions(request)

    @classmethod
    def understood(cls) -> tuple[str, ...]:
        """Name the parameters of its GET."""
        chosen = (selection.PARAMETER,) if cls.shape else ()
        forms = (exports.PARAMETER,) if len(cls.renderer_classes) > 1 else ()
        return (*cls.parameters, *chosen, *forms)

    @property
    def columns(self) -> tuple[str, ...]:
        """Name the members of a row that this request wants."""
        return self.fields or (selection.known(self.shape) if self.shape else ())

    def finalize_response(
        self, request: Request, response: Response, *args: Any, **kwargs: Any
    ) -> Response:
        """Keep to the fields asked for, and let a reader know whether anything is new."""
        answer = super().finalize_response(request, response, *args, **kwargs)
        if answer.streaming or answer.status_code != HTTPStatus.OK:
            return answer
        if request.method in READING:
            if self.fields:
                answer.data = selection.cut(answer.data, self.fields)
            answer.add_post_render_callback(etags.seal(request))
        elif isinstance(answer, etags.Guarded):
            answer.add_post_render_callback(etags.seal(request))
        return answer


def fields(request: Request) -> Mapping[str, Any]:
    """The body as an object, or the answer 400."""
    if not isinstance(request.data, dict):
        raise ParseError(_("The body must be a JSON object."))
    return request.data


def _unstorable(value: Any) -> bool:
    if isinstance(value, str):
        return "\x00" in value or any("\ud800" <= letter <= "\udfff" for letter in value)
    if isinstance(value, dict):
        return any(_unstorable(key) or _unstorable(part) for key, part in value.items())
    return isinstance(value, list) and any(_unstorable(part) for part in value)
