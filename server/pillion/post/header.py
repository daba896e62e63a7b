"""In indented languages, a block that stands below the cursor needs a line that opens it.

Where the line above does not open it, the suggestion has to: it is cut behind the last line that
does, and refused where none does. The parser is no help, because it takes any indentation.
"""

from __future__ import annotations

from dataclasses import replace
from itertools import zip_longest
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.post.nesting import scan
from pillion.post.rows import indent_width, rows_of
from pillion.post.shape import following_lines, in_body, opens_block
from pillion.post.surroundings import surroundings
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from pillion.post.outcome import Draft
    from pillion.post.rows import Row
    from pillion.syntax.site import Site

LINES_BELOW = 60
"""Lines below the cursor among which the end of the block there is looked for."""


def keep_header(draft: Draft) -> Draft | Nothing:
    """Cut behind the last line that can stand above the line below."""
    site = draft.site
    if not _applies(site):
        return draft
    depths = _depths_below(site)
    nest = scan(draft.text, site.language)
    if not depths or nest.inside or nest.open():
        return draft  # What is open at the end may take what is below into itself.
    end = _last_end(rows_of(draft.text, nest), depths, site)
    if end is None:
        return Nothing(Reason.NOTHING_LEFT, "The block below would have no line that opens it.")
    return draft if end == len(draft.text) else replace(draft, text=draft.text[:end], complete=True)


def _applies(site: Site) -> bool:
    """Tell whether a statement begins at the cursor, with nothing right of it."""
    quiet = site.in_string or site.in_comment or surroundings(site).inside
    fresh = is_blank(site.typed) and is_blank(site.rest)
    return site.language.blocks == "indent" and fresh and not quiet and in_body(site)


def _depths_below(site: Site) -> tuple[int, int] | None:
    """Return how far the block below is indented, and the code that ends it."""
    comment = site.language.line_comment
    depths = [
        indent_width(line)
        for line in following_lines(site, LINES_BELOW)
        if not (comment and line.lstrip().startswith(comment))
    ]
    if not depths:
        return None
    return depths[0], next((depth for depth in depths if depth < depths[0]), 0)


def _last_end(rows: list[Row], depths: tuple[int, int], site: Site) -> int | None:
    """Return the end of the last row that the block below may follow."""
    below, outer = depths
    found, depth = None, 0
    for row, after in zip_longest(rows, rows[1:]):
        if row.level:
            # Further lines of a statement are indented as they like.
            depth = indent_width((site.typed if row.start == 0 else "") + row.text)
        unfinished = row.depth_after or (after and after.quiet)
        if row.blank or unfinished:
            continue
        opens = opens_block(row.text, site) and outer <= depth < below
        if depth >= below or opens:
            found = row.end
    return found
