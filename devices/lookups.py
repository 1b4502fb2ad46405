"""How a part of a name or id is looked for, so that an index answers: `name__holds="kitchen"`.

Django's own lookup compares in capitals, and PostgreSQL finds no index for that.
"""

from typing import Any

from django.db.models import CharField, Func, Lookup

SHORTEST_OF_TRIGRAMS = 3  # letters; of two, as half of the Chinese words have, no trigram exists


class Pairs(Func):
    """Every letter twice, in capitals: then two neighbours are four letters, and trigrams exist."""

    template = r"regexp_replace(upper(%(expressions)s), '(.)', '\1\1', 'g')"
    output_field = CharField()


@CharField.register_lookup
class Holds(Lookup):
    """Whether the text holds a part, whatever its capitals."""

    lookup_name = "holds"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, tuple[Any, ...]]:
        """Write the comparison that the index of trigrams, or that of pairs, answers."""
        text = str(self.rhs)
        if len(text) >= SHORTEST_OF_TRIGRAMS:
            column, values = self.process_lhs(compiler, connection)
            return f"{column} ILIKE %s", (*values, pattern(text))
        column, values = compiler.compile(Pairs(self.lhs))
        return f"{column} LIKE %s", (*values, pattern("".join(map(_twice, text))))


def _twice(letter: str) -> str:
    """Return the letter as PostgreSQL writes it in capitals: never as two others."""
    capital = letter.upper()
    return (capital if len(capital) == 1 else letter) * 2


def pattern(text: str) -> str:
    """Return the pattern of a part that means itself."""
    return "%" + text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") + "%"
