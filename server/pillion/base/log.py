"""Logging set-up. Source text never enters a log.

Pillion's own messages carry counts, names and times only.
The libraries below us (pygls among them) put whole messages, and with them source text, into
their log records, so their records are reduced to the level, the logger's name and the type of
the exception.
"""

from __future__ import annotations

import logging
import sys


class NoSourceText(logging.Filter):
    """Replace the text of foreign log records with facts that cannot hold source text."""

    def filter(self, record: logging.LogRecord) -> bool:
        """Rewrite records of other packages; let Pillion's own pass unchanged."""
        if record.name == "pillion" or record.name.startswith("pillion."):
            return True
        kind = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else "message"
        record.msg = f"{kind} at {record.module}:{record.lineno} (text withheld)"
        record.args = ()
        record.exc_info = None
        record.exc_text = None
        record.stack_info = None
        return True


def configure(level: str = "WARNING") -> None:
    """Send log records of `level` and above to standard error, without source text."""
    handler = logging.StreamHandler(sys.stderr)
    handler.addFilter(NoSourceText())
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(name)s: %(message)s"))
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    logging.getLogger("pillion").setLevel(level)
