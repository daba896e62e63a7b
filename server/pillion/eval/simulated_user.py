"""A user who knows what is wanted and answers what is asked, by running the reference.

Nothing of the reference reaches the model but the answer: one of the choices, or the value that a
call gives. A user of many words also explains: where a question is about the words, or offers
nothing that is right, the user says the one sentence of the clear text that the form lacks and that
is nearest to what was asked about.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.assist.clarify.behaviour import LOOPS, NOTHING
from pillion.assist.clarify.evidence import same, value
from pillion.assist.clarify.spec import read
from pillion.assist.clarify.task import YOU_DECIDE, Example, Kind, Task
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


def explain(question: Question, problem: Problem, shown: str) -> str:
    """Return what a user says who answers in words, too."""
    said = reply(question, problem, shown)
    if question.kind in {Kind.SIGNATURE, Kind.CONTRADICTION}:
        return said
    about_words = not question.about.startswith("input:")
    chosen = said in question.choices and said != YOU_DECIDE
    if chosen and (question.phrase or not about_words):
        return said
    sentence = lacking(question, problem, shown)
    if not sentence:
        return said
    return sentence if said == YOU_DECIDE else f"{said}. {sentence}"


def lacking(question: Question, problem: Problem, shown: str) -> str:
    """Return the sentence of the clear text that a form lacks; empty where it lacks none.

    Of several the one that shares most words with the sentence that was asked about.
    """
    has = sentences(shown)
    known = {_plain(one) for one in has}
    wanted = [_renamed(one, problem, shown) for one in sentences(problem.clear)]
    missing = [one for one in wanted if _plain(one) not in known]
    quote = question.about.partition(":")[2] if question.about[:6] != "input:" else ""
    near = max(has, key=lambda one: _shared(one, quote), default="") if quote else " ".join(has)
    return max(missing, key=lambda one: _shared(one, near), default="")


def sentences(text: str) -> list[str]:
    """Return the sentences of a form without its examples, each in one line."""
    prose = " ".join(read(Task("", text)).prose.split())
    found = re.split(r"(?<=[.!?])\s+(?=[A-Z\d])", prose)
    plain = [re.sub(r"\W*\b(?:for )?examples?:?$", ".", one, flags=re.IGNORECASE) for one in found]
    return [one for one in plain if len(one.split()) > 2 and ">>>" not in one]


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


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


def _shared(one: str, other: str) -> int:
    return len(set(_plain(one).split()) & set(_plain(other).split()))


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


def _renamed(text: str, problem: Problem, shown: str) -> str:
    """Return a text of the clear form with the name that another form gives the function."""
    names = re.findall(r"^def (\w+)\(", shown, re.MULTILINE)
    name = names[-1] if names else problem.name
    return re.sub(rf"\b{re.escape(problem.name)}\b", name, text)


def _head(problem: Problem, shown: str) -> str:
    """Return the reference's head, under the name that the form gives the function."""
    heads = re.findall(rf"^def {problem.name}\(.*\).*:", problem.clear, re.MULTILINE)
    names = re.findall(r"^def (\w+)\(", shown, re.MULTILINE)
    if not heads or not names:
        return ""
    return str(heads[-1]).replace(f"def {problem.name}(", f"def {names[-1]}(", 1)
