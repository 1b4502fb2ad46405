"""What every REST call of ours does before its own work: reads its input strictly."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.exceptions import ParseError
from rest_framework.parsers import BaseParser, JSONParser
from rest_framework.views import APIView

from rest import queries
from rest.schema import Described

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from rest_framework.request import Request


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
    """An address of the REST interface. `parameters` names what its GET understands."""

    parameters: ClassVar[tuple[str, ...]] = ()
    parser_classes: Sequence[type[BaseParser]] = (StrictJSONParser,)
    schema = Described()

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Let in first, then read: a stranger learns nothing of the parameters."""
        super().initial(request, *args, **kwargs)
        queries.refuse_unstorable(request, kwargs)
        queries.refuse_unknown(
            request, self.parameters if request.method in ("GET", "HEAD") else ()
        )


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
