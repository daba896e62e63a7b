"""Blanks at the end of a suggestion, and suggestions that hold nothing else."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason

if TYPE_CHECKING:
    from pillion.post.outcome import Draft


def refuse_empty(draft: Draft) -> Draft | Nothing:
    """Stop at once where the model wrote nothing, or nothing but blanks."""
    if not draft.text:
        return Nothing(Reason.MODEL_STOPPED)
    if draft.text.isspace():
        return Nothing(Reason.ONLY_WHITESPACE)
    return draft


def strip_blanks(draft: Draft) -> Draft | Nothing:
    """Strip what is blank at the end, except a blank that parts it from text right of it."""
    lines = [line.rstrip() for line in draft.text.split("\n")]
    text = "\n".join(lines).rstrip()
    rest = draft.site.rest[draft.swallow :]
    if text and rest[:1].strip() and len(lines) == 1 and draft.text[len(text) :]:
        text += draft.text[len(text)]
    if not text:
        return Nothing(Reason.NOTHING_LEFT)
    return draft if text == draft.text else replace(draft, text=text)
