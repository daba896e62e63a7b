"""Edits made for one text, moved to a text that was changed meanwhile.

Safe or not at all: what was changed must not touch what the edits replace.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.text.edits import Edit


def rebase(
    edits: Sequence[Edit], before: str, after: str, about: tuple[int, int] | None = None
) -> tuple[Edit, ...] | None:
    """Return `edits` of the text `before` as edits of `after`; None if one of them is touched.

    Nor may `about` be touched: the range of `before` that the edits were made from.

    All that differs counts as one change, from the first difference to the last.
    """
    if before == after:
        return tuple(edits)
    limit = min(len(before), len(after))
    start = next((n for n in range(limit) if before[n] != after[n]), limit)
    tail = next((n for n in range(limit - start) if before[-1 - n] != after[-1 - n]), limit - start)
    end, moved = len(before) - tail, len(after) - len(before)
    if about and start <= about[1] and end >= about[0]:
        return None
    found = []
    for edit in edits:
        if edit.end < start:
            found.append(edit)
        elif edit.start > end:
            found.append(replace(edit, start=edit.start + moved, end=edit.end + moved))
        else:
            return None
    return tuple(found)
