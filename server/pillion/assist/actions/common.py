"""What actions share: from the outcome of an assist to the outcome of an action."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.assist.actions.action import Change, Declined, DocumentChange
from pillion.assist.edit import Edited
from pillion.base.outcome import Nothing, Reason

if TYPE_CHECKING:
    from pillion.assist.actions.action import Outcome
    from pillion.assist.actions.place import Place
    from pillion.assist.edit import Refused


def outcome_of(made: Edited | Refused, place: Place, label: str) -> Outcome:
    """Return what the editor gets."""
    if isinstance(made, Edited):
        return Change(
            (DocumentChange(place.snapshot, made.edits, about=made.about),), label, made.notes
        )
    if made.why.reason is Reason.CANCELLED:
        return made.why
    return Declined(made.why, made.text) if made.text.strip() else made.why


def text_of(value: object) -> str:
    """Return an argument that must be text; an empty text for anything else."""
    return value.strip() if isinstance(value, str) else ""


NO_CODE = Nothing(Reason.NO_CODE_HERE)
