"""How near a suggestion comes to what was really written, where it is not the same."""

from __future__ import annotations

import logging
from difflib import SequenceMatcher
from importlib.util import find_spec
from typing import NamedTuple


class Bleu(NamedTuple):
    """Word sequences in common, and the same with syntax and data flow (Ren et al., 2020)."""

    bleu: float
    code_bleu: float


def edit_similarity(truth: str, got: str) -> float:
    """Return the share of both texts that is common to them in order, from 0 to 1."""
    return SequenceMatcher(None, truth.strip(), got.strip(), autojunk=False).ratio()


def bleu(truth: str, got: str, language: str) -> Bleu | None:
    """Return BLEU and CodeBLEU; None without the package `codebleu` or the language's support.

    Its version 0.7.0 asks for versions of tree-sitter that it does not need, so it is installed
    by itself: `pip install --no-deps codebleu==0.7.0`.
    """
    if find_spec("codebleu") is None:
        return None
    # Imported here: an optional package.
    from codebleu import calc_codebleu  # noqa: PLC0415
    from codebleu.utils import AVAILABLE_LANGS  # noqa: PLC0415

    if language not in AVAILABLE_LANGS:
        return None
    # It warns on the root logger of every text without a variable, which is most lines.
    logging.getLogger().setLevel(logging.ERROR)
    found = calc_codebleu([truth], [got], lang=language)
    return Bleu(found["ngram_match_score"], found["codebleu"])
