"""A request as read: the head of the function, its text, its examples. Pure.

The answers of the user are part of it: a chosen wording takes the place of the open one, and an
agreed example stands below the text in place of those that it contradicts.
"""

from __future__ import annotations

import ast
import re
import textwrap
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.assist.clarify.stated import Stated, literal, stated
from pillion.assist.clarify.task import YOU_DECIDE, Example, Kind

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.clarify.task import Answer, Task

_HEAD = re.compile(
    r"^(?P<indent>[ \t]*)(?:async[ \t]+)?def[ \t]+(?P<name>\w+)[ \t]*\((?P<parameters>[^()]*"
    r"(?:\([^()]*\)[^()]*)*)\)[ \t]*(?:->[ \t]*(?P<returns>[^\n:]+))?:?[ \t]*$",
    re.MULTILINE,
)
_DOCSTRING = re.compile(r"\s*[rRuU]?(\"\"\"|''')(?P<text>.*?)(?:\1|\Z)", re.DOTALL)
_FENCE = re.compile(r"^```\w*\n(?P<code>.*?)^```", re.DOTALL | re.MULTILINE)
_NAMED = re.compile(
    r"\b(?:function|method)\s+(?:called\s+|named\s+)?`?(?P<name>[A-Za-z_]\w*)\s*\("
    r"(?P<parameters>[\w\s,:=\[\]|.]*)\)"
)

_BEHIND = re.compile(
    r"(?<=[\w\]\)}'\"])(?:[:;.]\s+|,?\s+(?:because|since|as)\s+|\s+[-\u2013\u2014]+\s+)"
)
"""Between a value and the words that explain it."""

_RETURN = re.compile(r"^(?:it )?(?:should )?returns? ", re.IGNORECASE)

