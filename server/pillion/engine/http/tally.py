"""What a request to a server has cost so far, told or counted, so that a cancel can tell, too."""

from __future__ import annotations

import time
from dataclasses import dataclass, field

from pillion.engine.base import Finish, FinishReason

CHARACTERS_PER_TOKEN = 3.5
"""Of source text, where the server does not tell: the default model's tokenizer needs one token
for 3.2 to 4.1 characters of Python, TypeScript, Go, Rust and C."""


@dataclass
class Tally:
    """The costs of one request."""

    prompt: int = 0
    evaluated: int = 0
    generated: int = 0
    logs: float = 0.0
    """Sum of the logarithms of the probabilities of the tokens that were free."""
    choices: int = 0
    begun: float = 0.0
    """The same sum for the tokens that the output had to begin with."""
    started: float = field(default_factory=time.perf_counter)
    first: float = 0.0
    """When the first text came."""

    def wrote(self, tokens: int = 1) -> None:
        """Count output that came just now."""
        self.first = self.first or time.perf_counter()
        self.generated += tokens

    def finish(self, reason: FinishReason) -> Finish:
        """Return it as the end of a generation."""
        now = time.perf_counter()
        first = self.first or now
        return Finish(
            reason,
            prompt_tokens=self.prompt,
            evaluated_tokens=self.evaluated,
            generated_tokens=self.generated,
            prefill_ms=(first - self.started) * 1000,
            decode_ms=(now - first) * 1000,
            log_probability=self.logs / max(1, self.choices),
            begun_log_probability=self.begun,
        )


def estimated(characters: int) -> int:
    """Return how many tokens so much source text is, about."""
    return round(characters / CHARACTERS_PER_TOKEN)
