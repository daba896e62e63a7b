"""Whether a request asks for code to be written. Simple rules: the others must not be delayed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.assist.clarify.spec import read

if TYPE_CHECKING:
    from collections.abc import Iterable

    from pillion.assist.clarify.task import Task

_QUESTION = re.compile(
    r"^\W*(what|why|when|where|which|who|how|is|are|does|do|did|was|were|should|explain|describe|"
    r"tell|show me (how|why|what)|summari[sz]e|review|compare|thanks?|thank you|hi|hello|ok|okay|"
    r"yes|no|where's|what's|can (i|we)|could it|may)\b",
    re.IGNORECASE,
)
_POLITE = re.compile(
    r"^\W*((please|now|then|and|so|ok(ay)?|hi|hello|hey)[\s,!.]+)*"
    r"((can|could|would|will) you( please)?|i (need|want|would like|'d like)|let's|help me( to)?|"
    r"we need|give me|show me|please)\s+",
    re.IGNORECASE,
)
_NEEDS = re.compile(
    r"^\W*(?:i|we) (?:need|want|would like|'d like) (?:an?|some|the)\b", re.IGNORECASE
)
_MAKES = re.compile(
    r"^(to )?(write|create|implement|add|make|build|code|define|generate|develop|program|complete|"
    r"finish|design|produce|provide)\b",
    re.IGNORECASE,
)
_THING = re.compile(
    r"\b(function|method|routine|helper|procedure|implementation|algorithm|code|snippet|"
    r"decorator|generator|lambda|script|program|python)\b",
    re.IGNORECASE,
)
_NOT_CODE = re.compile(
    r"\b(tests?|docstrings?|documentation|comments?|commit message|readme|changelog|explanation|"
    r"summary|type (hints|annotations))\b",
    re.IGNORECASE,
)
_OTHER_LANGUAGE = re.compile(
    r"\b(java|javascript|typescript|rust|golang|c\+\+|c#|ruby|php|kotlin|swift|scala|perl|haskell|"
    r"sql|bash|shell|html|css|regex)\b|\bin (go|c|r)\b",
    re.IGNORECASE,
)


def wants_code(task: Task) -> bool:
    """Whether a Python function is to be written.

    Yes for a head without a body, and for a request that begins with a verb of making and names
    such a thing. Questions, and requests for tests, comments or another language, are not.
    """
    text = task.text.strip()
    if text.startswith("/"):
        return False
    spec = read(task)
    if spec.name and spec.source.strip() and _unfinished(task) and not _asks(_outside(text)):
        return True
    words = _POLITE.sub("", _outside(text))
    if not _MAKES.match(words) and not _NEEDS.match(text):
        return False
    first = words.partition(".")[0]
    if _OTHER_LANGUAGE.search(words) and "python" not in words.lower():
        return False
    thing = _THING.search(first)
    other = _NOT_CODE.search(first)
    return bool(thing) and not (other and thing and other.start() < thing.start())


def _asks(text: str) -> bool:
    return bool(_QUESTION.match(text)) and not _POLITE.match(text)


def _unfinished(task: Task) -> bool:
    """Whether the task has a head without a body, in its code or pasted."""
    return any("def " in part for part in _parts(task))


def _parts(task: Task) -> Iterable[str]:
    return (task.code, task.text)


def _outside(text: str) -> str:
    """Return the words outside of code."""
    text = re.sub(r"```.*?(```|\Z)", "", text, flags=re.DOTALL)
    return text.partition("\ndef ")[0].strip() if "\ndef " in text else text
