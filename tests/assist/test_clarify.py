"""When to ask: a scripted engine writes the candidates, the real sandbox runs them."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace

import pytest

from pillion.assist.clarify import behaviour
from pillion.assist.clarify.behaviour import LOOPS, NOTHING, outcomes
from pillion.assist.clarify.candidates import take
from pillion.assist.clarify.consider import consider
from pillion.assist.clarify.evidence import alike, same
from pillion.assist.clarify.inputs import inputs
from pillion.assist.clarify.intent import wants_code
from pillion.assist.clarify.proposals import propose
from pillion.assist.clarify.spec import agreed, explained, read
from pillion.assist.clarify.stated import stated
from pillion.assist.clarify.task import (
    YOU_DECIDE,
    Answer,
    Budget,
    Clear,
    Example,
    Kind,
    Question,
    Task,
    Verdict,
)
from pillion.assist.clarify.understanding import understand
from pillion.assist.clarify.wording import Open, findings
from pillion.base.errors import SandboxError
from pillion.engine.base import Cancel
from pillion.engine.fake import FakeEngine, Script

MEAN = Task("", 'def mean(numbers: list[float]) -> float:\n    """Return the mean of numbers."""\n')
ZERO = "    return sum(numbers) / len(numbers) if numbers else 0.0\n```"
NONE = "    if not numbers:\n        return None\n    return sum(numbers) / len(numbers)\n```"
RAISE = (
    "    if not numbers:\n        raise ValueError('empty')\n    return sum(numbers) / len(numbers)"
)


async def considered(task: Task, *bodies: str, budget: Budget | None = None) -> Verdict:
    engine = FakeEngine([Script([body]) for body in bodies])
    return await consider(task, engine, budget or Budget(len(bodies)), Cancel())


async def asked(task: Task, *bodies: str) -> Question:
    verdict = await considered(task, *bodies)
    assert isinstance(verdict, Question)
    return verdict


async def test_agreement_is_answered_at_once() -> None:
    """Different code that does the same leaves nothing to ask."""
    other = "    if numbers:\n        return sum(numbers) / len(numbers)\n    return 0.0\n```"
    verdict = await considered(MEAN, ZERO, other, ZERO)
    assert isinstance(verdict, Clear)
    assert verdict.code.endswith("else 0.0")
    assert verdict.code.startswith("def mean(numbers")
    assert verdict.evidence.groups == (3,)
    assert verdict.evidence.agreement == 1.0


async def test_difference_is_asked_about() -> None:
    """The shortest input that tells the candidates apart, with what they do as choices."""
    question = await asked(MEAN, ZERO, NONE, RAISE, NONE)
    assert question.text == "For `mean([])`: return None, return 0.0 or raise ValueError?"
    assert question.choices == ("return None", "return 0.0", "raise ValueError", YOU_DECIDE)
    assert question.outcomes == ("None", "0.0", "raises ValueError")
    assert question.kind is Kind.MISSING
    assert "else 0.0" in question.code, "of equals the likeliest"


@pytest.mark.parametrize(
    ("said", "outcome"),
    [("return 0.0", "else 0.0"), ("0", "else 0.0"), ("raise ValueError", "raise ValueError")],
)
async def test_answer_chooses(said: str, outcome: str) -> None:
    """A choice that was clicked, or a free answer, becomes an example that filters candidates."""
    question = await asked(MEAN, ZERO, NONE, RAISE, NONE)
    task = replace(MEAN, answers=(Answer(question, said),))
    verdict = await considered(task, NONE, NONE, ZERO, RAISE)
    assert isinstance(verdict, Clear)
    assert outcome in verdict.code


async def test_answer_explains() -> None:
    """A value and words behind it: an example, and a sentence of the request."""
    question = await asked(MEAN, ZERO, NONE, RAISE, NONE)
    said = Answer(question, "return None: an empty list has no mean at all")
    assert agreed(said) == Example("[]", "None")
    spec = read(replace(MEAN, answers=(said,)))
    assert spec.source.splitlines() == [
        "Return the mean of numbers.",
        "an empty list has no mean at all",
    ]
    value = Answer(question, "-1. Negative means that there is none.")
    assert agreed(value) == Example("[]", "-1")
    assert explained(value) == "Negative means that there is none."
    assert not explained(Answer(question, "[1, 2]"))
    assert not explained(Answer(question, "'a. b c d e'"))
    assert not explained(Answer(question, YOU_DECIDE))
    words = Answer(question, "whatever the others in this file do")
    assert agreed(words) is None
    assert read(replace(MEAN, answers=(words,))).source.endswith(words.text)


async def test_drafts_stay() -> None:
    """A draft from before the question may be the one that does what was answered."""
    question = await asked(MEAN, ZERO, NONE, RAISE, NONE)
    task = replace(MEAN, answers=(Answer(question, "raise ValueError"),))
    verdict = await considered(task, NONE, ZERO, budget=Budget(2, proposals=0, rounds=0))
    assert isinstance(verdict, Clear)
    assert "raise ValueError" in verdict.code


async def test_asked_twice_without_examples() -> None:
    """One answer is no example of all that is open: what still differs is asked about, once."""
    task = Task("", 'def f(n: int) -> int:\n    """Return a number for n."""\n')
    bodies = [
        f"    return {none} if not n else {below} if n < 0 else n"
        for none in (5, 6)
        for below in (7, 8)
    ]
    question = await asked(task, *bodies)
    assert (question.call, question.outcomes) == ("0", ("5", "6"))
    once = replace(task, answers=(Answer(question, "return 6"),))
    second = await asked(once, *bodies)
    assert int(second.call) < 0
    assert second.outcomes == ("7", "8")
    twice = replace(once, answers=(*once.answers, Answer(second, "return 8")))
    verdict = await considered(twice, *bodies)
    assert isinstance(verdict, Clear)
    assert "return 6 if not n else 8" in verdict.code


async def test_what_the_user_said_weighs_more() -> None:
    """Where no draft does everything, what was accepted comes before what the request states."""
    stated = "    >>> f(3)\n    9\n    >>> f(4)\n    16\n"
    code = f'def f(n: int) -> int:\n    """Return a number.\n{stated}    """'
    task = Task("", code, accepted=(Example("5", "10"),))
    verdict = await considered(
        task, "    return n * n", "    return 2 * n", budget=Budget(2, rounds=0)
    )
    assert isinstance(verdict, Clear)
    assert "2 * n" in verdict.code


def test_parameters_of_one_type_differ() -> None:
    """An input whose arguments are all equal tells nothing of which is which."""
    spec = read(Task("", 'def f(a: int, b: int):\n    """Return one of them."""\n'))
    found = inputs(spec, 8)
    assert found[0] == "0, 0"
    assert all(len(set(one.split(", "))) == 2 for one in found[1:])


async def test_what_none_does_is_mended() -> None:
    """The model is told which call goes wrong; without an example that was accepted it is not."""
    minus = "    return sum(numbers) / len(numbers) if numbers else -1.0\n```"
    task = replace(MEAN, accepted=(Example("[]", "-1.0"),))
    scripts = [Script([body]) for body in (ZERO, NONE, minus, minus)]
    engine = FakeEngine(scripts)
    verdict = await consider(task, engine, Budget(2, proposals=0), Cancel())
    assert isinstance(verdict, Clear)
    assert "-1.0" in verdict.code
    told = "".join(piece for piece in engine.requests[-1].prompt.pieces if isinstance(piece, str))
    assert "`mean([])` returns 0.0, but must return -1.0." in told
    rejected = replace(MEAN, rejected=(Example("[]", "0.0"),))
    engine = FakeEngine([Script([ZERO])])
    await consider(rejected, engine, Budget(2, proposals=0), Cancel())
    assert len(engine.requests) == 2
    engine = FakeEngine([Script([ZERO])])
    await consider(MEAN, engine, Budget(2, proposals=0), Cancel())
    assert len(engine.requests) == 1


async def test_model_thinks_of_inputs() -> None:
    """What a caller would pass; what is no literal, or of another number, is left out."""
    spec = read(Task("", 'def f(pairs):\n    """Return the longest of them.\n    """\n'))
    scripts = [Script([text]) for text in ("[(1, 2)])", "[(1, 2)]) == 3", "x)", "'(', 2", "(")]
    engine = FakeEngine(scripts)
    proposed = await propose(spec, engine, Budget(proposals=5), Cancel())
    assert proposed == ["[(1, 2)]"]
    asked = engine.requests[0]
    assert (asked.samples, asked.stops) == (5, ("\n",))
    assert str(asked.prompt.pieces[-1]).endswith("Return the longest of them.\n    >>> f(")
    found = inputs(spec, 32, [*proposed, "1, 2"])
    assert found[0] == "[(1, 2)]"
    assert "[]" in found
    assert "1, 2" not in found


async def test_you_decide() -> None:
    """The same is not asked again, and what was decided is told."""
    question = await asked(MEAN, ZERO, NONE, NONE, NONE)
    task = replace(MEAN, answers=(Answer(question, YOU_DECIDE),) * 2)
    verdict = await considered(task, ZERO, NONE, NONE, NONE)
    assert isinstance(verdict, Clear)
    assert "return None" in verdict.code
    assert verdict.evidence.assumptions == ("`mean([])` will return None.",)


async def test_contradictory_answers() -> None:
    """The last answer holds; where no candidate does it, there is code all the same."""
    question = await asked(MEAN, ZERO, NONE)
    answers = (Answer(question, "return None"), Answer(question, "return 0.0"))
    assert read(replace(MEAN, answers=answers)).agreed[-1].outcome == "0.0"
    verdict = await considered(replace(MEAN, answers=answers), NONE, RAISE)
    assert isinstance(verdict, Clear)
    assert verdict.code


async def test_open_readings_need_no_model() -> None:
    task = Task(
        "", 'def pick(n: int) -> int:\n    """Return the smallest or largest divisor of n."""'
    )
    engine = FakeEngine()
    question = await consider(task, engine, Budget(), Cancel())
    assert isinstance(question, Question)
    assert question.choices == ("smallest", "largest", YOU_DECIDE)
    assert question.kind is Kind.ALTERNATIVE
    assert not engine.requests
    answered = read(replace(task, answers=(Answer(question, "largest"),)))
    assert answered.source == "Return the largest divisor of n."


async def test_example_against_text() -> None:
    """An example that all candidates fail, agreeing among themselves, is asked about."""
    code = 'def double(n: int):\n    """Return two times n.\n    >>> double(3)\n    9\n    """\n'
    question = await asked(
        Task("", code), "    return 2 * n", "    return n * 2", "    return n + n"
    )
    assert question.kind is Kind.CONTRADICTION
    assert question.text == (
        "For `double(3)` the example says 9, but as I read the text it is 6. Which one holds?"
    )
    task = Task("", code, (Answer(question, question.choices[0]),))
    assert "9" not in read(task).source
    assert isinstance(await considered(task, "    return 2 * n", "    return n * n"), Clear)


async def test_examples_choose_without_asking() -> None:
    code = 'def f(n: int) -> int:\n    """Return a number for n.\n    >>> f(3)\n    9\n    """\n'
    verdict = await considered(Task("", code), "    return n + n", "    return n * n")
    assert isinstance(verdict, Clear)
    assert "n * n" in verdict.code


async def test_examples_that_cannot_be_read() -> None:
    """They may say what is in doubt, so the user is not asked about it."""
    code = (
        'def f(n: int):\n    """Return a number for n.\n    Example: three becomes nine.\n    """\n'
    )
    verdict = await considered(Task("", code), "    return n + n", "    return n * n")
    assert isinstance(verdict, Clear)


async def test_unknown_parameters() -> None:
    task = Task("", 'def scale(...) -> int:\n    """Scale a number by a factor."""')
    one = "def scale(n, factor):\n    return n * factor\n```"
    question = await asked(task, one, one, "def scale(n):\n    return 2 * n\n```")
    assert question.kind is Kind.SIGNATURE
    assert question.choices == ("def scale(n, factor):", "def scale(n):", YOU_DECIDE)
    spec = read(replace(task, answers=(Answer(question, question.choices[0]),)))
    assert [parameter.name for parameter in spec.parameters] == ["n", "factor"]


async def test_request_in_words_alone() -> None:
    """The drafts choose a head; it is asked about only where they choose differently."""
    task = Task("Write a function that scales a number by a factor.")
    one = "def scale(n, factor):\n    return n * factor\n```"
    other = "def scale_number(number, by):\n    return by * number\n```"
    verdict = await considered(task, one, other, one)
    assert isinstance(verdict, Clear)
    assert verdict.evidence.groups == (3,)
    question = await asked(task, one, "def scale(n):\n    return 2 * n\n```")
    assert question.kind is Kind.SIGNATURE
    spec = read(replace(task, answers=(Answer(question, "def scale(n, factor)"),)))
    assert (spec.head, spec.source) == ("def scale(n, factor):", task.text)
    assert not spec.remarks


@pytest.mark.parametrize(
    "bad",
    [
        "    import os\n    os._exit(0)",
        "    while True:\n        pass",
        "    import os, signal\n    os.kill(-1, signal.SIGKILL)",
        "    return [0] * 10**10",
        "    return mean(numbers)",
        "    print('x' * 10**7)\n    raise SystemExit",
        "    return open('/etc/shadow').read()",
    ],
)
async def test_bad_candidates_change_nothing(bad: str) -> None:
    """One that crashes, loops or attacks is alone with it, and never what is answered."""
    verdict = await considered(MEAN, bad, *[ZERO] * 9)
    assert isinstance(verdict, Clear)
    assert "sum(numbers)" in verdict.code


async def test_only_bad_candidates() -> None:
    """There is an answer, and no question about how to fail."""
    verdict = await considered(MEAN, "    while True:\n        pass", "    raise RuntimeError")
    assert isinstance(verdict, Clear)


async def test_nothing_that_parses() -> None:
    verdict = await considered(MEAN, "I cannot do this.", "    return (")
    assert verdict == Clear("", verdict.evidence)


async def test_at_most_two_questions() -> None:
    question = await asked(MEAN, ZERO, NONE)
    task = replace(MEAN, answers=(Answer(question, "dunno"), Answer(question, "no idea")))
    assert isinstance(await considered(task, ZERO, NONE), Clear)


async def test_without_a_sandbox(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where nothing can be run, equal code counts as agreement and nobody is asked."""

    def refuse(*_: object) -> None:
        raise SandboxError("no")

    monkeypatch.setattr(behaviour, "run_python", refuse)
    verdict = await considered(MEAN, ZERO, NONE, NONE)
    assert isinstance(verdict, Clear)
    assert "return None" in verdict.code
    assert verdict.evidence.compared == "syntax"


