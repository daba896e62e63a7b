"""A Python function is repaired from what its tests say, and nothing is said to be fixed lightly.

    tests -> failures -> model: one answer ---.
                      -> small changes -------+-> those that pass -> do they agree? -> the likeliest
                      -> model: more answers -'

The walk, top to bottom. Versions come from the model, which reads the failures, and from small
syntactic changes, which need no model (`pillion.syntax.variants`). All are judged by running the
tests in the sandbox. Of several that pass, those come first that do what the examples of the
documentation say. The others are told apart by what they do on inputs near the tests; the model
says which changed lines it finds likeliest, and if that does not settle it, or an example of the
documentation still comes out otherwise, the fix is offered as one that needs a look.
"""

from __future__ import annotations

import ast
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from pillion.assist.doc_examples import examples
from pillion.assist.judging import wrong_answers
from pillion.assist.likelihood import Likelihood
from pillion.base.outcome import Nothing, Reason
from pillion.context.redact import redact
from pillion.engine.base import Priority, Request, Sampling, write
from pillion.engine.purpose import Purpose, engine_for
from pillion.prompt.blocks import fence_for
from pillion.prompt.chat import chat
from pillion.prompt.repair import again, repairing
from pillion.syntax.variants import variants
from pillion.text.indentation import dedented, indented

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from pillion.assist.judging import Judge, Verdict
    from pillion.engine.base import Cancel, Engine
    from pillion.prompt.chat import Message

MODEL = "model"
"""The source of what the model wrote; small changes are named by their kind."""
HEAT = 0.8
MARGIN = 2.0
"""How much likelier (natural logarithm) a fix must be than one that behaves otherwise."""
CRASH = 0.3
"""What it costs a fix to fail on an input near the tests where another one does not."""
MOST_SCORED = 12
"""The model reads so many fixes, a third of a second each."""

_SPARE_TOKENS = 96
_GROWTH = 1.3


@dataclass(frozen=True, slots=True)
class Function:
    """A function in its document."""

    name: str
    document: str
    start: int
    end: int
    """Whole lines, in code points; the last line's end is not part of it."""
    about: str = ""
    """What the document says of it elsewhere."""

    @property
    def text(self) -> str:
        """The function as if it stood alone."""
        return dedented(self.document[self.start : self.end])

    def put(self, text: str) -> str:
        """Return the document with the function replaced."""
        original = self.document[self.start : self.end]
        return self.document[: self.start] + indented(text, original) + self.document[self.end :]


@dataclass(frozen=True, slots=True)
class Budget:
    """What a repair may cost."""

    rounds: int = 2
    """Further rounds of the model, where nothing passes."""
    samples: int = 3
    """Answers of each of these rounds."""
    changes: bool = True
    """Whether small changes are tried."""


@dataclass(frozen=True, slots=True)
class Fix:
    """A version that passes every test."""

    text: str
    """The function."""
    document: str
    source: str
    """``model``, or the kind of the small change."""
    passed: int
    sure: bool
    """All versions that pass behave alike, or this one is much the likeliest; and it does what
    the examples of the documentation say."""
    rivals: int
    """Versions that pass, too, and behave otherwise."""
    tried: int
    """How many versions were run."""
    failures: str
    """What failed before."""
    wrong: int = 0
    """Examples of the documentation that come out otherwise."""


@dataclass(frozen=True, slots=True)
class Unfixed:
    """Why there is no fix; the best version, if one passes more tests than the original."""

    why: Nothing
    failures: str = ""
    best: str = ""
    tried: int = 0


@dataclass(frozen=True, slots=True)
class _Version:
    text: str
    source: str
    verdict: Verdict
    behaviour: tuple[str, ...] = ()
    wrong: int = 0
    score: float = 0.0

    @property
    def kind(self) -> object:
        """Equal for versions that behave alike; each its own where nothing could be tried."""
        return self.behaviour or self.text


@dataclass
class Answers:
    """What the model wrote, kept for whoever wants to look at it."""

    first: str = ""
    """Its first answer, when it had seen the failure once."""
    seconds: float = 0.0
    """What that took."""
    others: list[str] = field(default_factory=list)


async def repair(
    function: Function,
    judge: Judge,
    engine: Engine | None,
    cancel: Cancel,
    *,
    budget: Budget | None = None,
    report: Callable[[str], None] = lambda _: None,
    answers: Answers | None = None,
) -> Fix | Unfixed:
    """Repair the function; without an engine by small changes only.

    Raises `EngineError` when the model cannot answer, `SandboxError` where there is no sandbox.
    """
    budget, answers = budget or Budget(), answers or Answers()
    report("running the tests")
    (before,) = await judge.judge([function.document])
    if before.good:
        return Unfixed(Nothing(Reason.NOTHING_FAILS))
    own = engine_for(engine, Purpose.EDITS) if engine else None
    writer = _Writer(function, before.failures, own, cancel, answers)
    pool = _Pool(function, judge)
    if writer.able:
        report("asking the model")
        await pool.add(MODEL, await writer.first())
    if budget.changes and not cancel.is_set():
        report("trying small changes")
        await pool.add_changes()
    for turn in range(budget.rounds):
        if pool.good or not writer.able or cancel.is_set():
            break
        report(f"asking the model again, round {turn + 1}")
        best = pool.best()
        await pool.add(MODEL, await writer.further(budget.samples, turn, best))
    if cancel.is_set():
        return Unfixed(Nothing(Reason.CANCELLED), before.failures, tried=pool.tried)
    if not pool.good:
        best = pool.best()
        better = best is not None and best.verdict.passed > before.passed
        text = best.text if best and better else ""
        return Unfixed(Nothing(Reason.NO_FIX), before.failures, text, pool.tried)
    report("comparing what passes")
    return await _chosen(pool, writer, before.failures)


