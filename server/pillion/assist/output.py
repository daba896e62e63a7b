"""One output of the model while it is written, and what is left of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason
from pillion.engine.base import Chunk, Finish, FinishReason
from pillion.post.pipeline import Stopper, finish

if TYPE_CHECKING:
    from pillion.post.outcome import Draft
    from pillion.syntax.site import Site

CANCELLED = Nothing(Reason.CANCELLED)


@dataclass
class Output:
    """What was written so far; what comes behind the end that post-processing sees is dropped."""

    site: Site
    multiline: bool
    text: str = ""
    finish: Finish | None = None
    kept: bool = False
    """Nothing more of it can be shown."""
    _stopper: Stopper = field(init=False)

    def __post_init__(self) -> None:
        self._stopper = Stopper(self.site, multiline=self.multiline)

    @property
    def ended(self) -> bool:
        """Whether it is there as a whole."""
        return self.kept or self.finish is not None

    def take(self, chunk: Chunk) -> None:
        """Take note of what the model wrote."""
        if chunk.text and not self.kept:
            self.text += chunk.text
            end = self._stopper.feed(self.text)
            if end is not None:
                self.text, self.kept = self.text[:end], True
        self.finish = chunk.finish

    def draft(self) -> Draft | Nothing:
        """Return what is left of it, once it has ended."""
        reason = self.finish.reason if self.finish else FinishReason.CANCELLED
        if reason is FinishReason.CANCELLED and not self.kept:
            return CANCELLED
        complete = self.kept or reason is FinishReason.STOP
        return finish(self.text, self.site, multiline=self.multiline, complete=complete)
