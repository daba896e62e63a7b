"""Special tokens and code fences that leak into the text: cut from the first one.

A model that was also trained to chat ends code with a fence, and an engine over HTTP may spell its
special tokens out. No suggestion ever contains one.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Nothing, Reason

if TYPE_CHECKING:
    from pillion.post.outcome import Draft
    from pillion.syntax.site import Site

# As tokenizers spell them: Qwen and StarCoder 2 (`<|fim_middle|>`), StarCoder (`<fim_middle>`),
# Code Llama (`<MID>`), and DeepSeek with a full-width bar (U+FF5C). `<PRE>` is HTML and Codestral's
# `[SUFFIX]` is a list in some languages, so they are left alone.
_SPECIAL = re.compile(
    r"<\|\w{1,40}\|>|<\uff5c[\w\u2581]{1,40}\uff5c>"
    r"|<(?:fim_(?:prefix|middle|suffix|pad)|file_sep|repo_name|endoftext|EOT|MID|SUF)>"
    r"|</s>$"
)
_UNFINISHED = re.compile(r"<[|\uff5c][\w\u2581]*[|\uff5c]?$")
_FENCE = re.compile(r"^[ \t]*```.*$", re.MULTILINE)
_FENCES_ARE_TEXT = frozenset(("markdown", "rst", "quarto", "rmd", "mdx"))


def cut_specials(draft: Draft) -> Draft | Nothing:
    """Cut at the first special token or closing fence; unwrap text that begins with a fence."""
    text = draft.text
    if (first := _opening_fence(text, draft.site)) is not None:
        text = text[first:]
    end = special_end(text, draft.site)
    if end is not None:
        text = text[:end]
    elif match := _UNFINISHED.search(text):
        text = text[: match.start()]
    if text == draft.text:
        return draft
    if not text.strip():
        return Nothing(Reason.MODEL_STOPPED)
    return replace(draft, text=text, complete=draft.complete or end is not None)


def special_end(text: str, site: Site) -> int | None:
    """Return where the first special token or closing fence begins."""
    ends = []
    if match := _SPECIAL.search(text):
        ends.append(match.start())
    if _fences_leak(site):
        begin = _opening_fence(text, site) or 0
        if match := _FENCE.search(text, begin):
            # A fence counts only when it begins a line of the document.
            own_line = match.start() > 0 or not site.typed.strip()
            if own_line:
                ends.append(match.start())
    return min(ends, default=None)


def _opening_fence(text: str, site: Site) -> int | None:
    """Return where the text behind a fence on the first line begins."""
    if not _fences_leak(site) or site.typed.strip() or not text.lstrip().startswith("```"):
        return None
    line_end = text.find("\n", text.index("```"))
    return None if line_end < 0 else line_end + 1


def _fences_leak(site: Site) -> bool:
    return not site.in_string and site.snapshot.language not in _FENCES_ARE_TEXT
