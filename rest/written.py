"""Answers whose rows the database wrote as JSON already: joined, not taken apart and put together.

A page of fifty devices is 30 values a row; making and encoding them again cost more than all else.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import msgspec
from rest_framework.renderers import JSONRenderer

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


@dataclass(frozen=True, slots=True)
class Page:
    """A page of a list: its links, and its rows as JSON."""

    links: Mapping[str, Any]
    rows: Sequence[bytes]

    def read(self) -> dict[str, Any]:
        """The same as values."""
        return {**self.links, "results": [msgspec.json.decode(row) for row in self.rows]}

    def text(self) -> bytes:
        """The whole answer."""
        links = msgspec.json.encode(self.links)
        return b'%b,"results":[%b]}' % (links[:-1], b",".join(self.rows))


class Json(JSONRenderer):
    """JSON as DRF writes it; what is written already stays as it is."""

    def render(
        self,
        data: Any,
        accepted_media_type: str | None = None,
        renderer_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """Join the rows; a caller who wants lines and indents gets them from values."""
        context = dict(renderer_context or {})
        if isinstance(data, Page):
            if self.get_indent(accepted_media_type or "", context) is None:
                return data.text()
            data = data.read()
        return super().render(data, accepted_media_type, context)
