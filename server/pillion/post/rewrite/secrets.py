"""Secrets that were hidden from the model are put back where it kept their place.

The model saw ``x`` for each character of a secret. A line that it left alone gets its own text
back; in a line that it changed, a run of as many ``x`` is the secret of that length. If one is
left, the edit would overwrite a secret, so there is none.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.base.outcome import Reason
from pillion.context.redact import MASK
from pillion.post.rewrite.indent import dedent
from pillion.post.rewrite.values import Flaw

if TYPE_CHECKING:
    from pillion.post.rewrite.values import Rewrite

_SHORTEST = 4
_RUN = re.compile(f"{MASK}{{{_SHORTEST},}}")


def restore_secrets(rewrite: Rewrite) -> Rewrite | Flaw:
    """Put the secrets back."""
    aim = rewrite.aim
    plain = dedent(aim.original)
    if not aim.shown or aim.shown == plain:
        return rewrite
    lines = {
        shown.strip(): real.strip()
        for shown, real in zip(aim.shown.split("\n"), plain.split("\n"), strict=True)
        if shown != real
    }
    secrets = {
        real[match.start() : match.end()]
        for shown, real in lines.items()
        for match in _RUN.finditer(shown)
    }
    text = "\n".join(
        line.replace(line.strip(), lines[line.strip()]) if line.strip() in lines else line
        for line in rewrite.text.split("\n")
    )
    for secret in secrets:
        alone = sum(len(other) == len(secret) for other in secrets) == 1
        run = rf"(?<!{MASK}){MASK}{{{len(secret)}}}(?!{MASK})"
        if alone:
            text = re.sub(run, lambda _, secret=secret: secret, text)  # type: ignore[misc]
    if any(len(run) in {len(one) for one in secrets} for run in _RUN.findall(text)):
        return Flaw(Reason.HIDDEN_TEXT, "Leave the lines with values such as xxxx as they are.")
    return replace(rewrite, text=text)
