"""What is asked for, and what comes of thinking about it: code, or one question. Values only."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TypeAlias

YOU_DECIDE = "You decide"
"""The last choice of every question."""

MOST_QUESTIONS = 2
"""So often a task is asked about; then it is answered with what was assumed."""


class Kind(StrEnum):
    """What a question is about."""

    ALTERNATIVE = "alternative"
    """The text names several readings and chooses none."""
    SIGNATURE = "signature"
    """Name or parameters of the function are not known."""
    MISSING = "missing"
    """The text leaves out what the code has to do."""
    CONTRADICTION = "contradiction"
    """An example says other than the text, the code or another example."""
    BEHAVIOUR = "behaviour"
    """The text allows several behaviours."""


@dataclass(frozen=True, slots=True)
class Example:
    """What a call has to give, both as Python source."""

    call: str
    """The arguments, without the name of the function and its brackets."""
    outcome: str
    """A literal, or `raises ValueError`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A question that was asked, and what the user said."""

    question: Question
    text: str


@dataclass(frozen=True, slots=True)
class Task:
    """A request for code."""

    text: str
    """In the user's words."""
    code: str = ""
    """The function to write as far as it is there, or code around it; Python."""
    answers: tuple[Answer, ...] = ()
    """To earlier questions about this task, oldest first."""
    accepted: tuple[Example, ...] = ()
    """Examples that the user accepted as tests."""
    rejected: tuple[Example, ...] = ()
    """Examples that the user said are wrong, without saying what is right."""
    drafts: tuple[str, ...] = ()
    """Functions that were written before for this task: one of them may do what was accepted."""


@dataclass(frozen=True, slots=True)
class Budget:
    """How much thinking a task is worth."""

    samples: int = 8
    """Candidates; the first is the likeliest one, the others are drawn."""
    max_tokens: int = 224
    """Of each."""
    inputs: int = 32
    """On which the candidates run, at most."""
    questions: int = MOST_QUESTIONS
    proposals: int = 6
    """Inputs that the model thinks of, beside those that are made without it."""
    rounds: int = 1
    """Rounds of repair where no candidate does what the user said."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why it was decided so, for the user to see and for the evaluation to count."""

    samples: int = 0
    groups: tuple[int, ...] = ()
    """How many candidates behave alike, most first."""
    inputs: int = 0
    """Inputs on which the candidates ran."""
    examples: int = 0
    """Examples in the request that could be read."""
    kept: int = 0
    """Candidates that do what all of them say."""
    findings: tuple[str, ...] = ()
    """What was noticed in the text."""
    assumptions: tuple[str, ...] = ()
    """What was decided without asking; to be told with the code."""
    support: float = 1.0
    """Share of the examples that a candidate does, in the mean."""
    consensus: float = 0.0
    """How far the candidates agree on other outcomes than the examples', in the mean."""
    compared: str = ""
    """How: `runs`, or `syntax` where nothing could be run."""

    @property
    def agreement(self) -> float:
        """Share of the largest group, from 0 to 1; 1 where there are no candidates."""
        total = sum(self.groups)
        return self.groups[0] / total if total else 1.0


@dataclass(frozen=True, slots=True)
class Clear:
    """There is nothing to ask."""

    code: str
    """The function that most candidates agree on; empty where none was written."""
    evidence: Evidence = Evidence()


@dataclass(frozen=True, slots=True)
class Question:
    """The one question whose answer changes the code."""

    text: str
    choices: tuple[str, ...]
    """Concrete ones first, `YOU_DECIDE` last; another answer is always possible."""
    kind: Kind
    reason: str
    """Why it is asked, in one sentence for the user."""
    call: str = ""
    """The arguments that it is about, as in `Example`; empty where it is about none."""
    outcomes: tuple[str, ...] = ()
    """What the call gives by each choice, in order, where there is a call."""
    phrase: str = ""
    """The open wording in the request that the choices take the place of, where they do."""
    contradicted: tuple[str, ...] = ()
    """Calls of the other examples that are wrong if the one asked about is."""
    about: str = ""
    """What it is about, so that it is not asked twice."""
    code: str = ""
    """What would be written without an answer."""
    drafts: tuple[str, ...] = ()
    """All that was written: one of them may do what the answer says."""
    evidence: Evidence = Evidence()


Verdict: TypeAlias = Clear | Question
