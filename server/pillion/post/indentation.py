"""Indentation: tabs or blanks as the document has them, and a first line that starts in place.

Only the blanks at the start of lines change, never what stands behind them.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.post.rows import indent_width
from pillion.post.shape import in_body, opens_block, previous_line
from pillion.text.lines import indent_of, is_blank

if TYPE_CHECKING:
    from pillion.post.outcome import Draft
    from pillion.syntax.languages import Language
    from pillion.syntax.site import Site
    from pillion.text.snapshot import Snapshot

SAMPLE_LINES = 400
"""Lines around the cursor that tell how the document is indented."""


def fix_indentation(draft: Draft) -> Draft:
    """Indent the draft as the document is indented."""
    if draft.site.in_string or draft.site.in_comment:
        return draft
    text = _join_first_line(draft.text, draft.site)
    text = _use_unit(text, draft.site)
    text = _align_first_line(text, draft.site)
    return draft if text == draft.text else replace(draft, text=text)


def indent_unit(site: Site) -> str:
    """Return one step of the document's indentation: a tab or some blanks."""
    return indent_unit_of(site.snapshot, site.offset, site.language)


def indent_unit_of(snapshot: Snapshot, offset: int, language: Language) -> str:
    """Return one step of a document's indentation, as it is around `offset`."""
    lines = snapshot.lines
    here = lines.at(offset)
    begin, end = max(0, here - SAMPLE_LINES // 2), min(len(lines), here + SAMPLE_LINES // 2)
    steps: Counter[str] = Counter()
    above = ""
    for number in range(begin, end):
        line = snapshot.line(number)
        if is_blank(line):
            continue
        indent = indent_of(line)
        if len(indent) > len(above) and indent.startswith(above):
            step = indent[len(above) :]
            # A step of one blank continues a comment (` * text`), one of many aligns arguments.
            if "\t" in step or 2 <= len(step) <= 8:
                steps["\t" if "\t" in step else step] += 1
        above = indent
    if steps:
        return steps.most_common(1)[0][0]
    return "\t" if language.id == "go" else "    "


def _join_first_line(text: str, site: Site) -> str:
    """On a blank line, drop blank lines at the start and blanks that are there already."""
    if not is_blank(site.typed) or not text.strip():
        return text
    body = text[len(text) - len(text.lstrip()) :]
    head = text[: len(text) - len(body)]
    if "\n" not in head:
        return text
    indent = head.rpartition("\n")[2]
    return indent.removeprefix(site.typed) + body if indent.startswith(site.typed) else text


def _use_unit(text: str, site: Site) -> str:
    """Indent with tabs where the document does, and with blanks where it does."""
    lines = text.split("\n")
    indents = [indent_of(line) for line in lines[1:] if not is_blank(line)]
    unit = indent_unit(site)
    if unit == "\t":
        theirs = min((len(i) for i in indents if i and "\t" not in i), default=0)
        if not theirs or (len(indent_of(site.typed)) and "\t" not in indent_of(site.typed)):
            return text
        step = next((n for n in (4, 2, 3, 8) if theirs % n == 0), theirs)
        lines[1:] = [_to_tabs(line, step) for line in lines[1:]]
    elif any("\t" in indent for indent in indents) and "\t" not in site.typed:
        lines[1:] = [
            indent_of(line).replace("\t", unit) + line[len(indent_of(line)) :] for line in lines[1:]
        ]
    return "\n".join(lines)


def _to_tabs(line: str, step: int) -> str:
    blanks = len(line) - len(line.lstrip(" "))
    return "\t" * (blanks // step) + " " * (blanks % step) + line[blanks:]


def _align_first_line(text: str, site: Site) -> str:
    """In an indented language, begin no deeper than the line above allows, and no less deep."""
    if site.language.blocks != "indent" or not is_blank(site.typed) or not in_body(site):
        return text
    above = previous_line(site)
    lead = indent_of(text)
    start, limit = indent_width(site.typed + lead), indent_width(above)
    if not above or not text.strip() or text.startswith("\n"):
        return text
    if opens_block(above, site):
        missing = limit + len(indent_unit(site).expandtabs(4)) - start
        return _shift(text, missing) if start <= limit else text
    excess = start - max(limit, indent_width(site.typed))
    return _shift(text, -excess) if excess > 0 and lead else text


def _shift(text: str, columns: int) -> str:
    """Indent all lines by `columns` more; with a negative number less, as far as they can."""
    shifted = []
    for line in text.split("\n"):
        if is_blank(line):
            shifted.append(line)
        elif columns >= 0:
            shifted.append(" " * columns + line)
        else:
            shifted.append(line[min(-columns, len(indent_of(line))) :])
    return "\n".join(shifted)
