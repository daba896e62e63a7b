"""`pillion doctor FILE`: whether the model may see a file, and why not. Prints nothing of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.base.settings import Settings
from pillion.commands.finding import Finding
from pillion.context.exclusion import PRIVATE, Exclusion
from pillion.context.ignore import Ignore, root_of
from pillion.context.redact import count
from pillion.syntax.languages import language_for_path

if TYPE_CHECKING:
    from pathlib import Path

_BROUGHT_BACK = frozenset({Exclusion.IGNORED, Exclusion.SKIPPED_FOLDER})
"""What a line in `.pillionignore` can change."""


def examine_file(path: Path) -> Finding:
    """Judge a file as an editor's session in its repository would."""
    root = root_of(path)
    ignore = Ignore(root, exclude=Settings().context_exclude)
    out, detail = ignore.explain(path.absolute())
    if out is None:
        text = ignore.read(path.absolute())
        out = text if isinstance(text, Exclusion) else None
    data: dict[str, object] = {"path": str(path), "root": root, "read": out is None}
    if out:
        reason = f"{path} is never read: {out.sentence}" + (f" ({detail})" if detail else "")
        if out in PRIVATE:
            reason += " It gets no suggestions either."
        mend = (
            "`!` and the pattern in `.pillionignore` bring it back." if out in _BROUGHT_BACK else ""
        )
        return Finding("warning", "file", reason, mend, data | {"reason": out, "detail": detail})
    secrets = count(str(text), language_for_path(path))
    hidden = f"{secrets or 'no'} secret{'' if secrets == 1 else 's'} hidden"
    return Finding("ok", "file", f"{path} may be read, {hidden}.", data=data | {"secrets": secrets})
