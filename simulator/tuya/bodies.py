"""Bends the body of an answer whose work is done: bytes, result, or single fields. Decides nothing.

A bent field keeps its meaning where it only changes its type; a data point's value is never bent,
because no type is promised for it.
"""

import json
from collections.abc import Callable

from simulator.exchange import Reply, json_reply
from simulator.troubles import Trouble

BOM = b"\xef\xbb\xbf"
STRANGE: dict[str, object] = {"x_added": {"deep": [1, None]}, "xAdded": "", "新": True}
POINT = {"code", "value"}
EXACT = 15  # digits that every reader of JSON keeps

# A recipe gets an object of the answer and returns it as it is to be.
Recipe = Callable[[dict[str, object]], dict[str, object]]


def bent(trouble: Trouble, made: Reply) -> None:
    """Change the reply's body, and its type of content, as the trouble says."""
    if trouble.name == "empty_body":
        made.body = b""
    elif trouble.name == "bad_json":
        made.body = made.body[:-2] + b",,"
    elif trouble.name == "bom":
        made.body = BOM + made.body
    elif trouble.name == "wrong_content_type":
        made.headers = {"Content-Type": "text/html; charset=iso-8859-1"}
    elif made.code is None:
        made.body = json_reply(_document(trouble, json.loads(made.body))).body


def _document(trouble: Trouble, document: dict[str, object]) -> dict[str, object]:
    if trouble.name == "result_null":
        return {**document, "result": None}
    if trouble.name == "result_missing":
        return {key: value for key, value in document.items() if key != "result"}
    recipe = _recipe(trouble)
    changed = {**document, "result": _deep(document["result"], recipe)}
    return changed if trouble.name == "fields_missing" else recipe(changed)


def _recipe(trouble: Trouble) -> Recipe:
    if trouble.name == "fields_missing":
        names = (trouble.text("fields") or "").split(",")
        return lambda one: {key: value for key, value in one.items() if key not in names}
    if trouble.name == "fields_extra":
        return lambda one: {**STRANGE, **one}
    return lambda one: one if set(one) == POINT else {key: _other(one[key]) for key in one}


def _deep(value: object, recipe: Recipe) -> object:
    if isinstance(value, list):
        return [_deep(one, recipe) for one in value]
    if isinstance(value, dict):
        return recipe({key: _deep(one, recipe) for key, one in value.items()})
    return value


def _other(value: object) -> object:
    """Say the same in another type: 1 as "1", true as "true", and the other way round."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value, _number(value))
    return value


def _number(text: str) -> object:
    """Only where the digits can be had back from the number, as JSON's numbers allow."""
    safe = text.isdecimal() and len(text) <= EXACT and str(int(text)) == text
    return int(text) if safe else text
