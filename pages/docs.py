"""The docs of the repository as pages: Markdown rendered, its links kept. Reads files, once.

Only what is listed here can be asked for, raw HTML is shown as text, and a link to what is not
listed is no link.
"""

import itertools
import re
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path, PurePosixPath
from posixpath import normpath
from urllib.parse import unquote

from django.conf import settings
from markdown_it import MarkdownIt
from markdown_it.token import Token

ROOT = Path(settings.BASE_DIR)
FOLDER = "docs"
PICTURES = f"{FOLDER}/pictures"
# What stands elsewhere and is linked to.
ELSEWHERE = {
    "readme": "README.md",
    "changelog": "CHANGELOG.md",
    "contributing": "CONTRIBUTING.md",
    "benchmarks": "benchmarks/README.md",
}
ADDRESS = "/help/"
PNG_SIZE = slice(16, 24)  # width and height, four bytes each


@dataclass(frozen=True)
class Heading:
    """A place in a page, and how to link to it."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True)
class Doc:
    """One page of the docs, rendered."""

    name: str
    file: str
    title: str
    headings: tuple[Heading, ...]
    html: str

    @property
    def address(self) -> str:
        """Return where it is shown."""
        return f"{ADDRESS}{self.name}/"


@cache
def files() -> dict[str, str]:
    """Return every page's name and file: what is not in here does not exist."""
    found = sorted((ROOT / FOLDER).rglob("*.md"))
    paths = [path.relative_to(ROOT).as_posix() for path in found]
    inside = {path.removeprefix(f"{FOLDER}/").removesuffix(".md"): path for path in paths}
    return inside | {name: path for name, path in ELSEWHERE.items() if (ROOT / path).is_file()}


@cache
def doc(name: str) -> Doc:
    """Return a page; raises KeyError for a name that is none."""
    file = files()[name]
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    tokens = parser.parse((ROOT / file).read_text(encoding="utf-8"))
    headings = tuple(anchored(tokens))
    for token in tokens:
        lead(token.children or (), file)
        if token.type == "table_open":
            token.attrSet("class", "fleet-table fleet-doc-table")
    title = headings[0].text if headings else name
    return Doc(name, file, title, headings, parser.renderer.render(tokens, parser.options, {}))


def search(words: str) -> list[tuple[Doc, list[Heading]]]:
    """Return the pages whose title or headings hold all the words, with those headings."""
    wanted = words.lower().split()
    found = []
    for name in files():
        page = doc(name)
        fits = [one for one in page.headings if holds(f"{page.title} {one.text}", wanted)]
        if fits:
            found.append((page, [one for one in fits[:6] if one.level > 1]))
    return found


def holds(text: str, wanted: Sequence[str]) -> bool:
    """Say whether a text holds every word."""
    return all(word in text.lower() for word in wanted)


def anchored(tokens: Sequence[Token]) -> list[Heading]:
    """Give each heading the anchor that it has on the web, too."""
    headings = []
    for opening, inline in itertools.pairwise(tokens):
        if opening.type == "heading_open":
            anchor = re.sub(r"[^\w\- ]", "", inline.content.lower()).replace(" ", "-")
            opening.attrSet("id", anchor)
            text = "".join(part.content for part in inline.children or ())
            headings.append(Heading(int(opening.tag[1]), text, anchor))
    return headings


def lead(parts: Sequence[Token], file: str) -> None:
    """Turn links and pictures of one paragraph to where they are served."""
    for token in parts:
        if token.type == "image":
            picture(token, file)
        elif token.type == "link_open":
            target = followed(str(token.attrGet("href")), file)
            token.tag, token.attrs = ("a", {"href": target}) if target else ("span", {})
        elif token.type == "link_close":
            token.tag = last_opened(parts, token).tag


def last_opened(parts: Sequence[Token], closing: Token) -> Token:
    """Return what a closing tag closes: links are not nested."""
    before = [token for token in parts[: parts.index(closing)] if token.type == "link_open"]
    return before[-1]


def followed(target: str, file: str) -> str | None:
    """Return where a link of this file leads; None when it is not shown here."""
    if re.match(r"https?:|mailto:|#", target):
        return target
    path, _, anchor = unquote(target).partition("#")
    meant = beside(file, path)
    if meant == f"{FOLDER}/decisions":
        return f"{ADDRESS}#decisions"
    names = {place: name for name, place in files().items()}
    name = names.get(meant)
    return f"{ADDRESS}{name}/{'#' * bool(anchor)}{anchor}" if name else None


def picture(token: Token, file: str) -> None:
    """Show a picture from where it is served, in its size: nothing moves when it comes."""
    place = ROOT / beside(file, unquote(str(token.attrGet("src"))))
    token.attrSet("src", f"{ADDRESS}pictures/{place.name}")
    if place.name in pictures():
        width, height = struct.unpack(">II", place.read_bytes()[PNG_SIZE])
        token.attrSet("width", str(width))
        token.attrSet("height", str(height))


def beside(file: str, path: str) -> str:
    """Return a path as it is meant in a file, from the root of the repository."""
    return normpath((PurePosixPath(file).parent / path).as_posix())


@cache
def pictures() -> frozenset[str]:
    """Return the names of the pictures that are served."""
    return frozenset(path.name for path in (ROOT / PICTURES).glob("*.png"))


def picture_bytes(name: str) -> bytes:
    """Return a picture; raises KeyError for a name that is none."""
    if name not in pictures():
        raise KeyError(name)
    return (ROOT / PICTURES / name).read_bytes()
