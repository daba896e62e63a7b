"""A better name for a local variable: the model supplies the name, syntax does the rest.

The refactoring of that name does it, and knows what can be renamed (`pillion.refactor`).
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.assist.asking import ask
from pillion.assist.edit import Edited, Refused
from pillion.base.outcome import Nothing, Reason
from pillion.context.redact import redact
from pillion.post.rewrite.indent import dedent
from pillion.prompt.edit import naming
from pillion.refactor.table import apply, renamable
from pillion.syntax.languages import language_of

if TYPE_CHECKING:
    from pillion.engine.base import Cancel, Engine
    from pillion.syntax.definitions import Definition
    from pillion.text.snapshot import Snapshot

_MOST_TOKENS = 16
_LONGEST = 40
_NAME = re.compile(r"[A-Za-z_]\w*")


async def rename(
    snapshot: Snapshot,
    function: Definition,
    offset: int,
    *,
    engine: Engine,
    cancel: Cancel,
) -> Edited | Refused:
    """Rename the variable at `offset`. Raises `EngineError` when the model cannot answer."""
    old = renamable(snapshot, offset)
    if not old:
        return Refused(Nothing(Reason.NO_CODE_HERE))
    language = language_of(snapshot.language, snapshot.uri).id
    shown = redact(snapshot.text, snapshot.language)
    start = shown.rfind("\n", 0, function.start) + 1
    code = dedent(shown[start : function.end].replace("\r\n", "\n"))
    text, _ = await ask(
        engine,
        naming(code, old, language),
        cancel,
        begin="`",
        end=lambda text: at if (at := text.find("`")) >= 0 else None,
        most=_MOST_TOKENS,
        session=f"rename:{snapshot.uri}",
    )
    if cancel.is_set():
        return Refused(Nothing(Reason.CANCELLED))
    new = _in_style(text.strip(), old, language)
    if new is None:
        return Refused(Nothing(Reason.PROSE), text, 1)
    if new == old:
        return Refused(Nothing(Reason.UNCHANGED), text, 1)
    words = set(_NAME.findall(snapshot.text))
    if new in words:
        return Refused(Nothing(Reason.NAME_TAKEN, f"The model suggests `{new}`."), new, 1)
    edits = apply(snapshot, offset, offset, "rename", new)
    if isinstance(edits, Nothing):
        return Refused(edits, new, 1)
    return Edited(edits, new, about=(function.start, function.end))


def _in_style(name: str, old: str, language: str) -> str | None:
    """Return a name as the language and the old name are written; None if it is none."""
    name = name.strip("`'\". ")
    if not _NAME.fullmatch(name) or len(name) > _LONGEST:
        return None
    words: list[str] = [
        word.lower() for word in re.findall(r"[A-Z]?[a-z0-9]+|[A-Z]+(?![a-z])", name)
    ]
    if not words:
        return None
    if old.isupper() and len(old) > 1:
        return "_".join(words).upper()
    if language in {"python", "ruby", "rust", "c", "cpp"}:
        return ("_" if old.startswith("_") else "") + "_".join(words)
    return words[0] + "".join(word.capitalize() for word in words[1:])
