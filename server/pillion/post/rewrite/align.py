"""The rewritten range against the original, line by line: the edits that make one of the other.

What the model copied stays the user's own text, blanks at the end of lines and line endings too.
"""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from pillion.text.edits import Edit
from pillion.text.lines import Lines, eol_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.post.rewrite.values import Aim


def align(aim: Aim, text: str) -> tuple[Edit, ...]:
    """Return the edits of the document that put `text` in the place of the range."""
    document, extent, eol = aim.snapshot.text, aim.extent, eol_of(aim.snapshot.text)
    here = Lines.of(document[extent.start : extent.end])
    old = [
        document[extent.start + a : extent.start + b]
        for a, b in zip(here.starts, here.ends, strict=True)
    ]
    new = text.split("\n")
    matcher = SequenceMatcher(
        None, [line.rstrip() for line in old], [line.rstrip() for line in new], autojunk=False
    )
    edits = []
    for tag, first, last, begin, end in matcher.get_opcodes():
        if tag == "equal":
            continue
        put, start = eol.join(new[begin:end]), extent.end
        if last < len(old):
            start, stop = extent.start + here.starts[first], extent.start + here.starts[last]
            put += eol if begin < end else ""
        else:
            # The ending of the last line is not in the range.
            stop = extent.end
            if first == last:
                put = eol + put
            elif begin < end or first == 0:
                start = extent.start + here.starts[first]
            else:
                start = extent.start + here.ends[first - 1]
        edits.append(_trimmed(document, Edit(start, stop, put)))
    edits = [edit for edit in edits if document[edit.start : edit.end] != edit.new]
    return tuple(_joined(edits))


def _joined(edits: Sequence[Edit]) -> list[Edit]:
    """Make one edit of those that touch each other."""
    found: list[Edit] = []
    for edit in edits:
        if found and found[-1].end == edit.start:
            found[-1] = Edit(found[-1].start, edit.end, found[-1].new + edit.new)
        else:
            found.append(edit)
    return found


def applied(text: str, edits: Sequence[Edit]) -> str:
    """Return `text` with edits made that don't overlap."""
    for edit in sorted(edits, key=lambda edit: edit.start, reverse=True):
        text = edit.apply(text)
    return text


def _trimmed(text: str, edit: Edit) -> Edit:
    """Leave out what is the same at both ends, in one line that is replaced by one line."""
    old, new = text[edit.start : edit.end], edit.new
    if old.count("\n") > 1 or new.count("\n") > 1 or not old or not new:
        return edit
    limit = min(len(old), len(new))
    head = next((n for n in range(limit) if old[n] != new[n]), limit)
    tail = next((n for n in range(limit - head) if old[-1 - n] != new[-1 - n]), limit - head)
    return Edit(edit.start + head, edit.end - tail, new[head : len(new) - tail])
