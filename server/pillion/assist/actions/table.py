"""The table of actions, in the order in which an editor shows them. A new action is a line here."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pillion.assist.actions.annotating import ANNOTATE
from pillion.assist.actions.documenting import DOCUMENT
from pillion.assist.actions.explaining import EXPLAIN
from pillion.assist.actions.importing import ADD_IMPORT
from pillion.assist.actions.optimising import OPTIMISE
from pillion.assist.actions.refactoring import REFACTOR
from pillion.assist.actions.renaming import RENAME
from pillion.assist.actions.reviewing import REVIEW
from pillion.assist.actions.rewriting import COMPREHENSION, EDIT, FIX, SIMPLIFY
from pillion.assist.actions.testing import (
    FIX_TESTS,
    FIX_TRACEBACK,
    KEEP_EXAMPLES,
    WRITE_TESTS,
)
from pillion.assist.actions.translating import TRANSLATE

if TYPE_CHECKING:
    from pillion.assist.actions.action import Action

ACTIONS: tuple[Action, ...] = (
    ADD_IMPORT,
    FIX,
    FIX_TESTS,
    FIX_TRACEBACK,
    EXPLAIN,
    DOCUMENT,
    ANNOTATE,
    REFACTOR,
    RENAME,
    COMPREHENSION,
    SIMPLIFY,
    OPTIMISE,
    TRANSLATE,
    WRITE_TESTS,
    KEEP_EXAMPLES,
    REVIEW,
    EDIT,
)
