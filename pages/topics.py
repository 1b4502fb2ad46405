"""Which page of the docs explains which page of Fleet. Data only."""

# The longest beginning of a view's name that stands here wins.
TOPICS = {
    "devices:overview": "guide/overview",
    "devices:list": "guide/devices",
    "devices:find": "guide/keys",
    "devices:detail": "guide/device",
    "devices:points": "guide/device",
    "devices:link": "guide/device",
    "devices:local-key": "guide/device",
    "devices:logs": "guide/logs",
    "devices:export": "guide/logs#exports",
    "devices:operation": "guide/operations",
    "devices:cloud": "guide/cloud",
    "reporting:": "guide/delivery",
    "reporting:mapping": "guide/delivery#the-mapping",
    "people:": "guide/people",
    "setup": "guide/first-steps",
    "api-docs": "api",
}


def topic(view_name: str) -> str:
    """Return the name of the page, with its anchor; nothing where the list of pages must do."""
    begun = [start for start in TOPICS if view_name.startswith(start)]
    return TOPICS[max(begun, key=len)] if begun else ""


def address(view_name: str) -> str:
    """Return where a view is explained."""
    name, _, anchor = topic(view_name).partition("#")
    return f"/help/{name}/{'#' * bool(anchor)}{anchor}" if name else "/help/"