async def test_stop_while_drafts_run() -> None:
    """A stop is heard at once, not when the sandboxes are done."""
    engine, cancel = FakeEngine([Script(["    while True:\n        pass"])]), Cancel()
    reports: list[str] = []

    def report(line: str) -> None:
        reports.append(line)
        if len(reports) == 2:
            asyncio.get_running_loop().call_later(0.05, cancel.set)

    started = time.monotonic()
    verdict = await consider(MEAN, engine, Budget(2), cancel, report)
    assert time.monotonic() - started < 0.9
    assert isinstance(verdict, Clear)
    assert reports == ["Writing 2 drafts", "Comparing what they do"]


async def test_other_requests_are_not_delayed() -> None:
    engine = FakeEngine()
    assert await consider(
        Task("What does this do?", MEAN.code), engine, Budget(), Cancel()
    ) == Clear("")
    assert not engine.requests


@pytest.mark.parametrize(
    "text",
    [
        "Write a function that adds two numbers",
        "Could you please write a Python function to parse a date?",
        "implement a helper called `clamp(x, lo, hi)`",
        "I need a function which counts vowels.",
        "hello, please create a method that sorts users by age",
        'def f(x):\n    """Return twice x."""',
        "Complete this:\n```python\ndef f(x):\n    # twice x\n```",
    ],
)
def test_asks_for_code(text: str) -> None:
    assert wants_code(Task(text))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hi",
        "What does this function do?",
        "Explain how to write a function in Python",
        "Why is my function slow?\n```python\ndef f(x):\n    return x\n```",
        "/tests for the function",
        "write tests for this function",
        "Write a docstring for the function",
        "Write a commit message",
        "write a function in Rust that adds",
        "is this code correct?",
        "thanks, make it so",
        "Schreib mir bitte eine Funktion",
        "x" * 200_000,
    ],
)
def test_asks_for_something_else(text: str) -> None:
    assert not wants_code(Task(text))


