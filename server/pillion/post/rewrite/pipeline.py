"""From a model's answer to a rewritten range that is safe to show, or what is wrong with it.

Each check is a file of its own with its own reason. None of them asks the model, reads a file or
raises, whatever the model wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.post.rewrite.answer import take_code
from pillion.post.rewrite.asked import lacking, remaining
from pillion.post.rewrite.elisions import fill_elisions, refuse_elisions
from pillion.post.rewrite.indent import rebase_indentation
from pillion.post.rewrite.losses import refuse_losses, refuse_unchanged, refuse_unfinished
from pillion.post.rewrite.members import misused
from pillion.post.rewrite.missing import keep_missing
from pillion.post.rewrite.names import check_names
from pillion.post.rewrite.secrets import restore_secrets
from pillion.post.rewrite.signature import check_signature
from pillion.post.rewrite.syntax import check_syntax
from pillion.post.rewrite.values import Flaw

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from pillion.post.rewrite.values import Check, Rewrite

CHECKS: tuple[Check, ...] = (
    take_code,
    refuse_unfinished,
    restore_secrets,
    rebase_indentation,
    # What was left out comes back before anything is held against the answer.
    fill_elisions,
    keep_missing,
    refuse_elisions,
    refuse_unchanged,
    check_syntax,
    check_signature,
    refuse_losses,
    check_names,
)
"""Every step from the answer to the rewritten range, in order."""


def check(rewrite: Rewrite) -> Rewrite | Flaw:
    """Run all checks; the first flaw ends it."""
    for step in CHECKS:
        outcome = step(rewrite)
        if isinstance(outcome, Flaw):
            return outcome
        rewrite = outcome
    return rewrite


DOUBTS: tuple[Callable[[Rewrite], Iterable[str]], ...] = (lacking, remaining, misused)
"""What speaks against a rewrite and may be wrong about it."""


def doubts(rewrite: Rewrite) -> tuple[str, ...]:
    """Return what the model should look at again, in sentences; nobody is refused for it."""
    return tuple(one for look in DOUBTS for one in look(rewrite))
