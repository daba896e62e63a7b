"""From a document and an offset to a `Site`: what the cursor is in.

The first stage of every request. Works on whatever the text is: the tree answers where there is
one, a scan of the cursor's line where there is none. Never raises, never changes the text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.syntax.braced import braced_block
from pillion.syntax.check import errors_in
from pillion.syntax.indented import indented_block
from pillion.syntax.languages import language_of
from pillion.syntax.literals import Stands, scan, stands, unclosed_quote
from pillion.syntax.parse import parse
from pillion.syntax.site import Block, Site

if TYPE_CHECKING:
    from pillion.syntax.parse import Parsed
    from pillion.text.snapshot import Snapshot

# A line scan looks at this much before the cursor. Longer lines are generated or minified.
_SCANNED = 10_000

# Lines above the cursor that are searched for an opening quote that was never closed.
_QUOTE_LINES = 100


def locate(snapshot: Snapshot, offset: int) -> Site:
    """Return the site of the code-point `offset`, moved into the text where it lies outside.

    `Site.broken` means: an error or a missing token touches the cursor's line, the line above it
    or the line below it; an error that spans them all touches them.
    """
    offset = max(0, min(offset, len(snapshot.text)))
    lines = snapshot.lines
    number = lines.at(offset)
    start, end = lines.starts[number], lines.ends[number]
    offset = min(offset, end)  # Between \r and \n is no place for a cursor.
    language = language_of(snapshot.language, snapshot.uri)
    parsed = parse(snapshot.text, language)
    if parsed is None:
        kind = scan(snapshot.text[max(start, offset - _SCANNED) : offset], language)
        block, broken = None, False
    else:
        above, below = max(0, number - 1), min(len(lines) - 1, number + 1)
        broken = errors_in(parsed, lines.starts[above], lines.ends[below]) > 0
        kind = _stands(snapshot, parsed, offset, number, broken=broken)
        block = _block(snapshot, parsed, offset)
    return Site(
        snapshot=snapshot,
        language=language,
        offset=offset,
        line_start=start,
        line_end=end,
        block=block,
        in_string=kind is Stands.STRING,
        in_comment=kind is Stands.COMMENT,
        broken=broken,
    )


def _block(snapshot: Snapshot, parsed: Parsed, offset: int) -> Block | None:
    by_indentation = parsed.language.blocks == "indent"
    return (indented_block if by_indentation else braced_block)(snapshot, parsed, offset)


def _stands(
    snapshot: Snapshot, parsed: Parsed, offset: int, number: int, *, broken: bool
) -> Stands:
    kind = stands(parsed, offset)
    if kind is not None or not broken:
        return kind or Stands.CODE
    lines = snapshot.lines
    if unclosed_quote(parsed, lines.starts[max(0, number - _QUOTE_LINES)], offset):
        return Stands.STRING
    start = max(lines.starts[number], offset - _SCANNED)
    return (
        scan(snapshot.text[start:offset], parsed.language)
        if (stands(parsed, start) is None)
        else Stands.CODE
    )
