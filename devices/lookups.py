"""How a part of a name or id is looked for, so that an index answers: `name__holds="kitchen"`.

Django's own lookup compares in capitals, and PostgreSQL finds no index for that.
"""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Func, Lookup

SHORTEST_OF_TRIGRAMS = 3  # letters; of two, as half of the Chinese words have, no trigram exists


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
        # What has no capitals is compared as it is: PostgreSQL makes small letters one by one.
        way = "LIKE" if text.lower() == text.upper() else "ILIKE"
        held, given = f"{column} {way} %s", (*values, pattern(text))
        if len(text) >= SHORTEST_OF_TRIGRAMS:
            return held, given
        letters, values = compiler.compile(Letters(self.lhs))
        among = f"{letters} @> %s::text[]"
        return f"({held} AND {among})", (*given, *values, [_capital(one) for one in text])


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
