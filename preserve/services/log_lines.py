"""Text of a service's log, a line an entry: what people sent neither begins a line of its own nor steers a terminal."""

from __future__ import annotations

import logging

from preserve.visible_text import visible

_FORM = "%(asctime)s %(levelname)s %(name)s %(message)s"
_INDENT = "    "
"""Before each line of a trace, so that none can be taken for an entry."""


class LogLines(logging.Formatter):
    """Writes an entry as one line, and its trace in indented lines below it; whatever cannot be seen as its code point.

    Names of files, of people and of addresses are in errors, and whoever chose them also chose what they hold.
    """

    def __init__(self) -> None:
        super().__init__(_FORM)

    def format(self, record: logging.LogRecord) -> str:
        """The entry, with its trace."""
        record.message = record.getMessage()
        record.asctime = self.formatTime(record, self.datefmt)
        lines = [visible(self.formatMessage(record))]
        trace = self.formatException(record.exc_info) if record.exc_info else ""
        for text in (trace, self.formatStack(record.stack_info) if record.stack_info else ""):
            lines += [_INDENT + visible(line) for line in text.splitlines()]
        return "\n".join(lines)
