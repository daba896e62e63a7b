"""A user who knows the reference and answers what is asked, by running it.

Nothing of it reaches the model but the answer: one of the choices, or the value that a call gives.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.assist.clarify.behaviour import LOOPS, NOTHING
from pillion.assist.clarify.evidence import same, value
from pillion.assist.clarify.task import YOU_DECIDE, Example, Kind
from pillion.eval.comm import words

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.clarify.task import Question
    from pillion.eval.comm import Problem

_AROUND = 12
"""Characters beside an open wording by which its place in the clear text is found."""


def reply(question: Question, problem: Problem, shown: str) -> str:
    """Return what the user says to a question about the form `shown`."""
    if question.kind is Kind.SIGNATURE:
        return _head(problem, shown) or YOU_DECIDE
    if question.phrase:
        return _reading(question, problem, shown) or YOU_DECIDE
    if question.call or question.outcomes:
        return _behaviour(question, problem)
    return YOU_DECIDE


def review(examples: Sequence[Example], problem: Problem) -> tuple[Example, ...]:
    """Return the examples as the user accepts or edits them.

    Those on which the reference fails are left out: such a call does not happen.
    """
    truths = problem.reference([example.call for example in examples])
    return tuple(
        Example(example.call, truth)
        for example, truth in zip(examples, truths, strict=True)
        if value(truth)
    )


def _behaviour(question: Question, problem: Problem) -> str:
    outcome = problem.reference([question.call])[0]
    for choice, offered in zip(question.choices, question.outcomes, strict=False):
        if same(outcome, offered):
            return choice
    if outcome in {LOOPS, NOTHING} or outcome.startswith("raises "):
        return YOU_DECIDE
    return outcome


def _reading(question: Question, problem: Problem, shown: str) -> str:
    """Return the wording that the clear text has at this place, else the only one that it has."""
    text, clear, phrase = words(shown), words(problem.clear), words(question.phrase)
    at = text.find(phrase)
    before, after = text[max(0, at - _AROUND) : at], text[at + len(phrase) :][:_AROUND]
    named = question.choices[:-1]
    for left, right in ((before, after), (before, ""), ("", after)):
        found = [choice for choice in named if f"{left}{choice.lower()}{right}" in clear]
        if len(found) == 1:
            return found[0]
    found = [c for c in named if re.search(rf"\b{re.escape(c.lower())}\b", clear)]
    return found[0] if len(found) == 1 else ""


def _head(problem: Problem, shown: str) -> str:
    """Return the reference's head, under the name that the form gives the function."""
    heads = re.findall(rf"^def {problem.name}\(.*\).*:", problem.clear, re.MULTILINE)
    names = re.findall(r"^def (\w+)\(", shown, re.MULTILINE)
    if not heads or not names:
        return ""
    return str(heads[-1]).replace(f"def {problem.name}(", f"def {names[-1]}(", 1)
