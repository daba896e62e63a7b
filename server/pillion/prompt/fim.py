"""The exact input for fill-in-the-middle: design decision 1.

    <prefix> text up to the anchor <suffix> text after the cursor <middle> typed text

What was typed since the anchor stands after the middle token, so that a keystroke appends a token
or two instead of making the model read the whole suffix again. It is always healed: unhealed,
this layout is much worse than the usual one (figures in docs/performance.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.prompt.heal import split
from pillion.prompt.model_input import Piece, Prompt, Special

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from pillion.context.window import Window

NO_FIM = "This model cannot fill in the middle: it does not see the code after the cursor."


def layout(window: Window, specials: AbstractSet[Special]) -> Prompt:
    """Lay out `window` for a model that has `specials`.

    A model without fill-in-the-middle tokens gets the text before the cursor only, and a note.
    """
    healed = split(window.typed)
    heal_last = healed.last_token
    if {Special.FIM_PREFIX, Special.FIM_SUFFIX, Special.FIM_MIDDLE} <= specials:
        pieces: tuple[Piece, ...] = (
            Special.FIM_PREFIX,
            window.prefix,
            Special.FIM_SUFFIX,
            window.suffix,
            Special.FIM_MIDDLE,
            healed.whole,
        )
        return Prompt(pieces, healed.unfinished, heal_last)
    text = window.prefix + healed.whole
    # The model must read something; an empty document begins with a line break.
    return Prompt((text or "\n",), healed.unfinished, heal_last and bool(text), NO_FIM)
