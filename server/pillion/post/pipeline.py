"""Post-processing as a whole: the ordered filters that make a suggestion of the model's text.

The last stage before the answer. It takes the site and the text and returns a draft that is worth
showing or the reason why there is none. It never calls the engine, never reads a file, and never
raises, whatever the model wrote.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing
from pillion.post.balance import balance_brackets
from pillion.post.blanks import refuse_empty, strip_blanks
from pillion.post.block import cut_to_block
from pillion.post.header import keep_header
from pillion.post.indentation import fix_indentation
from pillion.post.line_endings import restore_line_endings, unify_line_endings
from pillion.post.outcome import Draft
from pillion.post.overlap import (
    cut_following_lines,
    refuse_following_line,
    refuse_unchanged,
    swallow_rest,
)
from pillion.post.repetition import cut_loops, refuse_repeated_prefix
from pillion.post.single_line import cut_to_line, drop_unfinished
from pillion.post.specials import cut_specials
from pillion.post.stopping import Stopper
from pillion.post.verify import verify

if TYPE_CHECKING:
    from pillion.post.outcome import Filter
    from pillion.syntax.site import Site

__all__ = ["FILTERS", "Stopper", "finish"]

FILTERS: tuple[Filter, ...] = (
    refuse_empty,
    cut_specials,
    unify_line_endings,
    cut_to_line,
    drop_unfinished,
    cut_loops,
    fix_indentation,
    cut_to_block,
    # Only what belongs to the block is compared with the code around it.
    cut_following_lines,
    swallow_rest,
    balance_brackets,
    refuse_repeated_prefix,
    strip_blanks,
    keep_header,
    # Last, since every cut before it may have mended or broken the syntax.
    verify,
    strip_blanks,
    refuse_unchanged,
    refuse_following_line,
    restore_line_endings,
)
"""Every step from the model's text to the suggestion, in order."""


def finish(text: str, site: Site, *, multiline: bool, complete: bool) -> Draft | Nothing:
    """Run all filters on what the model wrote.

    `complete` is False when the model was cut off by the token limit. The suggestion inserts the
    draft's text at the cursor and replaces `swallow` characters right of it.
    """
    draft = Draft(text, site, multiline=multiline, complete=complete)
    for step in FILTERS:
        outcome = step(draft)
        if isinstance(outcome, Nothing):
            return outcome
        draft = outcome
    return draft
