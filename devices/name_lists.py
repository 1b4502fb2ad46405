"""Reads a list of new names that somebody typed or uploaded: one device a line. Pure.

Takes what spreadsheets write: commas, semicolons or tabs, quotes, a heading, a byte-order mark.
"""

import csv
from collections.abc import Mapping
from dataclasses import dataclass, field

from django.utils.translation import gettext as _

from .orders import MOST_DEVICES

MOST_BYTES = 2_000_000
MOST_PROBLEMS = 5  # said one by one; further ones say nothing new
HEADINGS = {"device_id", "device", "id"}
DELIMITERS = "\t;,"


@dataclass(slots=True)
class NameList:
    """New names by device id, in the order given, and what could not be read."""

    names: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def complain(self, words: str) -> None:
        """Keep a sentence, unless there are enough."""
        if len(self.problems) < MOST_PROBLEMS:
            self.problems.append(words)


def decode(data: bytes) -> str | None:
    """Return the text of a file; None when it is none."""
    for encoding in ("utf-8-sig", "gb18030"):  # what spreadsheets save, in China by default
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\0" in text else text
    return None


def read(text: str) -> NameList:
    """Read the lines; a line that says nothing is left out."""
    found = NameList()
    lines = text.lstrip("\ufeff").splitlines()
    first = next((line for line in lines if line.strip()), "")
    delimiter = next((one for one in DELIMITERS if one in first), ",")
    rows = csv.reader(lines, delimiter=delimiter)
    try:
        for cells in rows:
            _take(found, [cell.strip() for cell in cells], rows.line_num)
    except csv.Error as exc:
        found.complain(_("Line %(line)d: %(error)s.") % {"line": rows.line_num, "error": exc})
    if len(found.names) > MOST_DEVICES:
        words = _("%(given)d devices are listed; one operation takes at most %(most)d. Split it.")
        found.complain(words % {"given": len(found.names), "most": MOST_DEVICES})
    return found


def _take(found: NameList, cells: list[str], line: int) -> None:
    if not any(cells) or (not found.names and cells[0].lower() in HEADINGS):
        return
    if len(cells) < 2 or not cells[0] or not cells[1]:  # noqa: PLR2004  an id and a name
        found.complain(_("Line %(line)d: give a device id and its new name.") % {"line": line})
    elif cells[0] in found.names:
        words = _("Line %(line)d: %(device)s is listed twice.")
        found.complain(words % {"line": line, "device": cells[0][:64]})
    else:
        found.names[cells[0][:64]] = cells[1]


def write(names: Mapping[str, str]) -> str:
    """Return names as lines that `read` takes."""
    return "\n".join(f"{device_id}\t{_quoted(name)}" for device_id, name in names.items())


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
