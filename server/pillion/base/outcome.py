"""Why there is nothing to show: a value with a named reason, never a bare None.

Any stage of the walk may end it with a `Nothing`.
The reasons are part of the protocol and of `pillion complete --json`; docs/reasons.md lists them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Reason(StrEnum):
    """Why a request was answered with nothing."""

    DISABLED = "disabled"
    NO_MODEL = "no_model"
    MODEL_LOADING = "model_loading"
    ENGINE_FAILED = "engine_failed"
    UNKNOWN_DOCUMENT = "unknown_document"
    OUT_OF_SYNC = "out_of_sync"
    TOO_LARGE = "too_large"
    PRIVATE = "private"
    UNSAFE = "unsafe"
    STALE = "stale"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"
    MODEL_STOPPED = "model_stopped"
    ONLY_WHITESPACE = "only_whitespace"
    REPEATS_SUFFIX = "repeats_suffix"
    REPEATS_PREFIX = "repeats_prefix"
    UNBALANCED = "unbalanced"
    NOTHING_LEFT = "nothing_left"
    LOW_CONFIDENCE = "low_confidence"
    NOT_ASKED = "not_asked"
    NOT_HERE = "not_here"
    OUTSIDE = "outside"
    PROSE = "prose"
    UNCHANGED = "unchanged"
    LEFT_OUT = "left_out"
    SYNTAX = "syntax"
    SIGNATURE = "signature"
    UNKNOWN_NAME = "unknown_name"
    HIDDEN_TEXT = "hidden_text"
    NO_INSTRUCTION = "no_instruction"
    NAME_TAKEN = "name_taken"
    TOO_LONG = "too_long"
    RANGE_TOO_LARGE = "range_too_large"
    NO_CODE_HERE = "no_code_here"
    NOTHING_FAILS = "nothing_fails"
    NO_FIX = "no_fix"
    NO_TESTS = "no_tests"
    NOT_FASTER = "not_faster"

    @property
    def sentence(self) -> str:
        """One plain sentence for the user."""
        return _SENTENCES[self]


@dataclass(frozen=True, slots=True)
class Nothing:
    """No suggestion, and why."""

    reason: Reason
    detail: str = ""

    def __str__(self) -> str:
        return f"{self.reason.sentence} {self.detail}".rstrip()


_SENTENCES = {
    Reason.DISABLED: "Completion is turned off for this file.",
    Reason.NO_MODEL: "There is no model yet; run `pillion models pull`.",
    Reason.MODEL_LOADING: "The model is still loading.",
    Reason.ENGINE_FAILED: "The engine failed.",
    Reason.UNKNOWN_DOCUMENT: "The editor has not opened this document.",
    Reason.OUT_OF_SYNC: "An edit was lost or out of order; close and reopen the document.",
    Reason.TOO_LARGE: "The document is too large.",
    Reason.PRIVATE: "This file is kept from the model.",
    Reason.UNSAFE: "That could change what the code does.",
    Reason.STALE: "The document changed while the model was working.",
    Reason.SUPERSEDED: "A newer request took the place of this one.",
    Reason.CANCELLED: "The request was cancelled.",
    Reason.MODEL_STOPPED: "The model had nothing to add.",
    Reason.ONLY_WHITESPACE: "The model wrote only blanks.",
    Reason.REPEATS_SUFFIX: "The model only repeated what follows the cursor.",
    Reason.REPEATS_PREFIX: "The model only repeated what stands before the cursor.",
    Reason.UNBALANCED: "The suggestion only closed brackets that are already closed.",
    Reason.NOTHING_LEFT: "Nothing was left of the suggestion once it was checked.",
    Reason.OUTSIDE: "The file lies outside of the workspace.",
    Reason.PROSE: "The model wrote no code.",
    Reason.UNCHANGED: "The model changed nothing.",
    Reason.LEFT_OUT: "The model left code out.",
    Reason.SYNTAX: "The model's code would have been a syntax error.",
    Reason.SIGNATURE: "The model changed what callers of the code rely on.",
    Reason.UNKNOWN_NAME: "The model used a name that is defined nowhere.",
    Reason.HIDDEN_TEXT: "The edit would have overwritten a secret that the model does not see.",
    Reason.NO_INSTRUCTION: "It was not said what to change.",
    Reason.NAME_TAKEN: "The name stands for something else already.",
    Reason.TOO_LONG: "The model's answer was too long.",
    Reason.RANGE_TOO_LARGE: "The range is too large to be rewritten at once.",
    Reason.NO_CODE_HERE: "There is no code here that this could be done to.",
    Reason.NOT_ASKED: "Suggestions come when asked for only (`pillion.completion.eagerness`).",
    Reason.NOT_HERE: "Nothing is suggested at such a place.",
    Reason.LOW_CONFIDENCE: "The model was not sure enough (`pillion.completion.eagerness`).",
    Reason.NOTHING_FAILS: "All tests pass already.",
    Reason.NO_FIX: "No version that was tried passes all tests.",
    Reason.NO_TESTS: "There are no tests to run.",
    Reason.NOT_FASTER: "What the model wrote is not faster.",
}
