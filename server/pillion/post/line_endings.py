r"""Line endings: every filter works on ``\n``, and the suggestion ends with the document's own.

Nothing else may write a line ending other than ``\n`` into a draft.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from pillion.text.lines import eol_of

if TYPE_CHECKING:
    from pillion.post.outcome import Draft

_EOL = re.compile(r"\r\n|\r")


def unify_line_endings(draft: Draft) -> Draft:
    r"""Write every line ending of the draft as ``\n``."""
    if "\r" not in draft.text:
        return draft
    return replace(draft, text=_EOL.sub("\n", draft.text))


def restore_line_endings(draft: Draft) -> Draft:
    """Write every line ending of the draft as the document does."""
    eol = eol_of(draft.site.snapshot.text)
    if eol == "\n" or "\n" not in draft.text:
        return draft
    return replace(draft, text=draft.text.replace("\n", eol))
