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


DOUBT = 0.5
"""What is left of the confidence where a name exists nowhere. Models are sure of such names, too,
so that nothing less makes a difference to `pillion.completion.eagerness`."""


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
    unknown: tuple[str, ...] = ()
    """Names in the likeliest suggestion that exist nowhere."""

    @property
    def confidence(self) -> float:
        """How sure one may be of the suggestion: the model's own confidence, less what it made up.

        From 0 to 1; 0 where the model wrote nothing.
        """
        if not self.finish or not self.finish.generated_tokens:
            return 0.0
        return self.finish.confidence * (DOUBT if self.unknown else 1.0)
