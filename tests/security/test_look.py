"""The security look names what is new and weak, and leaves everything else alone."""

from __future__ import annotations

import pytest

from pillion.eval.security import Planted, aims, look_at_planted, planted, summary
from pillion.security.look import found, weaknesses
from pillion.syntax import grammars
from pillion.syntax.languages import language_of, languages

PLANTED = planted()
MISSED = {
    "a check of the user that is always true",
    "an expression that takes forever on some text",
}
"""No rule here can know what a check is for, or how long a pattern takes."""


def test_the_planted_weaknesses_are_enough_to_say_something() -> None:
    assert len(PLANTED) >= 25
    assert len({one.cwe for one in PLANTED}) >= 10
    assert len({one.language for one in PLANTED}) >= 5


@pytest.mark.parametrize("case", PLANTED, ids=lambda one: f"{one.language}: {one.name}")
def test_a_planted_weakness_is_named_and_its_safe_twin_is_not(case: Planted) -> None:
    language = language_of(case.language)
    weak = weaknesses(case.before, case.weak, language)
    assert (case.cwe in {one.cwe for one in weak}) == (case.name not in MISSED)
    for one in weak:
        assert 0 <= one.start <= one.end <= len(case.weak)
        assert case.weak[one.start : one.end].strip()
        assert one.message.endswith(".")
    assert weaknesses(case.before, case.safe, language) == []


@pytest.mark.parametrize("case", PLANTED[::6], ids=lambda one: f"{one.language}: {one.name}")
def test_what_was_there_before_is_not_new(case: Planted) -> None:
    language = language_of(case.language)
    assert weaknesses(case.weak, f"{case.weak}\n", language) == []
    assert weaknesses(case.weak, case.before, language) == []
    # Once more of the same is new.
    assert len(weaknesses(case.weak, f"{case.weak}\n{case.weak}", language)) >= 1


def test_a_weakness_that_was_only_rewritten_is_not_new() -> None:
    before = "def f(x):\n    return eval(x) * 3.14\n"
    after = "def f(x, y):\n    return eval(x + y) * math.pi\n"
    python = language_of("python")
    assert weaknesses(before, after, python) == []
    assert len(weaknesses(before, f"{after}\neval(z)\n", python)) == 1


def test_code_that_does_not_parse_blames_only_the_change() -> None:
    before = "import pickle\n\n\ndef f(x):\n    pickle.loads(x)\n    if x:\n\n\nprint(1)\n"
    after = before.replace("    if x:\n", "    if x:\n        return eval(x)\n")
    new = weaknesses(before, after, language_of("python"))
    assert [one.cwe for one in new] == [95]


@pytest.mark.parametrize("text", ["", "\x00", "def f(:", "é = '\ud800'\n", "x" * 500_000])
@pytest.mark.parametrize("language", ["python", "typescript", "php", "plaintext"])
def test_any_text_can_be_looked_at(text: str, language: str) -> None:
    assert found(text, language_of(language)) == []


def test_every_query_loads() -> None:
    able = [one for one in languages() if grammars.query_of(one, "security") is not None]
    assert len(able) >= 12


def test_the_summary_counts() -> None:
    looked = look_at_planted(PLANTED[:2])
    figures = summary(looked)
    assert (figures["planted"], figures["found"], figures["alarms_on_safe_twins"]) == (2, 2, 0)
    assert aims(looked)["recall"].met
