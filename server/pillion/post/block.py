"""The end of the block the cursor is in: nothing beyond it belongs to a suggestion.

The text rules work while the model writes and without a grammar; `cut_to_block` also asks the
parser, which knows the strings and keywords that the text rules misread. Both only ever shorten.
"""

from __future__ import annotations

import re
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

from pillion.post.closers import closers_of
from pillion.post.nesting import CLOSER_OF, CLOSERS, scan
from pillion.post.rows import indent_width, rows_of
from pillion.post.shape import after_opener, fresh_body, in_body
from pillion.post.surroundings import surroundings
from pillion.syntax.locate import locate
from pillion.text.lines import is_blank
from pillion.text.snapshot import Snapshot

if TYPE_CHECKING:
    from pillion.post.nesting import Nesting
    from pillion.post.outcome import Draft
    from pillion.post.rows import Row
    from pillion.syntax.site import Site

_DEFINITION = re.compile(
    r"\s*(?:(?:async\s+)?(?:def|class)\b"
    r"|(?:(?:export|default|declare|public|private|protected|internal|static|final|abstract|async"
    r"|pub(?:\([^)]*\))?|unsafe|extern|inline|virtual|override|const|template\s*<[^>]*>)\s+)*"
    r"(?:function|func|fn|class|interface|struct|enum|union|trait|impl|mod|namespace|type)\b)"
)
# A method without a keyword, as in Java, C and the classes of TypeScript.
_METHOD = re.compile(
    r"\s*(?!(?:if|for|while|switch|catch|else|do|try|return|await|yield|new|throw|match|with)\b)"
    r"\w[\w<>\[\],.:*&~ ]*\([^=]*\)[^=]*\{?$"
)


def cut_to_block(draft: Draft) -> Draft:
    """Cut where the suggestion leaves the cursor's block, by the text and by the parser."""
    if not draft.multiline:
        return draft
    if (end := block_end(draft.text, draft.site)) is not None:
        draft = replace(draft, text=draft.text[:end], complete=True)
    if (end := parsed_end(draft)) is not None:
        draft = replace(draft, text=draft.text[:end], complete=True)
    return draft


def block_end(text: str, site: Site) -> int | None:
    """Return the length of `text` that belongs to the cursor's block; None while all of it does.

    The block ends where a bracket closes that was opened before the cursor and is closed after
    it; with the line in which the suggestion itself closes it; in indented languages where a line
    dedents; behind one definition; and at a blank line, unless the block begins at the cursor.
    """
    nest = scan(text, site.language, surroundings(site).inside)
    rows = rows_of(text, nest)
    ends = [
        _string_end(text, nest, site),
        _bracket_end(text, nest, site),
        _closing_line(rows),
        _header_end(rows, nest, site),
    ]
    if in_body(site):
        ends.append(_paragraph_end(rows, site))
        if site.language.blocks == "braces":
            ends.append(_braced_definition_end(rows, site))
        else:
            ends += (_dedent(rows, site), _indented_definition_end(rows, site))
    return min((end for end in ends if end is not None), default=None)


def parsed_end(draft: Draft) -> int | None:
    """Return where the parser sees the cursor's block end within the suggestion, if it does."""
    site, text = draft.site, draft.text
    if site.language.grammar is None or site.in_string or site.in_comment or "\n" not in text:
        return None
    first = len(text) - len(text.lstrip())
    if text[first : first + 1] in CLOSERS:
        return None  # It begins outside of the block, with something like `} else {`.
    buffer = site.before + text + site.after[draft.swallow :]
    snapshot = Snapshot(site.snapshot.uri, buffer, language=site.snapshot.language)
    inner = locate(snapshot, site.offset + first)
    if inner.block is None or inner.broken:
        return None
    end = inner.block.end - site.offset
    beyond = text[max(0, end) :].strip()
    # A comment at the end of a block belongs to it, though the syntax tree leaves it out.
    comment = site.language.line_comment
    if end <= first or not beyond or (comment and beyond.startswith(comment)):
        return None
    return end


