"""The code in a model's answer: what stands in the first code block, without any prose."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Reason
from pillion.post.rewrite.values import Flaw
from pillion.text.lines import is_blank

if TYPE_CHECKING:
    from pillion.post.rewrite.values import Rewrite

_FENCE = re.compile(r"^[ \t]*(`{3,}|~{3,})[^\n`]*$", re.MULTILINE)
_SPECIAL = re.compile(r"<\|\w{1,40}\|>")

# A sentence: no code begins with a capital and ends with a stop or a colon like this.
_SENTENCE = re.compile(r"^[ \t]*(?:[A-Z][a-z]*|[A-Z]?[a-z']+) (?:[\w'`,()-]+ ){2,}[\w'`()-]+[.:!]$")


def take_code(rewrite: Rewrite) -> Rewrite | Flaw:
    """Keep the first code block; text around it goes, and an answer without code is none."""
    text = rewrite.text
    complete = rewrite.complete
    if special := _SPECIAL.search(text):
        text, complete = text[: special.start()], True
    if fence := _FENCE.search(text):
        before = text[: fence.start()]
        if is_blank(before) or not _is_code(before):
            text = text[fence.end() + 1 :]
            closing = _closing(text, fence[1])
            complete = complete or closing is not None
            text = text[:closing]
        else:
            # The block was opened in front of the answer.
            text, complete = before, True
    text = _without_blank_ends(text)
    if not text or not _is_code(text):
        return Flaw(Reason.PROSE, "Answer with the rewritten code in one code block, no prose.")
    return replace(rewrite, text=text, complete=complete)


def end_of_code(text: str, fence: str) -> int | None:
    """Return where a closing fence begins in an answer whose code block is open already."""
    return _closing(text, fence)


def _closing(text: str, fence: str) -> int | None:
    match = re.search(rf"^[ \t]*{re.escape(fence)}", text, re.MULTILINE)
    return match.start() if match else None


def _is_code(text: str) -> bool:
    lines = [line for line in text.split("\n") if not is_blank(line)]
    return any(not _SENTENCE.match(line) for line in lines)


def _without_blank_ends(text: str) -> str:
    lines = text.replace("\r\n", "\n").split("\n")
    while lines and is_blank(lines[0]):
        lines.pop(0)
    while lines and is_blank(lines[-1]):
        lines.pop()
    return "\n".join(line.rstrip() if is_blank(line) else line for line in lines)
