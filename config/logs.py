"""Log lines that hold no personal data."""

import datetime as dt
import json
import logging
import traceback


class Line(logging.Formatter):
    """One JSON object a line. An exception is told by its type and where it happened.

    Its message is left out unless `values` is true, since a database's message quotes the row it refused.
    """

    def __init__(self, *, values: bool = False) -> None:
        super().__init__()
        self.values = values

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, object] = {
            "at": dt.datetime.fromtimestamp(record.created, tz=dt.UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
        }
        if record.exc_info and record.exc_info[1]:
            error = record.exc_info[1]
            if not self.values:  # Celery, and Django after a commit, put the exception into the message too
                for told in (repr(error), str(error)):
                    if told:
                        line["message"] = str(line["message"]).replace(told, type(error).__name__)
            line["error"] = f"{type(error).__name__}: {error}" if self.values else type(error).__name__
            line["where"] = [
                f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(error.__traceback__)
            ]
        return json.dumps(line, ensure_ascii=False)
