"""What a request came to, in the reader's language. Stored words stay as they were written."""

from django.utils.translation import gettext, gettext_lazy

from .outcomes import Outcome

# Row of the outcome table: its meaning, translated where it is shown.
MEANINGS = {outcome.letter: gettext_lazy(outcome.meaning) for outcome in Outcome}
MISMATCH = "format_mismatch: "


def translated(stored: str) -> str:
    """Return stored words with their phrase translated; what USH or the network said stays."""
    mark = MISMATCH if stored.startswith(MISMATCH) else ""
    rest = stored.removeprefix(mark)
    for outcome in Outcome:
        if rest.startswith(outcome.meaning):
            return mark + gettext(outcome.meaning) + rest.removeprefix(outcome.meaning)
    return stored
