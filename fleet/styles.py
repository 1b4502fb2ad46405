"""Cuts a style sheet down to what pages ask for: classes, attributes and custom properties by name.

Every element of a page is matched against the rules, and what the root declares is handed down to
all of them: what nobody asks for costs time at each click. Reads and writes no file.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence

import tinycss2
from tinycss2.ast import (
    AtRule,
    Comment,
    CurlyBracketsBlock,
    Declaration,
    FunctionBlock,
    HashToken,
    IdentToken,
    LiteralToken,
    Node,
    ParenthesesBlock,
    QualifiedRule,
    SquareBracketsBlock,
    StringToken,
)

GROUPS = {"media", "supports", "layer", "container"}  # at-rules that hold rules of pages
# One of what stands in these brackets has to fit; in :not() it is fine if nothing ever does.
ONE_OF = {"is", "where", "has"}


def cut(sheet: str, wanted: Collection[str]) -> str:
    """Leave what can matter where only the wanted names occur: ".btn", "[type]", "--width".

    A rule keeps those of its selectors of which every class, id and attribute is wanted. A custom
    property stays when it is wanted or named by what stays; so do the steps of an animation.
    """
    rules = list(_that_can_match(_parsed(sheet), set(wanted)))
    named = _named(rules, {name for name in wanted if name.startswith("--")})
    return tinycss2.serialize(_asked_for(rules, named))


def _parsed(sheet: str | Iterable[Node]) -> Iterator[Node]:
    """Read rules; of comments only those with a licence stay."""
    for node in tinycss2.parse_rule_list(sheet, skip_whitespace=True):
        if not isinstance(node, Comment) or node.value.startswith("!"):
            yield node


# --- rules that can match -------------------------------------------------------------------------


def _that_can_match(nodes: Iterable[Node], wanted: set[str]) -> Iterator[Node]:
    for node in nodes:
        if isinstance(node, QualifiedRule):
            selectors = [one for one in _listed(node.prelude) if _can_match(one, wanted)]
            node.prelude = _joined(selectors)
            node.content = list(tinycss2.parse_blocks_contents(node.content, skip_comments=True))
            if selectors:
                yield node
        elif isinstance(node, AtRule) and node.lower_at_keyword in GROUPS and node.content:
            node.content = list(_that_can_match(_parsed(node.content), wanted))
            yield node
        else:
            yield node


def _listed(tokens: Iterable[Node]) -> Iterator[list[Node]]:
    """Split at the commas of this level."""
    part: list[Node] = []
    for token in tokens:
        if isinstance(token, LiteralToken) and token.value == ",":
            yield part
            part = []
        else:
            part.append(token)
    yield part


def _joined(parts: Iterable[Sequence[Node]]) -> list[Node]:
    text = ",".join(tinycss2.serialize(part) for part in parts)
    return list(tinycss2.parse_component_value_list(text))


def _can_match(selector: Sequence[Node], wanted: set[str]) -> bool:
    return all(
        _fits(token, before, wanted)
        for before, token in zip([None, *selector], selector, strict=False)
    )


def _fits(token: Node, before: Node | None, wanted: set[str]) -> bool:
    if isinstance(token, IdentToken) and isinstance(before, LiteralToken):
        return before.value != "." or f".{token.value}" in wanted
    if isinstance(token, HashToken):
        return f"#{token.value}" in wanted
    if isinstance(token, SquareBracketsBlock):
        return _attribute_fits(token.content, wanted)
    if isinstance(token, FunctionBlock) and token.lower_name in ONE_OF:
        return any(_can_match(one, wanted) for one in _listed(token.arguments))
    return True


def _attribute_fits(content: Iterable[Node], wanted: set[str]) -> bool:
    """Tell whether there is such an attribute; of `class`, whether a class has these letters."""
    name, *rest = [one.value for one in content if isinstance(one, IdentToken | StringToken)]
    if name != "class":
        return f"[{name}]" in wanted
    letters = rest[0].strip() if rest else ""
    return any(one.startswith(".") and letters in one for one in wanted)


# --- custom properties and animations in use ------------------------------------------------------


def _named(rules: Iterable[Node], wanted: set[str]) -> set[str]:
    """Return every name that what stays may ask for, what custom properties name included."""
    named, behind = set(wanted), dict[str, set[str]]()
    for declaration in _declarations(rules):
        words = set(_words(declaration.value))
        if declaration.name.startswith("--"):
            behind.setdefault(declaration.name, set()).update(words)
        else:
            named |= words
    due = list(named)
    while due:
        more = behind.get(due.pop(), set()) - named
        named |= more
        due += more
    return named


def _declarations(nodes: Iterable[Node]) -> Iterator[Declaration]:
    for node in nodes:
        if isinstance(node, Declaration):
            yield node
        elif isinstance(node, QualifiedRule | AtRule) and node.content is not None:
            yield from _declarations(node.content)


def _words(tokens: Iterable[Node]) -> Iterator[str]:
    for token in tokens:
        if isinstance(token, IdentToken):
            yield token.value
        elif isinstance(token, FunctionBlock):
            yield from _words(token.arguments)
        elif isinstance(token, ParenthesesBlock | SquareBracketsBlock | CurlyBracketsBlock):
            yield from _words(token.content)


def _asked_for(nodes: Iterable[Node], named: set[str]) -> list[Node]:
    """Leave out custom properties and steps that nobody names, and what is empty without them."""
    left = []
    for node in nodes:
        if isinstance(node, QualifiedRule | AtRule) and node.content and not _is_one_thing(node):
            node.content = _asked_for(node.content, named)
        if not _idle(node, named):
            left.append(node)
    return left


def _is_one_thing(node: Node) -> bool:
    return isinstance(node, AtRule) and node.lower_at_keyword not in GROUPS


def _idle(node: Node, named: set[str]) -> bool:
    if isinstance(node, Declaration):
        return node.name.startswith("--") and node.name not in named
    if isinstance(node, AtRule) and node.lower_at_keyword in {"keyframes", "property"}:
        return named.isdisjoint(_words(node.prelude))
    return isinstance(node, QualifiedRule | AtRule) and node.content == []
