"""The calls as the description names them, with addresses that lead to rows of `made`."""

from functools import cache

from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator

PARTS = {
    **dict.fromkeys(("report_id", "row_id", "export_id", "view_id"), "1"),
    "device_id": "dev1",
    "verb": "cancel",
}


@cache
def schema():
    with GENERATOR_STATS.silence():
        return SchemaGenerator().get_schema(request=None, public=True)


def calls(*methods):
    """Address, method and description of every call."""
    return [
        (path, method, call) for path, item in schema()["paths"].items()
        for method, call in item.items() if method in methods
    ]  # fmt: skip


def filled(path, **parts):
    """The address of one thing."""
    for part, value in (PARTS | parts).items():
        path = path.replace("{" + part + "}", str(value))
    return path
