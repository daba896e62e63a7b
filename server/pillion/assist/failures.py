"""What failed, in a few plain lines that a small model understands: the call, and what came of it.

Values in, text out.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.sandbox.trial import End

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.sandbox.trial import Check, Outcome

MOST_FAILURES = 2
"""More of them is more to read, and most failures have one cause."""
MOST_CODE = 400


def told(
    checks: Sequence[Check], outcomes: Sequence[Outcome], text: str, most: int = MOST_FAILURES
) -> str:
    """Return the failures of one version of the function, the shortest ones first."""
    failed = [
        (check, outcome)
        for check, outcome in zip(checks, outcomes, strict=True)
        if not outcome.passed and outcome.end is not End.LEFT_OUT
    ]
    failed.sort(key=lambda pair: len(pair[0].code) + len(pair[1].got))
    return "\n\n".join(one(check, outcome, text) for check, outcome in failed[:most])


def one(check: Check, outcome: Outcome, text: str) -> str:
    """Return one failure."""
    code = check.code.strip()
    if len(code) > MOST_CODE:
        code = code[:MOST_CODE] + " …"
    return f"{code}\n{_came(outcome, text)}"


def _came(outcome: Outcome, text: str) -> str:
    match outcome.end:
        case End.TIME:
            return "# It does not end: an endless loop or recursion."
        case End.WRONG if outcome.got or outcome.expected:
            return f"# expected: {outcome.expected}\n# got:      {outcome.got}"
        case End.WRONG:
            return f"# The assertion fails. {outcome.error.removeprefix('AssertionError')}".rstrip()
    lines = text.split("\n")
    at = ""
    if 0 < outcome.line <= len(lines):
        at = f"\n# in the line: {lines[outcome.line - 1].strip()}"
        at += f"\n# where {outcome.locals}" if outcome.locals else ""
    return f"# raises {outcome.error}{at}"
