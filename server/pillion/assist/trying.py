"""A look at a change by running it, in the sandbox: can it be loaded, do its examples still hold?

For Python, and only where it was allowed to run code. What went wrong before the change is not held
against it; neither is what the sandbox does not have, such as a library or the project's own files.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from pillion.assist.examples import examples_in
from pillion.base.errors import SandboxError
from pillion.sandbox.trial import Bounds, Check, End, trial

if TYPE_CHECKING:
    from pillion.sandbox.trial import Outcome

BOUNDS = Bounds(each=2.0, whole=15.0)
_LOADS = Check("loads", "pass")
_ABSENT = ("ModuleNotFoundError", "ImportError", "FileNotFoundError", "PermissionError")
"""Errors that say more of the sandbox than of the code."""


async def try_out(before: str, after: str) -> list[str]:
    """Say what happens when the document with the change is run, and did not happen before."""
    checks = [_LOADS, *examples_in(after)]
    try:
        old, new = await asyncio.to_thread(trial, [before, after], checks, BOUNDS, all_checks=True)
    except SandboxError:
        return []
    known = {_LOADS, *examples_in(before)}
    return [
        _told(check, now)
        for check, was, now in zip(checks, old, new, strict=True)
        if _is_bad(now) and not (check in known and _is_bad(was))
    ][:1]


def _is_bad(outcome: Outcome) -> bool:
    if outcome.end is End.RAISED:
        return not outcome.error.startswith(_ABSENT)
    return outcome.end in {End.WRONG, End.TIME}


def _told(check: Check, outcome: Outcome) -> str:
    when = "When the code is loaded" if check is _LOADS else f"For the example `{check.code}`"
    if outcome.end is End.TIME:
        return f"{when}, it does not end."
    if outcome.end is End.WRONG:
        return f"{when}, it gives `{outcome.got}`."
    at = f" in line {outcome.line}" if outcome.line else ""
    return f"{when}, it raises {outcome.error}{at}."