@pytest.mark.parametrize(
    ("text", "call", "outcome"),
    [
        (">>> f(1, 'a')\n['a']", "1, 'a'", "['a']"),
        ("f([1, 2]) == 3", "[1, 2]", "3"),
        ("f(')') => True", "')'", "True"),
        ("f(2) ➞ false", "2", "False"),
        ("f(2) returns 4.", "2", "4"),
        ("assert f(2) == 4  # four", "2", "4"),
        ("f(-1) should raise ValueError", "-1", "raises ValueError"),
        ("For x = [1,2] the output should be 3", "[1, 2]", "3"),
        ("Example:\n  Input: x = 3\n  Output: 4\n", "3", "4"),
    ],
)
def test_stated_examples(text: str, call: str, outcome: str) -> None:
    found = [one.example for one in stated(text, "f", ["x"])]
    assert [(one.call, one.outcome) for one in found] == [(call, outcome)]


@pytest.mark.parametrize("text", ["f(x) == 3", "if(1) == 3", "f(1", "f(1) is nice", "call f(2)"])
def test_no_examples(text: str) -> None:
    assert not stated(text, "f", ["x"])


def opened(text: str, head: str = "def f(n)") -> dict[Open, tuple[str, ...]]:
    task = Task("", f'{head}:\n    """{text}\n    >>> f(1)\n    1\n    """')
    return {one.what: one.choices or (one.quote,) for one in findings(read(task))}


