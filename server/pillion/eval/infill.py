"""What llama.vim sends to llama-server at a cursor, and what it shows of the answer. Pure.

After `autoload/llama.vim` of ggml-org/llama.vim (commit ae3cb00): 256 lines before, 64 after, the
typed part of the line as `prompt`, and 250 ms for what follows the first line of a suggestion.
Two things differ: the answer is streamed, so that the first token can be timed, and no chunks of
other files are sent (`input_extra`), since Pillion is not given any here either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.text.lines import indent_of

if TYPE_CHECKING:
    from pillion.text.snapshot import Snapshot

LINES_BEFORE, LINES_AFTER = 256, 64

SENT: dict[str, object] = {
    "input_extra": [],
    "n_predict": 128,
    "stop": [],
    "top_k": 40,
    "top_p": 0.90,
    "samplers": ["top_k", "top_p", "infill"],
    "cache_prompt": True,
    "t_max_prompt_ms": 500,
    "t_max_predict_ms": 250,
    "stream": True,
}
"""What is the same in all requests."""


def body(snapshot: Snapshot, offset: int) -> dict[str, object]:
    """Return the request for a cursor."""
    number = snapshot.lines.at(offset)
    line = snapshot.line(number)
    column = offset - snapshot.lines.starts[number]
    before, after = line[:column], line[column:]
    indent = len(indent_of(line))
    if not line.strip():
        # A line of blanks is written anew from its start.
        before, after, indent = "", "", 0
    above = [snapshot.line(n) for n in range(max(0, number - LINES_BEFORE), number)]
    last = min(len(snapshot.lines), number + 1 + LINES_AFTER)
    below = [snapshot.line(n) for n in range(number + 1, last)]
    return {
        "input_prefix": "\n".join(above) + "\n",
        "input_suffix": after + "\n" + "\n".join(below) + "\n",
        "prompt": before,
        "n_indent": indent,
        **SENT,
    }


def shown(snapshot: Snapshot, offset: int, content: str) -> str:
    """Return what would be shown at the cursor: blanks that the line already has are left out."""
    line = snapshot.line(snapshot.lines.at(offset))
    if line.strip():
        return content
    leading = len(content) - len(content.lstrip(" \t"))
    return content[min(leading, len(line)) :]