class _Pool:
    """All versions so far, each once, whoever came up with it."""

    def __init__(self, function: Function, judge: Judge) -> None:
        self._function, self._judge = function, judge
        self._seen = {_normal(function.text)}
        self._versions: list[_Version] = []
        self.tried = 1

    @property
    def good(self) -> list[_Version]:
        return [version for version in self._versions if version.verdict.good]

    def best(self) -> _Version | None:
        """Return the version that passes most tests, of those whose failures are known."""
        known = [version for version in self._versions if version.verdict.total]
        return max(known, key=lambda version: version.verdict.passed, default=None)

    async def add(self, source: str, texts: Iterable[str]) -> None:
        """Judge versions closely, and keep them all."""
        new = self._new(texts)
        verdicts = await self._judge.judge([self._function.put(text) for text in new])
        self._versions += [_Version(t, source, v) for t, v in zip(new, verdicts, strict=True)]

    async def add_changes(self) -> None:
        """Judge small changes of the original, and keep those that pass."""
        made = {variant.text: variant.kind for variant in variants(self._function.text)}
        passing: list[str] = []
        left = list(made)[: self._judge.most]
        while left and not passing:
            new = self._new(left[: self._judge.batch])
            left = left[self._judge.batch :]
            texts = [self._function.put(text) for text in new]
            verdicts = await self._judge.judge(texts, closely=False)
            passing = [t for t, v in zip(new, verdicts, strict=True) if v.good]
        # Again, with patience and each check in turn: what passes is worth a second look.
        verdicts = await self._judge.judge([self._function.put(text) for text in passing])
        self._versions += [
            _Version(text, made[text], verdict)
            for text, verdict in zip(passing, verdicts, strict=True)
            if verdict.good
        ]

    async def behaviours(self) -> list[_Version]:
        """Return the versions that pass and are truest to the documentation.

        With what they do beyond the tests.
        """
        good = await self._truest(self.good)
        found = await self._judge.behaviour([self._function.put(v.text) for v in good])
        return [replace(v, behaviour=b) for v, b in zip(good, found, strict=True)]

    async def _truest(self, versions: list[_Version]) -> list[_Version]:
        documents = [self._function.put(version.text) for version in versions]
        wrong = await wrong_answers(documents, examples(self._function))
        told = [replace(v, wrong=w) for v, w in zip(versions, wrong, strict=True)]
        return [version for version in told if version.wrong == min(wrong)]

    def _new(self, texts: Iterable[str]) -> list[str]:
        found = []
        for text in texts:
            key = _normal(text)
            if key and key not in self._seen:
                self._seen.add(key)
                found.append(text)
        self.tried += len(found)
        return found


async def _chosen(pool: _Pool, writer: _Writer, failures: str) -> Fix:
    """Return the likeliest of the versions that pass, and whether that is sure."""
    good = await pool.behaviours()
    fewest = min(map(_crashes, good))
    groups: dict[object, list[_Version]] = {}
    for version in good:
        groups.setdefault(version.kind, []).append(version)
    scored = []
    if len(good) > 1:
        # Each behaviour has its say before any has two.
        turns = sorted(good, key=lambda v: groups[v.kind].index(v))
        for version in turns[:MOST_SCORED]:
            likely = await writer.likelihood(version.text)
            lost = CRASH * (_crashes(version) - fewest)
            scored.append(replace(version, score=likely - lost))
    else:
        scored = good
    scored.sort(key=lambda version: -version.score)
    first = scored[0]
    own = [version for version in scored if version.kind == first.kind]
    others = [version for version in scored if version.kind != first.kind]
    # To fail near the tests where another one copes is no sign of being right.
    likeliest = not others or (_crashes(first) == fewest and _settled(own, others))
    sure = likeliest and not first.wrong
    rivals = len(good) - len(groups[first.kind])
    document = writer.function.put(first.text)
    passed = first.verdict.passed
    return Fix(
        text=first.text,
        document=document,
        source=first.source,
        passed=passed,
        sure=sure,
        rivals=rivals,
        tried=pool.tried,
        failures=failures,
        wrong=first.wrong,
    )


def _settled(own: Sequence[_Version], others: Sequence[_Version]) -> bool:
    """Whether the likeliest behaviour is much likelier than any other.

    What the model wrote itself it always finds likely; that settles nothing for its own version.
    """
    scores = [version.score for version in own if version.source != MODEL]
    return bool(scores) and max(scores) - max(v.score for v in others) >= MARGIN