@pytest.mark.parametrize(
    ("text", "what", "quote"),
    [
        ("Return the smallest or largest divisor.", Open.READINGS, ("smallest", "largest")),
        ("Return the 1st, or 2nd, or 3rd item.", Open.READINGS, ("1st", "2nd", "3rd")),
        ("Return those more than or less than n.", Open.READINGS, ("more", "less")),
        ("Return those less than or exactly n.", Open.READINGS, ("less than", "exactly")),
        ("Return a date as dd-mm-yy or mm-dd-yy.", Open.READINGS, ("dd-mm-yy", "mm-dd-yy")),
        ("Return n +/- 1.", Open.READINGS, ("+", "-")),
        ("Return odd or even or the sum of n.", Open.READINGS, ("odd", "even")),
        ("Return the relative or absolute gap.", Open.READINGS, ("relative", "absolute")),
        ("Join them with space or without space.", Open.READINGS, ("with space", "without space")),
        ("Return the sum of K digits.", Open.UNBOUND, ("K",)),
        (
            "Return n with certain digits left out.",
            Open.VAGUE,
            ("Return n with certain digits left out.",),
        ),
        ("Return True if n is , else False.", Open.BROKEN, ("True if n is , else False.",)),
        ("Return the digits multiplied by", Open.BROKEN, ("Return the digits multiplied by",)),
        ("Return True if it is valid and", Open.BROKEN, ("if it is valid and",)),
        ("A number of the planet.", Open.RESULT, ("A number of the planet.",)),
    ],
)
def test_open_words(text: str, what: Open, quote: tuple[str, ...]) -> None:
    assert opened(text)[what] == quote