def _string_end(text: str, nest: Nesting, site: Site) -> int | None:
    """Return where the suggestion ends the string that the cursor stands in."""
    around = surroundings(site)
    end = nest.resumes
    if end is None:
        return None
    if around.closed and "\n" in text[:end]:
        return max(0, end - len(around.inside))
    newline = text.find("\n", max(0, end))
    return newline if newline >= 0 else None


def _bracket_end(text: str, nest: Nesting, site: Site) -> int | None:
    """Return where the suggestion closes a bracket that it must not close.

    The first line is left alone: with the rest of the cursor's line it may come out right.
    """
    around = surroundings(site)
    if not around.open and site.language.blocks == "none":
        return None  # Prose and unknown languages use brackets as they like.
    excess = closers_of(text, nest, around).excess
    return excess.offset if excess and "\n" in text[: excess.offset] else None


def _closing_line(rows: list[Row]) -> int | None:
    """Return the end of the line in which the suggestion closes the cursor's block itself."""
    for row in rows:
        if row.finished and row.closed_after and not row.depth_after:
            return row.end
    return None


def _header_end(rows: list[Row], nest: Nesting, site: Site) -> int | None:
    """Return the end of the line that opens what is closed below: its body stands there already."""
    spare = surroundings(site).spare
    if not spare:
        return None
    for row in rows:
        opened = nest.between(row.start, row.end).open()
        if row.finished and any(CLOSER_OF[bracket.char] == spare for bracket in opened):
            return row.end
    return None


def _content(rows: list[Row], site: Site) -> int | None:
    """Return how far the statements of the cursor's block are indented."""
    if is_blank(site.typed) and not rows[0].blank:
        return indent_width(site.typed + rows[0].text)
    return next((indent_width(row.text) for row in rows[1:] if not row.blank), None)


def _dedent(rows: list[Row], site: Site) -> int | None:
    """Return where a line begins that is indented less than the block."""
    content = _content(rows, site)
    if content is None:
        return None
    least = indent_width(site.typed)
    if content < least or (content == least and not is_blank(site.typed) and after_opener(site)):
        return rows[0].end
    for row in rows[1:]:
        if row.level and not row.closes and indent_width(row.text) < content:
            return row.start - 1
    return None


def _paragraph_end(rows: list[Row], site: Site) -> int | None:
    """Return where a blank line ends the paragraph, unless the block begins at the cursor."""
    if fresh_body(site):
        return None
    content = _content(rows, site)
    braces = site.language.blocks == "braces"
    started = not rows[0].blank
    for above, row in pairwise(rows):
        parted = started and row.level and above.blank and not above.quiet
        if parted and (braces or indent_width(row.text) == content):
            return above.start - 1
        started = started or not row.blank
    return None


def _indented_definition_end(rows: list[Row], site: Site) -> int | None:
    """Return where a statement begins behind the first whole definition of the block."""
    content = _content(rows, site)
    defined = False
    for number, row in enumerate(rows):
        line = site.typed + row.text if number == 0 else row.text
        if not row.level or row.closes or indent_width(line) != content:
            continue
        if defined:
            return row.start - 1
        defined = _DEFINITION.match(line) is not None
    return None


def _braced_definition_end(rows: list[Row], site: Site) -> int | None:
    """Return the end of the first definition in braces, or of any braces at the top level."""
    top = not surroundings(site).open
    head = ""
    for number, row in enumerate(rows):
        if row.level and row.depth_after:
            head = site.typed + row.text if number == 0 else row.text
            if head.strip() == "{" and number:
                head = rows[number - 1].text
        ended = row.finished and row.depth and not row.depth_after
        if ended and (top or _DEFINITION.match(head) or _METHOD.match(head)):
            return row.end
    return None
