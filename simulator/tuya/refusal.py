"""Business errors of the device cloud: HTTP 200 with a code.

Codes and meanings: vendor document K989ruxx88swc (global error codes); the 28841xxx family is
known from public reports only.
"""

MESSAGES = {
    500: "system error",
    1001: "secret invalid",
    1002: "access_token is null",
    1003: "grant type invalid",
    1004: "sign invalid",
    1005: "clientId invalid",
    1010: "token invalid",
    1013: "request time is invalid",
    1100: "param is empty",
    1101: "param range invalid",
    1105: "header is missing",
    1106: "permission deny",
    1108: "uri path invalid",
    1109: "param is illegal",
    1110: "concurrent request over limit",
    1111: "system is busy, please try again later",
    1199: "your requests are too frequent",
    2001: "device is offline",
    2003: "function not support",
    2008: "command or value not support",
    2009: "not support this device",
    2010: "device not exist",
    28841001: "No permissions. You have not subscribed to a plan.",
    28841002: "No permissions. Your subscription to cloud development plan has expired.",
    28841004: "No permissions. The quota of your trial edition is used up.",
    28841101: "No permissions. This API is not subscribed.",
    28841105: "No permissions. This project is not authorized to call this API.",
    28841107: "No permissions. The data center is suspended.",
}


class Refusal(Exception):  # noqa: N818 - the house says Refused, not RefusedError
    """The call is refused with this code."""

    def __init__(self, code: int, message: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.message = message or MESSAGES.get(code, "refused")
