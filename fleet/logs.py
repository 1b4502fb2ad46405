"""One line per log record: when, how bad, who, what, and its extra keys. Shows no secret."""

import json
import logging
import re
from typing import Any

SECRET = re.compile(
    r"secret|token|password|local_key|sign(ature)?$|authorization|cookie", re.IGNORECASE
)
ORDINARY = set(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}


def redacted(name: str, value: Any) -> Any:
    """Return the value, or three dots where the name says that it is nobody's business."""
    return "..." if SECRET.search(name) else value


class LineFormatter(logging.Formatter):
    """`2026-11-21T22:43:00Z INFO devices.sync sync finished seen=412 changed=3`."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the record as one line; a traceback is folded into it."""
        extra = {k: redacted(k, v) for k, v in vars(record).items() if k not in ORDINARY}
        pairs = [f"{name}={_plain(value)}" for name, value in extra.items()]
        words = [self.formatTime(record), record.levelname, record.name, record.getMessage()]
        if record.exc_info:
            pairs.append(f"exception={_plain(self.formatException(record.exc_info))}")
        return " ".join([*words, *pairs]).replace("\n", "\\n")

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: N802
        """Return the record's time in UTC with milliseconds."""
        return super().formatTime(record, datefmt or "%Y-%m-%dT%H:%M:%S") + (
            f".{record.msecs:03.0f}Z"
        )


def _plain(value: Any) -> str:
    text = str(value)
    return text if re.fullmatch(r"[^\s\"=]+", text) else json.dumps(text, ensure_ascii=False)
