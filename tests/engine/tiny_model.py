"""A model of eight tokens that says what a script wants, and checks how it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from pillion.base.errors import EngineError
from pillion.engine.abort import AbortFlag
from pillion.engine.base import Chunk, Finish
from pillion.prompt.model_input import Special

END = 0
PIECES = [b"", b"a", b"b", b"ab", b" a", b"\xc3", b"\xa4", b"c"]
"""Token 0 ends the output; 5 and 6 are the two halves of one character."""


@dataclass
class TinyModel:
    """Continues a text with a fixed script: after n tokens of output, prefer `script[n]`."""

    script: list[int]
    context_tokens: int = 64
    batch_tokens: int = 4
    cells: int = 256
    sequences: int = 2
    side_by_side: int = 4
    drafts: bool = True
    bos: int | None = None
    abort_after: int | None = None
    kept: dict[int, list[int]] = field(default_factory=lambda: {at: [] for at in range(16)})
    decoded: list[list[int]] = field(default_factory=list)
    shared: list[tuple[int, int, int]] = field(default_factory=list)
    shown: list[int] = field(default_factory=list)
    """How many tokens a grammar was asked about, each time."""
    prompt_length: int = 0
    aborted: bool = False

    def special(self, special: Special) -> int | None:
        return 7 if special is Special.FIM_MIDDLE else None

    def ends_generation(self, token: int) -> bool:
        return token == END

    def pieces(self) -> list[bytes]:
        return PIECES

    def tokenize(self, text: str, *, special: bool = False) -> list[int]:
        assert not special, "no prompt here has markup"
        return [PIECES.index(char.encode()) for char in text]

    def abort_with(self, flag: AbortFlag) -> None:
        self.flag = flag

    def decode(self, tokens: Sequence[int], position: int, sequence: int, rows: int = 1) -> bool:
        kept = self.kept[sequence]
        assert sequence < self.sequences
        assert position == len(kept), "positions follow what is held"
        assert rows <= len(tokens) <= self.batch_tokens
        self.decoded.append(list(tokens))
        if self.abort_after is not None and len(kept) + len(tokens) > self.abort_after:
            kept.extend(tokens[: self.abort_after - len(kept)])
            self.aborted = True
            return False
        kept.extend(tokens)
        self.last = [(sequence, row) for row in range(-rows, 0)]
        return True

    def decode_each(
        self, tokens: Sequence[int], positions: Sequence[int], sequences: Sequence[int]
    ) -> bool:
        assert len(tokens) == len(set(sequences)) <= min(self.side_by_side, self.batch_tokens)
        self.decoded.append(list(tokens))
        for token, position, sequence in zip(tokens, positions, sequences, strict=True):
            assert sequence < self.sequences
            assert position == len(self.kept[sequence]), "positions follow what is held"
            self.kept[sequence].append(token)
            if self.abort_after is not None and position >= self.abort_after:
                del self.kept[sequence][-1]  # Those before are held already.
                self.aborted = True
                return False
        self.last = [(sequence, -1) for sequence in sequences]
        return True

    def held(self, sequence: int) -> int:
        return len(self.kept[sequence])

    def forget(self, start: int, sequence: int) -> None:
        del self.kept[sequence][start:]

    def share(self, length: int, source: int, target: int) -> None:
        assert not self.kept[target]
        assert length <= len(self.kept[source])
        self.shared.append((length, source, target))
        self.kept[target] = self.kept[source][:length]

    def logits(self, row: int = -1) -> NDArray[np.float32]:
        assert -len(self.last) <= row < 0, "only these rows were asked for"
        sequence, end = self.last[row]
        at = len(self.kept[sequence]) + end + 1 - self.prompt_length
        return self.prefer(self.script[at] if 0 <= at < len(self.script) else END)

    def prefer(self, token: int) -> NDArray[np.float32]:
        logits = np.linspace(0.1, 0, len(PIECES), dtype=np.float32) - 1
        logits[token] = 1.0
        return logits

    def choose_infill(self, tokens: NDArray[np.int32], logits: NDArray[np.float32]) -> int:
        return int(tokens[np.argmax(logits)])

    def grammar(self, text: str) -> TinyGrammar:
        if not text.isalpha():
            raise EngineError("That is no grammar.")
        return TinyGrammar(text.encode(), self)


@dataclass
class TinyGrammar:
    """Allows one text only, and the end behind it."""

    rest: bytes
    model: TinyModel

    def allowed(self, tokens: NDArray[np.integer[Any]]) -> NDArray[np.bool_]:
        self.model.shown.append(len(tokens))
        return np.array([self._allows(int(token)) for token in tokens], bool)

    def accept(self, token: int) -> None:
        assert token != END
        assert self._allows(token), "llama.cpp would end the process"
        self.rest = self.rest[len(PIECES[token]) :]

    def copy(self) -> TinyGrammar:
        return TinyGrammar(self.rest, self.model)

    def _allows(self, token: int) -> bool:
        if token == END:
            return not self.rest
        return self.rest.startswith(PIECES[token])


def joined(found: Sequence[Chunk | Exception]) -> tuple[str, Finish]:
    """Return the text of chunks and their end; it is the last one's, and no other's."""
    chunks = []
    for item in found:
        if isinstance(item, Exception):
            raise item
        chunks.append(item)
    (end,) = [chunk.finish for chunk in chunks if chunk.finish]
    assert chunks[-1].finish is end
    return "".join(chunk.text for chunk in chunks), end
