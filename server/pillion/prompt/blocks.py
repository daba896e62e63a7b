"""Text of files in a prompt: in code blocks that it cannot close, and templates that are filled."""

from __future__ import annotations

import re

_RUN = re.compile(r"`{3,}|~{3,}")


def block(code: str, tag: str) -> str:
    """Return a code block that `code` cannot close."""
    fence = fence_for(code)
    return f"{fence}{tag}\n{code.rstrip()}\n{fence}"


def fence_for(code: str) -> str:
    """Return the fence of such a block."""
    longest = max((len(run) for run in _RUN.findall(code)), default=2)
    return "`" * (longest + 1)


def put(template: str, **words: str) -> str:
    """Fill a template in one go, so that nothing in what is put in is taken for a place."""
    template = template.removeprefix("\n")
    return re.sub(r"\{(\w+)\}", lambda match: words.get(match[1], match[0]), template)
