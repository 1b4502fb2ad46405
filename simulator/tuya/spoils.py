"""How the device cloud's troubles spoil an answer: before the work, as a refusal, or after it."""

from simulator.exchange import Reply, Request
from simulator.troubles import Board, Trouble
from simulator.tuya import bodies
from simulator.tuya.refusal import Refusal

PAGE = (
    b"<html><head><title>Gateway</title></head><body><h1>Please try again later</h1></body></html>"
)
HTML = {"Content-Type": "text/html; charset=utf-8"}

_BEFORE = ("http_500", "http_502", "http_503", "http_429", "html_200", "reset_connection", "hang")
_REFUSALS = (
    "rate_limited",
    "quota_used_up",
    "trial_expired",
    "wrong_data_center",
    "system_error",
)
_AFTER = (
    "answer_lost",
    "cut_body",
    "empty_body",
    "bad_json",
    "bom",
    "wrong_content_type",
    "result_null",
    "result_missing",
    "fields_missing",
    "fields_extra",
    "fields_mistyped",
    "slow",
)


def before(board: Board, request: Request, *, business: bool) -> Trouble | None:
    """Return a trouble that answers instead of the cloud. Token calls need a path to be struck."""
    return board.take(["cloud_down"], request) or board.take(_BEFORE, request, everywhere=business)


def still_works(trouble: Trouble) -> bool:
    """Whether the work is done although the answer does not show it."""
    return "work" in trouble.options and trouble.on("work")


def refuse(board: Board, request: Request, *, business: bool) -> None:
    """Raise the refusal that is due, if one is."""
    if board.take(["permission_denied"], request, everywhere=business):
        raise Refusal(1106)
    trouble = board.take(["account_down"], request) or board.take(
        _REFUSALS, request, everywhere=business
    )
    if trouble is not None:
        raise Refusal(int(trouble.number("code")))


def reply(trouble: Trouble) -> Reply:
    """Make the answer of a trouble that replaces the cloud's."""
    made = _reply(trouble)
    made.troubles = (trouble.name,)
    return made


def _reply(trouble: Trouble) -> Reply:
    if trouble.name == "cloud_down":
        return Reply(ending="silent")
    if trouble.name == "reset_connection":
        return Reply(ending="reset")
    if trouble.name == "hang":
        return Reply(ending="hang", wait=trouble.number("seconds"))
    status = int(trouble.name.rpartition("_")[2])
    headers = dict(HTML)
    if "retry_after" in trouble.options and trouble.number("retry_after"):
        headers["Retry-After"] = str(int(trouble.number("retry_after")))
    return Reply(status, PAGE, headers)


def after(board: Board, request: Request, made: Reply, *, business: bool) -> Reply:
    """Spoil an answer whose work is done."""
    trouble = board.take(_AFTER, request, everywhere=business)
    if trouble is None:
        return made
    made.troubles = (trouble.name,)
    if trouble.name == "answer_lost":
        made.ending = "silent"
    elif trouble.name == "cut_body":
        made.ending = "cut"
    elif trouble.name == "slow":
        made.drip = trouble.number("seconds")
    else:
        bodies.bent(trouble, made)
    return made
