"""Finds in the record of deeds what somebody asks for. Changes nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db.models import Q

from people.models import Deed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from django.db.models import QuerySet


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked of the record; what is empty is not asked."""

    who: str = ""
    what: Sequence[str] = ()
    since: datetime | None = None
    until: datetime | None = None
    device: str = ""
    text: str = ""

    def conditions(self) -> Iterator[Q]:
        """Each thing asked, as a condition."""
        if self.who:  # the person, or a token that spoke for them: "ann (night run (fleet_ab12…))"
            yield Q(who=self.who) | Q(who__startswith=f"{self.who} (")
        if self.what:
            yield Q(what__in=self.what)
        if self.since:
            yield Q(at__gte=self.since)
        if self.until:
            yield Q(at__lt=self.until)
        if self.device:
            yield Q(devices__contains=[self.device]) | Q(about=self.device)
        if self.text:
            yield _said(self.text)


def found(asked: Question) -> QuerySet[Deed]:
    """The deeds that are asked for, in no order."""
    return Deed.objects.filter(*asked.conditions())


def _said(text: str) -> Q:
    columns = ("who", "address", "about", "why", "details")
    said = Q()
    for column in columns:
        said |= Q(**{f"{column}__icontains": text})
    return said
