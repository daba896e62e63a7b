"""A change of text: replace one range by new text."""

from __future__ import annotations

from dataclasses import dataclass
from difflib import SequenceMatcher


@dataclass(frozen=True, slots=True)
class Edit:
    """Replace ``text[start:end]`` by `new`; offsets in code points."""

    start: int
    end: int
    new: str

    def apply(self, text: str) -> str:
        """Return `text` with this edit made. A reversed or outlying range is put in order first."""
        start, end = sorted((max(0, self.start), max(0, self.end)))
        return text[:start] + self.new + text[end:]


def differences(old: str, new: str) -> tuple[Edit, ...]:
    """Return the edits, whole lines each, that make `new` of `old`."""
    before, after = (text.splitlines(keepends=True) for text in (old, new))
    starts = [0]
    for line in before:
        starts.append(starts[-1] + len(line))
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    return tuple(
        Edit(starts[first], starts[last], "".join(after[begin:end]))
        for tag, first, last, begin, end in matcher.get_opcodes()
        if tag != "equal"
    )
