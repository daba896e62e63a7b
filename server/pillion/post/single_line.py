"""One line where only one line may be shown, and no half line where the model was cut off."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from pillion.post.outcome import Draft

_HALF_WORD = re.compile(r"(?<=[^\w])\w+$")


def cut_to_line(draft: Draft) -> Draft | Nothing:
    """Keep the first line where only one line may be shown."""
    if draft.multiline or "\n" not in draft.text:
        return draft
    if draft.text.startswith("\n"):
        return Nothing(Reason.MODEL_STOPPED)
    return replace(draft, text=draft.text.partition("\n")[0], complete=True)


def drop_unfinished(draft: Draft) -> Draft:
    """Drop the last line of a draft that was cut off, or the last word of its only line.

    A line that was cut off is still worth showing, but half an identifier is not. Several lines
    stay marked as cut off: their brackets may be open.
    """
    if draft.complete:
        return draft
    head, newline, tail = draft.text.rpartition("\n")
    if newline and not is_blank(head):
        return replace(draft, text=head)
    return replace(draft, text=head + newline + _HALF_WORD.sub("", tail))