@pytest.mark.parametrize(
    "text",
    [
        "Return whether n is odd or even.",
        "Return True or False.",
        "Return n with a or b in it, if x or y is there, otherwise 1 or 2.",
        "Return the product of n and 3 or 4.",
        "Return those less than or equal to n.",
        "Return n. Raise ValueError if n is zero or missing.",
        "Return the list in ascending order.",
    ],
)
def test_closed_words(text: str) -> None:
    assert not opened(text)


def test_running() -> None:
    """Equal outcomes are equal text; each call is limited, and sees arguments of its own."""
    code = "def f(x):\n    x.append({3, 1, 2})\n    return x"
    assert outcomes(code, "f", ["[]", "[1]"]) == ("[{1, 2, 3}]", "[1, {1, 2, 3}]")
    assert outcomes("def f(x):\n    while x: pass", "f", ["1", "0"]) == (LOOPS, "None")
    assert outcomes("import os\ndef f(x):\n    os._exit(x)", "f", ["0"]) == (NOTHING,)
    assert outcomes("def f(x) x", "f", ["0"]) == ("raises SyntaxError",)
    assert outcomes("f = 1", "g", ["0"]) == ("raises KeyError",)


def test_same() -> None:
    assert same("0.30000000000000004", "0.3")
    assert same("[1, 2.0]", "[1, 2]")
    assert not same("(1, 2)", "[1, 2]")
    assert not same("raises ValueError", "1")


