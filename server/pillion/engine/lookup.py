"""Draft tokens by looking up what followed the same words before (prompt look-up decoding).

Code repeats itself: the last few tokens often occurred already, and what followed them then is a
good guess of what follows now. Verifying a guess costs little, because llama.cpp evaluates several
tokens in one call for less than one call each. Whether it pays is a sum: the tokens that a draft is
expected to bring, against what its call costs on this machine. Source: Saxena, "Prompt Lookup
Decoding", 2023. Pure values; verifying is the decoder's work (`pillion.engine.generation`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

MOST = 3
"""Tokens in a draft. llama.cpp's kernels take four rows at a time: a fifth costs as much as the
first (docs/performance.md)."""

NGRAM = 2
"""So many tokens must agree before anything is drafted."""

CHANCES = {2: 0.54, 3: 0.73, 4: 0.79, 5: 0.85, 6: 0.88, 8: 0.89, 12: 0.93, 16: 0.97}
"""How often the first drafted token was right, by the number of tokens that agreed before it
(3,200 tokens that the default model wrote into 50 files of Python)."""

NEXT_CHANCE = 0.87
"""How often a drafted token was right behind one that was."""

AGREE, DISAGREE = 0.03, -0.15
"""What it adds to the chance that other places with the same words went on alike, or not."""

MARGIN = 1.05
"""A draft must promise so many times the speed, because the promise is only a guess."""

FIRST_GUESS = {1: 1.0, 2: 1.2, 3: 1.45, 4: 1.6}
"""Cost of a call by its rows, one row being 1: two cores, default model."""

_PLACES = 8
"""Occurrences that are looked at, the latest first."""

_LONGEST = max(CHANCES)

_WEIGHT, _USUAL = 4.0, 0.8
"""The table counts for as much as four drafted tokens, of which four in five are right."""

_MEMORY, _FADING = 0.95, 0.97
"""What experience still counts after one more draft, and after one more token without any."""

_LEARNING = {1: 0.3, 2: 0.1, 3: 0.1, 4: 0.1}


class Costs:
    """What calls of one, two, three and four rows cost on this machine, learnt from each call."""

    def __init__(self) -> None:
        self._alone: float | None = None
        """Milliseconds of a call of one row, lately."""
        self._relative = dict(FIRST_GUESS)

    def learn(self, rows: int, milliseconds: float) -> None:
        """Take note of a call."""
        weight = _LEARNING[rows]
        if rows == 1:
            before = self._alone or milliseconds
            self._alone = before + weight * (milliseconds - before)
        elif self._alone:
            # Neither can be true: less than one row alone, more than all of them alone.
            measured = min(max(milliseconds / self._alone, 1.0), float(rows))
            self._relative[rows] += weight * (measured - self._relative[rows])

    def of(self, rows: int) -> float:
        """Return the cost of a call, one row being 1."""
        return self._relative[rows]


class Drafter:
    """Guesses the next tokens of one generation, and learns how good its guesses are."""

    def __init__(self, tokens: Sequence[int], costs: Costs) -> None:
        self._costs = costs
        self._tokens: list[int] = []
        self._ends: dict[tuple[int, ...], list[int]] = {}
        """N-gram to the positions behind its occurrences, the current end not included."""
        self._right = self._wrong = 0.0
        for token in tokens:
            self.add(token)

    def add(self, token: int) -> None:
        """Take note of the next token."""
        if len(self._tokens) >= NGRAM:
            self._ends.setdefault(tuple(self._tokens[-NGRAM:]), []).append(len(self._tokens))
        self._tokens.append(token)
        self._right *= _FADING
        self._wrong *= _FADING

    def draft(self, room: int) -> list[int]:
        """Return up to `room` tokens that may come next; none where no draft is expected to pay."""
        places = self._ends.get(tuple(self._tokens[-NGRAM:]), [])[-_PLACES:]
        if not places:
            return []
        agreed = {at: self._agreed(at) for at in reversed(places)}
        best = max(agreed, key=agreed.__getitem__)
        chance, expected = self._chance(best, agreed), 1.0
        length, gain = 0, MARGIN
        for size in range(1, min(MOST, room, len(self._tokens) - best) + 1):
            expected += chance
            chance *= min(0.97, NEXT_CHANCE * self._luck())
            if expected / self._costs.of(size + 1) > gain:
                length, gain = size, expected / self._costs.of(size + 1)
        return self._tokens[best : best + length]

    def learn(self, drafted: int, right: int) -> None:
        """Take note that `right` of `drafted` tokens were right."""
        self._right = self._right * _MEMORY + right
        self._wrong = self._wrong * _MEMORY + (right < drafted)

    def _agreed(self, at: int) -> int:
        """Return how many tokens before position `at` are the last ones, too."""
        count = NGRAM
        while (
            count < min(_LONGEST, at) and self._tokens[at - 1 - count] == self._tokens[-1 - count]
        ):
            count += 1
        return count

    def _chance(self, best: int, agreed: dict[int, int]) -> float:
        """Return the chance that the token at `best` comes next."""
        chance = CHANCES[max(size for size in CHANCES if size <= agreed[best])]
        like = [self._tokens[at] for at, count in agreed.items() if count >= min(agreed[best], 3)]
        if len(like) > 1:
            chance += AGREE if all(token == self._tokens[best] for token in like) else DISAGREE
        return min(0.98, chance * self._luck())

    def _luck(self) -> float:
        """Return how much better than usual the guesses were lately; 1 is usual."""
        seen = _WEIGHT + self._right + self._wrong
        return (_WEIGHT * _USUAL + self._right) / seen / _USUAL
