"""What the user can learn about the server: model, last outcome, counts. Numbers and names only.

Kept in memory for this session; nothing is stored and nothing is sent anywhere but to the editor.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, TypedDict

from pillion.base.outcome import Nothing

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pillion.assist.outcome import Answer
    from pillion.context.snippet import Provenance
    from pillion.lsp.model import ModelStatus


class OutcomeJson(TypedDict):
    """The last request's outcome."""

    outcome: str
    """`suggestion`, or the reason for none."""
    sentence: str
    stages: dict[str, float]
    """Milliseconds per stage."""
    tokens: dict[str, int]
    """Tokens in the prompt, evaluated (not found in the cache), and generated."""
    context: list[Provenance]
    """The code from elsewhere that the model saw."""
    unknown: int
    """Names in the suggestion that exist nowhere."""


class StatusJson(TypedDict):
    """The result of `pillion/status`; see docs/protocol.md."""

    state: str
    model: str
    percentage: int
    message: str
    notes: list[str]
    last: OutcomeJson | None
    budget: dict[str, float | bool] | None
    """What the latency contract allows at the measured speed; see `Plan.to_json`."""
    counts: dict[str, int]
    routes: list[object]
    """Who answers what, and what is sent where; empty where all stays on this machine."""


class Record:
    """The outcomes of a session."""

    def __init__(self) -> None:
        self._last: OutcomeJson | None = None
        self._budget: dict[str, float | bool] | None = None
        self._notes: list[str] = []
        self._counts: Counter[str] = Counter()

    def add(self, answer: Answer) -> str:
        """Take note of an answer; return it as a line for the log."""
        outcome = answer.outcome
        if isinstance(outcome, Nothing):
            name, sentence = str(outcome.reason), str(outcome)
        else:
            lines = outcome.text.count("\n") + 1
            name, sentence = "suggestion", f"{len(outcome.text)} characters, {lines} lines."
        stages = {stage: round(ms, 1) for stage, ms in answer.trace.stages.items()}
        done = answer.finish
        tokens = {
            "prompt": done.prompt_tokens if done else 0,
            "evaluated": done.evaluated_tokens if done else 0,
            "generated": done.generated_tokens if done else 0,
        }
        self._last = {
            "outcome": name,
            "sentence": sentence,
            "stages": stages,
            "tokens": tokens,
            "context": [one.provenance() for one in answer.snippets],
            "unknown": len(answer.unknown),
        }
        self._notes = list(answer.trace.notes) or self._notes
        if answer.budget:
            self._budget = answer.budget.to_json()
        self._counts["requests"] += 1
        self._counts[name] += 1
        times = ", ".join(f"{stage} {ms:.1f} ms" for stage, ms in stages.items())
        return f"{name}: {sentence}" + (f" [{times}]" if times else "")

    def count(self, event: str) -> None:
        """Count what the user did with a suggestion."""
        self._counts[event] += 1

    def to_json(self, model: ModelStatus, routes: Iterable[object] = ()) -> StatusJson:
        """Return everything for the editor."""
        notes = [model.note] if model.note else []
        return {
            "state": str(model.state),
            "model": model.model,
            "percentage": model.percentage,
            "message": model.message,
            "notes": notes + [note for note in self._notes if note not in notes],
            "last": self._last,
            "budget": self._budget,
            "counts": dict(self._counts),
            "routes": list(routes),
        }