def test_what_is_held_in_another_container_is_alike() -> None:
    assert alike("['Venus', 'Mars']", "('Venus', 'Mars')")
    assert alike("[3]", "3")
    assert alike("2.0", "2")
    assert not alike("['Mars', 'Venus']", "('Venus', 'Mars')")
    assert not alike("[3, 1]", "3")
    assert not alike("raises ValueError", "[3]")


def test_code_is_taken_out_of_what_was_written() -> None:
    """Talk, examples of use and a cut-off end stay behind."""
    spec = read(MEAN)
    written = "    return 1\n\nprint(mean([]))\n```\nThis returns 1."
    candidate = take(spec, written)
    assert candidate
    assert candidate.code == "def mean(numbers: list[float]) -> float:\n    return 1"
    assert take(spec, "    return 1\n\ndef more(x):\n    if x") is not None
    assert take(spec, "no code") is None


async def test_understanding() -> None:
    """Examples that tell the drafts apart come first; what the user says of them filters."""
    engine = FakeEngine([Script([body]) for body in (NONE, NONE, ZERO, RAISE)])
    shown = await understand(MEAN, engine, Budget(4), Cancel())
    assert shown.restatement == (
        "`mean(numbers: list[float]) -> float`: Return the mean of numbers."
    )
    first = shown.examples[0]
    assert (first.call, first.outcome) == ("[]", "None")
    assert 3 <= len(shown.examples) <= 5
    assert "return None" in shown.code
    rejected = await considered(replace(MEAN, rejected=(first,)), NONE, NONE, ZERO, ZERO)
    assert isinstance(rejected, Clear)
    assert "else 0.0" in rejected.code
    edited = replace(first, outcome="raises ValueError")
    accepted = await considered(replace(MEAN, accepted=(edited,)), NONE, NONE, ZERO, RAISE)
    assert isinstance(accepted, Clear)
    assert "raise ValueError" in accepted.code
