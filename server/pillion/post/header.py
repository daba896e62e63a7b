"""In indented languages, a block that stands below the cursor needs a line that opens it.

Where the line above does not open it, the suggestion has to: it is cut behind the last line that
does, and refused where none does. The parser is no help, because it takes any indentation.
"""

from __future__ import annotations

from dataclasses import replace
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

LINES_BELOW = 8
"""Lines below the cursor among which the first one of code is looked for."""


def keep_header(draft: Draft) -> Draft | Nothing:
    """Cut behind the last line that can stand above the line below."""
    site = draft.site
    if not _applies(site):
        return draft
    below = _depth_below(site)
    if below is None:
        return draft
    rows = rows_of(draft.text, scan(draft.text, site.language, surroundings(site).inside))
    for row in reversed(rows):
        if _may_end(row, below, site):
            whole = row.end == len(draft.text)
            return draft if whole else replace(draft, text=draft.text[: row.end], complete=True)
    return Nothing(Reason.NOTHING_LEFT, "The block below would have no line that opens it.")


def _applies(site: Site) -> bool:
    """Tell whether a statement begins at the cursor, with nothing right of it."""
    quiet = site.in_string or site.in_comment or surroundings(site).inside
    fresh = is_blank(site.typed) and is_blank(site.rest)
    return site.language.blocks == "indent" and fresh and not quiet and in_body(site)


def _depth_below(site: Site) -> int | None:
    """Return how far the first line of code below is indented."""
    comment = site.language.line_comment
    for line in following_lines(site, LINES_BELOW):
        if not (comment and line.lstrip().startswith(comment)):
            return indent_width(line)
    return None


def _may_end(row: Row, below: int, site: Site) -> bool:
    """Tell whether the line below may follow this one, as far as their indentation says."""
    line = (site.typed if row.start == 0 else "") + row.text
    if row.blank or indent_width(line) >= below or opens_block(line, site):
        return not row.blank
    # Inside brackets or a string indentation is free, and what is open there ends elsewhere.
    return row.quiet or row.depth > 0 or row.depth_after > 0
