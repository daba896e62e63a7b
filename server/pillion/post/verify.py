"""Verification by the parser: a suggestion never brings in a new syntax error.

The document with the suggestion is parsed and compared with the document as it was typed. What is
half-written anyway may stay half-written; what was sound stays sound, if need be with fewer lines.
Without a grammar nothing is checked.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.post.indentation import indent_unit
from pillion.post.nesting import CLOSER_OF, scan
from pillion.post.shape import opens_block
from pillion.post.surroundings import surroundings
from pillion.syntax.check import error_count
from pillion.text.lines import indent_of, is_blank

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pillion.post.outcome import Draft

MAX_PARSES = 8

MAX_PARSED_CHARS = 600_000
"""Characters parsed for one suggestion, in all; about 150 ms (0.25 ms per 1,000 characters)."""

# A macro may stand for anything, so that sound code often does not parse.
_PREPROCESSED = frozenset(("c", "cpp"))

_DANGLING = re.compile(r"[\s+\-*/%&|^=<>,.!?:]+$")


def verify(draft: Draft) -> Draft | Nothing:
    """Shorten the draft until it adds no syntax error."""
    site = draft.site
    if site.in_comment or (site.in_string and not surroundings(site).inside):
        return draft
    before = error_count(site.snapshot.text, site.language)
    if before is None:
        return draft
    parses = min(MAX_PARSES, MAX_PARSED_CHARS // max(1, len(site.snapshot.text)))
    fewest, best = None, draft
    for candidate, _ in zip(_shortened(draft), range(parses), strict=False):
        errors = _errors(candidate)
        if errors is None or errors <= before:
            return candidate
        if fewest is None or errors < fewest:
            fewest, best = errors, candidate
    if site.broken or fewest is None or site.language.id in _PREPROCESSED:
        return best  # Unfinished code seldom parses, whatever is put in.
    return Nothing(Reason.NOTHING_LEFT, "It would have been a syntax error.")


def _shortened(draft: Draft) -> Iterator[Draft]:
    """Return the draft, then ever shorter ones."""
    yield draft
    lines = draft.text.split("\n")
    last = len(lines)
    drop = 1
    while last > 1:
        # Single lines first: most errors are in the last few.
        last -= drop
        drop += drop if len(lines) - last >= 3 else 0
        text = "\n".join(lines[: max(1, last)])
        if not is_blank(text):
            yield replace(draft, text=text, complete=True)
    text = _DANGLING.sub("", draft.text)
    if len(lines) == 1 and text != draft.text and not draft.swallow and not is_blank(text):
        yield replace(draft, text=text)


def _errors(draft: Draft) -> int | None:
    """Count the syntax errors of the document with the draft in it.

    Where one line was asked for, or the model was cut off, what the draft opens may stay open: it
    is closed for the parser only.
    """
    site = draft.site
    after = site.after[draft.swallow :]
    errors = error_count(site.before + draft.text + after, site.language)
    if not errors or (draft.multiline and draft.complete):
        return errors
    tail = _closing(draft)
    if not tail:
        return errors
    closed = error_count(site.before + draft.text + tail + after, site.language)
    return errors if closed is None else min(errors, closed)


def _closing(draft: Draft) -> str:
    """Return what closes the brackets and the block that the draft opens."""
    site = draft.site
    nest = scan(draft.text, site.language, surroundings(site).inside)
    closers = "".join(CLOSER_OF[bracket.char] for bracket in reversed(nest.open()))
    if closers:
        return closers
    last = (site.typed + draft.text).rpartition("\n")[2]
    if site.language.blocks == "indent" and opens_block(last, site):
        return "\n" + indent_of(last) + indent_unit(site) + "pass"
    return ""
