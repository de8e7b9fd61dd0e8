"""Logs as one JSON object a line; only listed keys leave the process, so that no secret gets in by accident."""

from __future__ import annotations

import json
import logging
import traceback
from datetime import UTC, datetime

KEYS = (
    "request_id", "method", "route", "status", "ms", "user", "company", "code", "replayed", "widget", "job", "delivery", "plugin",
    "attempt", "check",
)  # fmt: skip


class JsonLines(logging.Formatter):
    """Formats a record as {"time", "level", "logger", "message", listed keys, "traceback"}."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "logger": record.name,
            "message": record.getMessage(),
        }
        for key in KEYS:
            value = record.__dict__.get(key)
            if value is not None and value != "":
                line[key] = value if isinstance(value, str | int | float | bool) else str(value)
        if record.exc_info and record.exc_info[1] is not None:
            line["traceback"] = "".join(traceback.format_exception(record.exc_info[1]))
        return json.dumps(line, ensure_ascii=False)
