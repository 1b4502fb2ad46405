"""Sentences that workers stored in English, as the reader reads them. Looks nothing up in rows.

A worker marks its sentence with gettext_noop, its one number as `%s`; what others said follows
after a colon and stays as they said it.
"""

import re

from django.utils.translation import gettext

NUMBER = re.compile(r"\d+")


def translated(sentence: str) -> str:
    """Return the sentence in the reader's language; one that nobody marked comes back as it is."""
    if not sentence or gettext(sentence) != sentence:
        return sentence and gettext(sentence)
    head, colon, said = sentence.partition(": ")
    number = NUMBER.search(head)
    if not number:
        return gettext(head) + colon + said if head else sentence
    pattern = f"{head[: number.start()]}%s{head[number.end() :]}"
    known = gettext(pattern)
    return known.replace("%s", number[0], 1) + colon + said
