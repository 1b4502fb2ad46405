"""Says from when on each type of event is kept. Decides only; deletes nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

Lifetimes = Mapping[int | None, timedelta | None]  # as `LOG_RETENTION` is read; None: all others


@dataclass(frozen=True, slots=True)
class Edges:
    """What is older than its edge goes. `others` is the edge of every type that is not named."""

    named: tuple[tuple[int, datetime | None], ...]
    others: datetime | None

    @property
    def newest(self) -> datetime | None:
        """Nothing from this moment on goes; None: nothing goes at all."""
        return max((edge for edge in self._all() if edge), default=None)

    @property
    def oldest(self) -> datetime | None:
        """Whatever it is, it goes when it is older than this; None: something is kept for good."""
        edges = self._all()
        return None if None in edges else min(edge for edge in edges if edge)

    def of(self, event_id: int) -> datetime | None:
        """Return the edge of a type; None: it is kept for good."""
        return dict(self.named).get(event_id, self.others)

    def _all(self) -> tuple[datetime | None, ...]:
        return (*(edge for _type, edge in self.named), self.others)


def edges(kept: Lifetimes, now: datetime) -> Edges:
    """Return where the kept history begins at a moment."""
    begins = {kind: None if span is None else now - span for kind, span in kept.items()}
    others = begins.pop(None, None)
    return Edges(tuple(sorted((kind, edge) for kind, edge in _numbered(begins))), others)


def _numbered(
    begins: Mapping[int | None, datetime | None],
) -> Iterable[tuple[int, datetime | None]]:
    return ((kind, edge) for kind, edge in begins.items() if kind is not None)
