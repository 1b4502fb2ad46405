"""Keeps the Chinese catalogue in step with what Fleet says: `make messages`.

Needs no gettext tools: Babel reads code and templates, and compiles. It invents no translation.
"""

import io
import re
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

from devices import series
from reporting.outcomes import Outcome

ROOT = Path(__file__).resolve().parent.parent
ROOMS = ("devices", "fleet", "pages", "people", "reporting", "rest")
PO = ROOT / "locale" / "zh_Hans" / "LC_MESSAGES" / "django.po"
MO = PO.with_suffix(".mo")
# `_l` and `_p` are what forms and badges call the lazy ones.
KEYWORDS = {
    **dict.fromkeys(("_", "_l", "gettext", "gettext_lazy", "gettext_noop"), None),
    **dict.fromkeys(("ngettext", "ngettext_lazy"), (1, 2)),
    **dict.fromkeys(("_p", "pgettext", "pgettext_lazy"), ((1, "c"), 2)),
    **dict.fromkeys(("npgettext", "npgettext_lazy"), ((1, "c"), 2, 3)),
}
PLACEHOLDER = re.compile(r"%\(\w+\)[-+.\d]*[sdf]|%[sd%]|\{\w*\}|</?\w+>")
NOTE = "# Fleet in Simplified Chinese. Fill in msgstr, then run `make messages`: it also compiles."

TAGS = re.compile(
    r"{%\s*blocktranslate\b.*?{%\s*endblocktranslate\s*%}|{%.*?%}|{{.*?}}|{#.*?#}", re.DOTALL
)
MARKUP = re.compile(r"<code\b.*?</code>|<[^>]*>|&\w+;", re.DOTALL)


class Words(Catalog):
    """A catalogue whose head names no date and no person: the same words give the same bytes."""

    def __init__(self) -> None:
        super().__init__("zh_Hans", header_comment=NOTE, charset="utf-8", fuzzy=False)

    @property
    def mime_headers(self) -> list[tuple[str, str]]:
        """What Django needs to know to read it."""
        return [
            ("Project-Id-Version", "Fleet"),
            ("Language", "zh_Hans"),
            ("Plural-Forms", "nplurals=1; plural=0;"),
            ("MIME-Version", "1.0"),
            ("Content-Type", "text/plain; charset=utf-8"),
            ("Content-Transfer-Encoding", "8bit"),
        ]


def main() -> int:
    """Write the catalogue anew, keep what is translated, name what is not, and compile."""
    catalogue = filled(spoken(), load())
    PO.write_bytes(as_po(catalogue))
    MO.write_bytes(compiled(catalogue))
    open_ones = untranslated(catalogue)
    for message in open_ones:
        sys.stderr.write(f"no Chinese yet: {message.id!r} ({message.locations[0][0]})\n")
    return 1 if open_ones else 0


def filled(said: Words, known: Words) -> Words:
    """Return what is said now with the Chinese that is known of it."""
    for message in said:
        kept = known.get(message.id, message.context) if message.id else None
        if kept and all(strings(kept)):
            message.string = kept.string
    return said


def spoken() -> Words:
    """Return everything that code and templates say, translated into nothing yet."""
    catalogue = Words()
    for path in sources():
        for words, context in said(path):
            # no line numbers: an edit above a string is no change of the catalogue
            place = (path.relative_to(ROOT).as_posix(), 0)
            catalogue.add(words, locations=[place], context=context)
    for file, sentence in pure():
        catalogue.add(sentence, locations=[(file, 0)])
    return catalogue


def pure() -> Iterator[tuple[str, str]]:
    """Yield what modules without Django say; it is translated where it is shown."""
    gone = (series.LET_GO, series.BETWEEN, series.LEFT)
    for reason in (series.BEFORE_FLEET, series.NOT_READ_YET, series.COLLECTOR_DOWN, *gone):
        yield "devices/series.py", reason
    for outcome in Outcome:
        yield "reporting/outcomes.py", outcome.meaning


def said(path: Path) -> Iterator[tuple[str | tuple[str, ...], str | None]]:
    """Yield what one file says: the words, and their context where they have one."""
    for _line, words, _comments, context in extract("python", readable(path), KEYWORDS):
        yield words, context


def sources() -> Iterator[Path]:
    """Yield every file of the product that may speak to a person."""
    for room in ROOMS:
        yield from sorted((ROOT / room).rglob("*.py"))
    yield from sorted((ROOT / "templates").rglob("*.html"))


def readable(path: Path) -> io.BytesIO:
    """Return a file as Python: of a template, the calls that its tags stand for."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".html":
        # what stands around the calls is blanked, but its indentation would not be Python's
        text = "\n".join(line.strip() for line in templatize(text, origin=path.name).splitlines())
    return io.BytesIO(text.encode())


def bare(path: Path) -> set[str]:
    """Return the words that a template says without asking for a translation."""
    text = MARKUP.sub(" ", TAGS.sub(" ", path.read_text(encoding="utf-8")))
    return set(re.findall(r"[A-Za-z]{3,}", text))


def load() -> Words:
    """Return the catalogue as it was committed; an empty one where there is none yet."""
    words = Words()
    if PO.exists():
        with PO.open("rb") as file:
            for message in read_po(file, locale="zh_Hans"):
                if message.id:
                    words[message.id] = message
    return words


def untranslated(catalogue: Words) -> list[Message]:
    """Return the messages that have no Chinese, or whose plural has none."""
    return [message for message in catalogue if message.id and not all(strings(message))]


def strings(message: Message) -> tuple[str, ...]:
    """Return the Chinese of a message; a plural has one form, too, as Chinese has."""
    said = message.string or ""
    return (said,) if isinstance(said, str) else tuple(said)


def placeholders(text: str) -> list[str]:
    """Return what is filled in later, sorted: Chinese has another order of words."""
    return sorted(PLACEHOLDER.findall(text))


def as_po(catalogue: Words) -> bytes:
    """Return the catalogue as people edit it."""
    file = io.BytesIO()
    write_po(file, catalogue, width=0, sort_by_file=True, include_lineno=False)
    return file.getvalue()


def compiled(catalogue: Words) -> bytes:
    """Return the catalogue as Django reads it."""
    translated, file = Words(), io.BytesIO()
    for message in catalogue:
        if message.id and all(strings(message)):
            translated[message.id] = message
    write_mo(file, translated)
    return file.getvalue()


if __name__ == "__main__":
    sys.exit(main())
