"""How a part of a name or id is looked for, so that an index answers: `name__holds="kitchen"`.

Django's own lookup compares in capitals, and PostgreSQL finds no index for that.
"""

import itertools
from collections.abc import Sequence
from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Func, Lookup

SHORTEST_OF_TRIGRAMS = 3  # letters; of two, as half of the Chinese words have, no trigram exists

LONGEST = 1_000  # characters; no column that is looked through holds more


class Letters(Func):
    """The letters of a text in capitals, one by one: an index of these answers one or two."""

    template = "string_to_array(upper(%(expressions)s), NULL)"
    output_field = ArrayField(CharField())


@CharField.register_lookup
class Holds(Lookup):
    """Whether the text holds a part, whatever its capitals."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Write the comparison that the index of trigrams, or that of letters, answers."""
        text = str(self.rhs)
        column, values = self.process_lhs(compiler, connection)
        if len(text) < SHORTEST_OF_TRIGRAMS:
            return self._of_letters(text, compiler, column, values)
        # What has no capitals is compared as it is: PostgreSQL makes small letters one by one.
        way = "LIKE" if text.lower() == text.upper() else "ILIKE"
        return f"{column} {way} %s", (*values, pattern(text))

    def _of_letters(
        self, text: str, compiler: Any, column: str, values: Sequence[Any]
    ) -> tuple[str, tuple[Any, ...]]:
        """One letter is found by its index; two may be far from each other: that is looked at."""
        letters, given = compiler.compile(Letters(self.lhs))
        among, held = f"{letters} @> %s::text[]", (*given, [_capital(one) for one in text])
        if len(text) == 1:
            return among, held
        looks, seen = spelling(column, values, text)
        return f"({looks} AND {among})", (*seen, *held)


@CharField.register_lookup
class Spells(Lookup):
    """The same of one or two letters, for who goes along all names: no index is asked."""

    lookup_name = "spells"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Write a look for each way to write the text."""
        column, values = self.process_lhs(compiler, connection)
        return spelling(column, values, str(self.rhs))


def spelling(column: str, values: Sequence[Any], text: str) -> tuple[str, tuple[Any, ...]]:
    """Write the look for each way to write a text.

    For LIKE an index of trigrams would be read whole. Of `BETWEEN` PostgreSQL expects one in two
    hundred, of `> 0` a third: then it looks at all names until it has enough.
    """
    ways = written(text)
    looks = " OR ".join([f"strpos({column}, %s) BETWEEN 1 AND {LONGEST}"] * len(ways))
    return f"({looks})", tuple(value for way in ways for value in (*values, way))


def written(text: str) -> list[str]:
    """Return the text with each of its letters small and capital: of two letters, four ways."""
    cases = [
        sorted({one, *(each for each in (one.lower(), one.upper()) if len(each) == 1)})
        for one in text
    ]
    return ["".join(ways) for ways in itertools.product(*cases)]


def _capital(letter: str) -> str:
    """Return the letter as PostgreSQL writes it in capitals: never as two others."""
    capital = letter.upper()
    return capital if len(capital) == 1 else letter


def pattern(text: str) -> str:
    """Return the pattern of a part that means itself."""
    return f"%{begun(text)}"


def begun(text: str) -> str:
    """Return the pattern of a beginning that means itself."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
