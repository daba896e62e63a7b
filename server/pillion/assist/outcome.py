"""What an assist returns: something to show, or nothing with a reason, and what it cost."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.base.trace import Trace

if TYPE_CHECKING:
    from pillion.assist.contract import Plan
    from pillion.base.outcome import Nothing
    from pillion.context.snippet import Snippet
    from pillion.engine.base import Finish


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Replace ``text[start:end]`` of the document by `text`; offsets in code points."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Answer:
    """The outcome of one completion request."""

    outcome: Suggestion | Nothing
    model: str = ""
    finish: Finish | None = None
    budget: Plan | None = None
    """What the latency contract allowed; None where the model was not asked."""
    trace: Trace = field(default_factory=Trace)
    snippets: tuple[Snippet, ...] = ()
    """The code from elsewhere that the model saw, in the order of the prompt."""
    others: tuple[Suggestion, ...] = ()
    """Other suggestions for the same place; only where the user asked."""
