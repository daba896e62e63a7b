"""Golden files of post-processing: what a case says, and what the filters make of it.

In `before`, ``█`` is the cursor and ``├…┤`` what the model wrote there. In `after`, ``├…┤`` is the
suggestion, and characters it replaces are gone; `reason` stands there instead where nothing is
shown. `complete = false` means that the model was cut off by its token limit.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cursor import at_cursor
from pillion.base.outcome import Nothing
from pillion.post.outcome import Draft
from pillion.post.pipeline import Stopper, finish
from pillion.post.shape import multiline_here
from pillion.syntax.locate import locate
from pillion.syntax.site import Site

CHUNK = 4
"""Characters per chunk in which the text is streamed; a token has about as many."""


def read(case: dict[str, Any]) -> tuple[Site, str]:
    """Return the site and what the model wrote."""
    head, _, tail = case["before"].partition("├")
    written, _, tail = tail.partition("┤")
    snapshot, offset = at_cursor(head + tail, case["language"])
    return locate(snapshot, offset), written


def streamed(site: Site, written: str, *, complete: bool) -> str:
    """Return what is shown when the text streams in."""
    multiline = multiline_here(site)
    stopper = Stopper(site, multiline=multiline)
    for end in range(CHUNK, len(written) + CHUNK, CHUNK):
        kept = stopper.feed(written[:end])
        if kept is not None:
            written, complete = written[:kept], True
            break
    return drawn(site, finish(written, site, multiline=multiline, complete=complete))


def at_once(site: Site, written: str, *, complete: bool) -> str:
    """Return what is shown when the text comes as a whole."""
    multiline = multiline_here(site)
    return drawn(site, finish(written, site, multiline=multiline, complete=complete))


def blind(site: Site) -> Site:
    """Return the site as it is without a grammar."""
    plain = replace(site.language, grammar=None)
    return replace(site, language=plain, block=None, broken=False)


def drawn(site: Site, outcome: Draft | Nothing) -> str:
    """Return the document with the suggestion marked in it, or the reason for none."""
    if isinstance(outcome, Nothing):
        return outcome.reason.value
    return f"{site.before}├{outcome.text}┤{site.after[outcome.swallow :]}"


def expected(case: dict[str, Any]) -> str:
    """Return what the case says is shown."""
    return str(case["reason"] if "reason" in case else case["after"])
