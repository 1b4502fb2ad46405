"""Walks the record of deeds and says whether it is whole. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass

from people import chain
from people.models import ChainHead, Deed

CHUNK = 2000  # rows in memory at a time, however long the record


@dataclass(frozen=True, slots=True)
class Finding:
    """What the walk found. `broken` is the number of the first row that cannot be believed."""

    rows: int
    number: int
    seal: str
    broken: int | None = None
    why: str = ""


def verify(expected: tuple[int, str] | None = None) -> Finding:
    """Walk from the first row to the last; `expected` is a number and its seal, kept elsewhere."""
    head = ChainHead.objects.first()
    rows, number, seal = 0, 0, chain.START
    for deed in Deed.objects.order_by("pk").iterator(chunk_size=CHUNK):
        fault = _fault(deed, number, seal, expected)
        if fault:
            return Finding(rows, number, seal, *fault)
        rows, number, seal = rows + 1, deed.pk, deed.seal
        if head and number == head.number and seal != head.seal:
            return Finding(rows, number, seal, number, "the end of the chain has another seal")
    fault = _cut(number, head, expected)
    return Finding(rows, number, seal, *(fault or ()))


def _fault(
    deed: Deed, number: int, seal: str, expected: tuple[int, str] | None
) -> tuple[int, str] | None:
    if deed.pk != number + 1:
        return number + 1, "the row is missing"
    if deed.previous != seal:
        return deed.pk, "it does not continue the row before it"
    if deed.seal != chain.seal(seal, deed):
        return deed.pk, "what it says is not what was sealed"
    if expected and deed.pk == expected[0] and deed.seal != expected[1]:
        return deed.pk, "its seal is not the one that you kept: the chain was written anew"
    return None


def _cut(
    number: int, head: ChainHead | None, expected: tuple[int, str] | None
) -> tuple[int, str] | None:
    """Whether rows are missing at the end, or stand behind it."""
    last = max(head.number if head else 0, expected[0] if expected else 0)
    if number < last:
        return number + 1, "the row is missing"
    now = ChainHead.objects.first()  # rows that were added during the walk moved it
    if number > (now.number if now else 0):
        return number, "it stands behind the end of the chain"
    return None