class _Writer:
    """The model, and what it was told."""

    def __init__(
        self,
        function: Function,
        failures: str,
        engine: Engine | None,
        cancel: Cancel,
        answers: Answers,
    ) -> None:
        self.function = function
        self._engine, self._cancel, self._answers = engine, cancel, answers
        # Values that are hidden from the model would come back changed.
        text = function.text
        self.able = engine is not None and redact(text, "python") == text
        self._messages = repairing(
            text, redact(failures, "python"), redact(function.about, "python")
        )
        self._likelihood: Likelihood | None = None

    async def first(self) -> list[str]:
        """Return the model's answer to the failure."""
        started = time.perf_counter()
        found = await self._write(self._messages, 1, Sampling())
        self._answers.seconds = time.perf_counter() - started
        self._answers.first = found[0] if found else ""
        return found

    async def further(self, samples: int, turn: int, best: _Version | None) -> list[str]:
        """Return more answers, with what is wrong about the best one so far."""
        messages = list(self._messages)
        if best and best.verdict.failures:
            messages += again(best.text, redact(best.verdict.failures, "python"))
        sampling = Sampling(temperature=HEAT, seed=1 + turn * samples)
        found = await self._write(messages, samples, sampling)
        self._answers.others += found
        return found

    async def likelihood(self, text: str) -> float:
        """Return how much likelier the model finds a version than the original; 0 without one."""
        if not self.able or self._engine is None:
            return 0.0
        if self._likelihood is None:
            self._likelihood = Likelihood(
                self._engine, self._messages, self.function.text, self._cancel
            )
        return await self._likelihood.of(text)

    async def _write(
        self, messages: Sequence[Message], samples: int, sampling: Sampling
    ) -> list[str]:
        engine = self._engine
        if engine is None:
            return []
        info = await engine.load()
        text = self.function.text
        fence = fence_for(text)
        header = header_of(text)
        (size,) = await engine.count([text])
        request = Request(
            chat(messages, info.chat_template, f"{fence}python\n{header}"),
            max_tokens=int(size * _GROWTH) + _SPARE_TOKENS,
            sampling=sampling,
            session="repair",
            priority=Priority.CHAT,
            samples=samples,
            stops=(f"\n{fence}",),
        )
        written = await write(engine, request, self._cancel)
        found = (function_in(header + one.text, self.function.name) for one in written)
        return [text for text in found if text]


def header_of(function: str) -> str:
    """Return the lines of a function up to its body, as far as they can be told."""
    try:
        node = ast.parse(function).body[0]
    except (SyntaxError, ValueError, IndexError, RecursionError):
        return function.partition("\n")[0] + "\n"
    body = getattr(node, "body", None)
    lines = function.splitlines(keepends=True)
    last = body[0].lineno - 1 if body else 1
    return "".join(lines[: max(last, 1)]) if last != node.lineno - 1 else lines[0]


def function_in(text: str, name: str) -> str:
    """Return the function `name` of what a model wrote, without what stands around it.

    Lines at the end that do not parse, for the answer was cut, are left out; empty where no such
    function is left.
    """
    lines = text.rstrip().split("\n")
    while lines:
        source = "\n".join(lines)
        try:
            tree = ast.parse(source)
        except (SyntaxError, ValueError, RecursionError):
            lines.pop()
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name == name:
                first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
                return "\n".join(source.split("\n")[first - 1 : node.end_lineno])
        return ""
    return ""


def function_at(document: str, line: int, name: str = "") -> Function | None:
    """Return the innermost function around a line (from 0), or the one called `name`.

    None where there is none, or the document does not parse.
    """
    try:
        tree = ast.parse(document)
    except (SyntaxError, ValueError, RecursionError):
        return None
    found = None
    for node in ast.walk(tree):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = min([node.lineno, *(d.lineno for d in node.decorator_list)]) - 1
        last = node.end_lineno or node.lineno
        there = node.name == name if name else first <= line < last
        if there and (found is None or first >= found[1]):
            found = (node.name, first, last)
            if name:
                break
    if found is None:
        return None
    lines = document.splitlines(keepends=True)
    start = sum(map(len, lines[: found[1]]))
    end = start + sum(map(len, lines[found[1] : found[2]]))
    end -= len(document[:end]) - len(document[:end].rstrip("\r\n"))
    return Function(found[0], document, start, end, _about(tree))


def _about(tree: ast.Module) -> str:
    """Return the texts that stand alone in a module, such as its docstring."""
    found = [
        node.value.value.strip()
        for node in tree.body
        if isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    ]
    return "\n\n".join(found)[:1500]


def _crashes(version: _Version) -> int:
    return sum(text.startswith("!") for text in version.behaviour)


def _normal(text: str) -> str:
    """Return what is the same for versions that differ in blanks only; empty if it is no code."""
    try:
        return ast.dump(ast.parse(text))
    except (SyntaxError, ValueError, RecursionError):
        return ""
