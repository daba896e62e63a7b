"""Places where nothing is suggested, whatever the model would write. Asked before it runs.

In the value of a secret it could only make one up, or say again what it has seen; behind a whole
statement, with more on the line, it can only be in the way; in comments it is a matter of taste.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.context import secret_names
from pillion.post.shape import only_closers

if TYPE_CHECKING:
    from pillion.base.settings import Settings
    from pillion.syntax.site import Site

SECRET = Nothing(Reason.NOT_HERE, "A secret belongs here.")
COMMENT = Nothing(Reason.NOT_HERE, "`pillion.completion.comments` is off.")
STATEMENT = Nothing(Reason.NOT_HERE, "The statement is whole, and more stands behind it.")

_PROBE = "q7Zk2Vt9xW4m"
"""A text that is a secret where a secret may stand, and nowhere else."""

_GIVEN = re.compile(r"[:=]\s*[A-Za-z]{0,2}[\"'`]+[^\"'`]*$")
"""A string that a name is given: what is said to `TokenError("...")` is no secret."""


def silence(site: Site, settings: Settings, *, asked: bool) -> Nothing | None:
    """Return why nothing is suggested at this cursor; None where something may be.

    Where the user `asked`, only secrets are left alone.
    """
    if site.in_string and _in_secret(site):
        return SECRET
    if asked:
        return None
    if site.in_comment and not settings.comments:
        return COMMENT
    return STATEMENT if _behind_statement(site) else None


def _in_secret(site: Site) -> bool:
    if not _GIVEN.search(site.typed):
        return False
    at = len(site.typed)
    line = f"{site.typed}{_PROBE}{site.rest}"
    return any(start <= at < end for start, end in secret_names.spans(line, loose=False))


def _behind_statement(site: Site) -> bool:
    if site.language.grammar is None or site.in_string or site.in_comment:
        return False
    typed = site.typed.rstrip()
    # In the head of a `for` the semicolon ends no statement.
    whole = typed.endswith(";") and typed.count("(") <= typed.count(")")
    return whole and not only_closers(site.rest)
