"""Which buttons a person is offered; the doors behind them ask again."""

from django.http import HttpRequest

from people.rights import Right, may

OFFERED = {
    "may_rename": Right.RENAME,
    "may_remove": Right.REMOVE,
    "may_reset": Right.RESET,
    "may_sync": Right.SYNC,
    "may_tag": Right.TAG,
    "may_approve": Right.APPROVE,
    "may_reveal": Right.REVEAL,
}


def allowed(request: HttpRequest) -> dict[str, bool]:
    """Return one flag a button."""
    return {name: may(request, right) for name, right in OFFERED.items()}
