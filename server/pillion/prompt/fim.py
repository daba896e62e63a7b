"""The exact input for fill-in-the-middle: design decision 1.

    <prefix> code from elsewhere, text up to the anchor
    <suffix> text after the cursor <middle> typed text

What was typed since the anchor stands after the middle token, so that a keystroke appends a token
or two instead of making the model read the whole suffix again. It is always healed: unhealed,
this layout is much worse than the usual one (figures in docs/performance.md).

Code from elsewhere stands in front of the text, each piece under a comment that names its file.
The models have a format of their own for several files (`<|file_sep|>`); the default model makes
fewer lines right with it (figures in docs/context.md).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.context.snippet import Source
from pillion.prompt.heal import split
from pillion.prompt.model_input import Piece, Prompt, Special

if TYPE_CHECKING:
    from collections.abc import Sequence
    from collections.abc import Set as AbstractSet

    from pillion.context.snippet import Snippet
    from pillion.context.window import Window

NO_FIM = "This model cannot fill in the middle: it does not see the code after the cursor."


def layout(
    window: Window, specials: AbstractSet[Special], head: str = "", *, solid: bool = False
) -> Prompt:
    """Lay out `window` for a model that has `specials`, behind the `head` of other code.

    With `solid` the output begins with no blank.
    A model without fill-in-the-middle tokens gets the text before the cursor only, and a note.
    """
    healed = split(window.typed, solid=solid)
    heal_last = healed.last_token
    if {Special.FIM_PREFIX, Special.FIM_SUFFIX, Special.FIM_MIDDLE} <= specials:
        pieces: tuple[Piece, ...] = (
            Special.FIM_PREFIX,
            *([head] if head else []),
            window.prefix,
            Special.FIM_SUFFIX,
            window.suffix,
            Special.FIM_MIDDLE,
            healed.whole,
        )
        return Prompt(pieces, healed.unfinished, heal_last, solid)
    text = head + window.prefix + healed.whole
    # The model must read something; an empty document begins with a line break.
    return Prompt((text or "\n",), healed.unfinished, heal_last and bool(text), solid, NO_FIM)


def heading(snippets: Sequence[Snippet], path: str, comment: str) -> str:
    """Return the text that shows `snippets` in front of the file `path`; empty without any.

    `comment` is what begins a comment in the language of that file.
    """
    if not snippets:
        return ""
    shown, last = [], ""
    for one in snippets:
        if one.path and one.path != last:
            shown.append(f"{comment} {one.path}".lstrip())
        last = one.path
        shown.append(body(one, comment) + "\n")
    own = f"{comment} {path}\n".lstrip() if path else ""
    return "\n".join(shown) + "\n" + own


def body(snippet: Snippet, comment: str) -> str:
    """Return a snippet as it stands in a prompt; what is no code becomes a comment."""
    if snippet.source not in {Source.DIAGNOSTIC, Source.CLIPBOARD}:
        return snippet.text
    return "\n".join(f"{comment} {line}".strip() for line in snippet.text.splitlines())
