"""Weaknesses of Python by bandit, in this process.

What it says of imports, asserts, random numbers and programs without a shell is left out: nearly
all of that is fine. Secrets are found by `pillion.security.secrets`.
"""

from __future__ import annotations

import io
import logging
import warnings
from typing import TYPE_CHECKING

from pillion.security.weakness import Weakness
from pillion.syntax import python_tree
from pillion.text.lines import Lines

if TYPE_CHECKING:
    from bandit.core.issue import Issue

_LEFT_OUT = frozenset(
    {
        "B104",  # Listening on all interfaces is what servers in containers do.
        "B105",  # Passwords: see `secrets`.
        "B106",
        "B107",
        "B108",  # A path in /tmp.
        "B113",  # No timeout.
        "B310",  # urlopen takes file: addresses.
    }
)
_BETTER = {"B307": 95}
"""What the list has a closer number for: `eval` is no command."""
_BOUND = 400_000


def look(text: str) -> list[Weakness]:
    """Return what bandit finds in `text`, of medium severity and more; nothing if it is broken."""
    if len(text) > _BOUND:
        return []
    # Both warn of things that are not the user's business, bandit when it is imported, too.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        # Formats of reports that are not installed.
        logging.getLogger("stevedore").setLevel(logging.CRITICAL)
        # It takes 70 ms to import, and completions do without it.
        from bandit.core.config import BanditConfig  # noqa: PLC0415
        from bandit.core.manager import BanditManager  # noqa: PLC0415

        # It logs what it can't resolve, with names from the code in it.
        logging.getLogger("bandit").setLevel(logging.CRITICAL)
        manager = BanditManager(BanditConfig(), "file", quiet=True)
        data = io.BytesIO(text.encode(errors="replace"))
        manager._parse_file("module.py", data, ["module.py"])  # noqa: SLF001 - as for standard input.
    lines = Lines.of(text)
    return [
        _weakness(text, lines, issue)
        for issue in manager.results
        if issue.severity in {"MEDIUM", "HIGH"} and issue.test_id not in _LEFT_OUT
    ]


def parses(text: str) -> bool:
    """Tell whether bandit can look at `text`."""
    return python_tree.module(text) is not None


def _weakness(text: str, lines: Lines, issue: Issue) -> Weakness:
    number = max(0, min(issue.lineno - 1, len(lines) - 1))
    start, end = lines.starts[number], lines.ends[number]
    line = text[start:end]
    begin = start + len(line) - len(line.lstrip())
    message = issue.text.partition("\n")[0].rstrip(".") + "."
    return Weakness(_BETTER.get(issue.test_id, int(issue.cwe.id)), message, begin, max(begin, end))