_SENTENCE = 4
"""Words that say something by themselves; fewer are an answer to the question alone."""


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of the function, and its type as far as it is written."""

    name: str
    annotation: str = ""


@dataclass(frozen=True, slots=True)
class Spec:
    """What is known of the function to write."""

    name: str
    """Empty where it is not said."""
    head: str
    """`def …:`; empty where it is not known whole."""
    parameters: tuple[Parameter, ...]
    returns: str
    preamble: str
    """Code before the head."""
    source: str
    """The words about it, with the examples."""
    stated: tuple[Stated, ...] = ()
    """Examples in `source`."""
    agreed: tuple[Example, ...] = ()
    """Examples that the user agreed to."""
    remarks: tuple[str, ...] = ()
    """What else the user said, question and answer."""

    @property
    def prose(self) -> str:
        """The words without the examples."""
        text = self.source
        for one in sorted(self.stated, key=lambda one: one.start, reverse=True):
            text = f"{text[: one.start]}\n{text[one.end :]}"
        return text

    @property
    def unread(self) -> bool:
        """Whether there are examples of which none could be read."""
        return not self.stated and bool(re.search(r">>>|\bexamples?\b", self.source, re.IGNORECASE))

    @property
    def examples(self) -> tuple[Example, ...]:
        """All examples that hold: those agreed to first."""
        agreed = {example.call for example in self.agreed}
        return self.agreed + tuple(
            one.example for one in self.stated if one.example.call not in agreed
        )


def read(task: Task) -> Spec:
    """Return what a task says, with the answers worked in."""
    text, code = task.text, task.code
    for answer in task.answers:
        text, code = _reworded(text, answer), _reworded(code, answer)
        head = f"{answer.text.strip().rstrip(':')}:"
        if answer.question.kind is Kind.SIGNATURE and _HEAD.fullmatch(head):
            if _HEAD.search(text) or _HEAD.search(code):
                text, code = _with_head(text, head), _with_head(code, head)
            else:
                code = f"{code}\n\n{head}\n".lstrip()
    spec = _spec(text, code)
    for answer in task.answers:
        spec = _with(spec, answer)
    return _with_agreed(spec, task.accepted)


def agreed(answer: Answer) -> Example | None:
    """Return the example that an answer stands for; None where it is none.

    A choice, or a value, both with or without words behind it.
    """
    question, text = answer.question, answer.text.strip()
    if not question.call or text == YOU_DECIDE:
        return None
    for choice, outcome in zip(question.choices, question.outcomes, strict=False):
        if _begins(text, choice):
            return Example(question.call, outcome)
    value = literal(_RETURN.sub("", text))
    return None if value is None else Example(question.call, value)


def explained(answer: Answer) -> str:
    """Return the words of an answer that say more than a choice or a value; often there are none.

    "return 3: the larger one counts" says so behind the colon.
    """
    text = answer.text.strip()
    if text == YOU_DECIDE or text in answer.question.choices:
        return ""
    if answer.question.kind is Kind.SIGNATURE and _HEAD.fullmatch(f"{text.rstrip(':')}:"):
        return ""
    if agreed(answer):
        choices = answer.question.choices
        ends = [one for one in _BEHIND.finditer(text) if _whole(text[: one.start()], choices)]
        text = text[ends[0].end() :] if ends else ""
    return text if len(text.split()) >= _SENTENCE else ""


def _spec(text: str, code: str) -> Spec:
    fenced = _FENCE.search(text)
    if not code and fenced:
        text, code = text[: fenced.start()] + text[fenced.end() :], fenced["code"]
    elif not code and _HEAD.search(text):
        text, code = "", text
    stub = _stub(code)
    if stub is None:
        named = _NAMED.search(text)
        head = f"def {named['name']}({named['parameters'].strip()}):" if named else ""
        return _finish(head, code.strip("\n"), text)
    match, docstring = stub
    source = textwrap.dedent(f"{text}\n{docstring}" if text else docstring)
    head = match[0].strip()
    return _finish(head if head.endswith(":") else f"{head}:", code[: match.start()], source)


def _finish(head: str, preamble: str, source: str) -> Spec:
    match = _HEAD.match(head)
    name = match["name"] if match else ""
    parameters = _parameters(head)
    known = parameters is not None and head
    names = [parameter.name for parameter in parameters or ()]
    return Spec(
        name,
        head if known else "",
        tuple(parameters or ()),
        (match["returns"] or "").strip() if match else "",
        preamble.strip("\n"),
        source.strip("\n"),
        tuple(stated(source.strip("\n"), name, names)),
    )


def _stub(code: str) -> tuple[re.Match[str], str] | None:
    """Return the head of the last function, and its docstring, if it has no body yet."""
    heads = list(_HEAD.finditer(code))
    if not heads:
        return None
    behind = code[heads[-1].end() :]
    match = _DOCSTRING.match(behind)
    body = behind[match.end() :] if match else behind
    lines = [line.strip() for line in body.splitlines()]
    if any(line and not line.startswith("#") and line not in {"pass", "..."} for line in lines):
        return None
    comments = "\n".join(line.lstrip("# ") for line in lines if line.startswith("#"))
    return heads[-1], match["text"] if match else comments


def _parameters(head: str) -> list[Parameter] | None:
    """Return the parameters of a head; None where it cannot be read."""
    try:
        function = ast.parse(f"{head}\n    pass").body[0]
    except (SyntaxError, ValueError):
        return None
    if not isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
        return None
    return [
        Parameter(one.arg, ast.unparse(one.annotation) if one.annotation else "")
        for one in function.args.args
    ]


def _reworded(text: str, answer: Answer) -> str:
    """Put the chosen wording in the place of the open one."""
    question = answer.question
    if not question.phrase or answer.text == YOU_DECIDE or explained(answer):
        return text
    # Line breaks and indentation are those of the request.
    phrase = r"\s+".join(map(re.escape, question.phrase.split()))
    return re.sub(phrase, lambda _: answer.text, text)


def _with_head(text: str, head: str) -> str:
    """Put a head in the place of the last one."""
    heads = list(_HEAD.finditer(text))
    if not heads:
        return text
    return f"{text[: heads[-1].start()]}{head}{text[heads[-1].end() :]}"


def _whole(text: str, choices: Sequence[str]) -> bool:
    """Whether a text is a choice or a value, and nothing more."""
    if text in choices:
        return True
    try:
        ast.literal_eval(_RETURN.sub("", text))
    except (ValueError, SyntaxError, TypeError, MemoryError, RecursionError):
        return False
    return True


def _begins(text: str, choice: str) -> bool:
    """Whether a choice is what a text says first."""
    head, behind = text[: len(choice)], text[len(choice) :]
    return head == choice and (not behind or bool(_BEHIND.match(f"{choice[-1]}{behind}", 1)))


def _with(spec: Spec, answer: Answer) -> Spec:
    example, words = agreed(answer), explained(answer)
    if words:
        spec = _with_words(spec, words)
    if example:
        return _with_agreed(spec, (example,), contradicted=answer.question.contradicted)
    if words:
        return spec
    taken = answer.question.kind is Kind.SIGNATURE and f"{answer.text.rstrip(':')}:" == spec.head
    if answer.text == YOU_DECIDE or answer.question.phrase or taken:
        return spec
    return replace(spec, remarks=(*spec.remarks, f"{answer.question.text} {answer.text}"))


def _with_words(spec: Spec, words: str) -> Spec:
    """Add what the user said to the text, in front of the examples."""
    at = min((one.start for one in spec.stated), default=len(spec.source))
    at = spec.source.rfind("\n", 0, at) + 1 if at < len(spec.source) else at
    text = f"{spec.source[:at].rstrip()}\n{words}\n{spec.source[at:]}".strip("\n")
    names = [parameter.name for parameter in spec.parameters]
    return replace(spec, source=text, stated=tuple(stated(text, spec.name, names)))


def _with_agreed(
    spec: Spec, examples: tuple[Example, ...], contradicted: tuple[str, ...] = ()
) -> Spec:
    """Add examples; those of the text that are known to be wrong, once one is, are dropped."""
    given = {example.call: example for example in spec.agreed + examples}
    wrong = {
        one.example.call
        for one in spec.stated
        if one.example.call in given and given[one.example.call] != one.example
    }
    if wrong:
        wrong.update(contradicted)
    text = spec.source
    for one in sorted(spec.stated, key=lambda one: one.start, reverse=True):
        if one.example.call in wrong:
            text = text[: one.start] + text[one.end :]
    names = [parameter.name for parameter in spec.parameters]
    return replace(
        spec,
        source=text,
        stated=tuple(stated(text, spec.name, names)),
        agreed=tuple(given.values()),
    )


def heads(code: str, name: str) -> tuple[str, tuple[Parameter, ...]]:
    """Return the head of a function in code that is whole, and its parameters."""
    for match in _HEAD.finditer(code):
        if match["name"] == name:
            head = match[0].strip()
            return head, tuple(_parameters(head if head.endswith(":") else f"{head}:") or ())
    return "", ()
