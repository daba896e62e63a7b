"""The actions: what is offered where, and what comes of a model's answer."""

from __future__ import annotations

import textwrap
from collections.abc import Mapping

import pytest

from pillion.assist.actions import table
from pillion.assist.actions.action import Change, Declined, Outcome, Page, Tools
from pillion.assist.actions.offers import action_named, kinds, offers
from pillion.assist.actions.place import Place, Problem
from pillion.base.outcome import Nothing, Reason
from pillion.base.settings import Settings
from pillion.engine.base import Cancel
from pillion.engine.fake import FakeEngine, Script
from pillion.lsp.features.code_action import KINDS
from pillion.post.rewrite.align import applied
from pillion.text.snapshot import Snapshot


def place(marked: str, language: str = "python", **more: object) -> Place:
    """Return the place of ``├selection┤`` or of the cursor ``█``."""
    text = textwrap.dedent(marked).lstrip("\n")
    start = min(at for mark in "█├" if (at := text.find(mark)) >= 0)
    plain = text.replace("█", "").replace("├", "")
    end = plain.index("┤") if "┤" in plain else start
    snapshot = Snapshot("file:///a", plain.replace("┤", ""), 1, language)
    return Place(snapshot, start, end, **more)  # type: ignore[arg-type]


WRITTEN = {
    "comprehension",
    "document",
    "edit",
    "explain",
    "fix",
    "rename",
    "simplify",
    "translate",
    "types",
}


def titles(where: Place, only: tuple[str, ...] = ()) -> list[str]:
    """Return what is offered by the actions that a model writes."""
    found = offers(where, Settings(), only)
    return [one.offer.title.removesuffix(" (Pillion)") for one in found if one.action in WRITTEN]


async def perform(
    action: str, where: Place, *answers: str, arguments: Mapping[str, object] | None = None
) -> Outcome:
    engine = FakeEngine([Script([answer]) for answer in answers])
    found = action_named(action)
    assert found is not None
    return await found.perform(where, arguments or {}, Tools(engine, Settings(), Cancel()))


def changed(outcome: Outcome, where: Place) -> str:
    """Return the document after the change."""
    assert isinstance(outcome, Change), outcome
    (document,) = outcome.documents
    return applied(where.snapshot.text, document.edits)


FUNCTION = """
    def total(items):
        █x = 0
        for item in items:
            x += item.price
        return x
    """


def test_what_is_offered_in_a_function() -> None:
    assert titles(place(FUNCTION)) == [
        "Explain",
        "Add docstring",
        "Add types",
        "Rename `x` to something better",
    ]


@pytest.mark.parametrize(
    ("marked", "language", "expected"),
    [
        ("█\n", "python", []),
        ("x = █1\n", "python", []),
        ("├x = 1┤\n", "python", ["Explain", "Simplify", "Translate to TypeScript"]),
        ('def f(a: int) -> int:\n    """Say."""\n    return █a\n', "python", ["Explain"]),
        ("def f(): █return 1\n", "python", ["Explain", "Add types"]),
        ("├words┤ of a text\n", "plaintext", ["Explain", "Simplify"]),
        ("function f(a) {\n  █return a;\n}\n", "javascript", ["Explain", "Add doc comment"]),
        ("/** Says. */\nfunction f(a) {\n  █return a;\n}\n", "javascript", ["Explain"]),
    ],
)
def test_what_is_offered(marked: str, language: str, expected: list[str]) -> None:
    assert titles(place(marked, language)) == expected


def test_a_loop_that_collects_can_become_a_comprehension() -> None:
    where = place("├r = []\nfor a in b:\n    r.append(a)┤\n")
    assert "Convert loop to comprehension" in titles(where)
    assert titles(where, ("refactor.rewrite.comprehension",)) == ["Convert loop to comprehension"]


def test_problems_have_quick_fixes_that_come_first() -> None:
    problem = Problem(4, 5, "undefined name\n'y'")
    hint = Problem(0, 1, "short name", severity="hint")
    where = place("x = █y\n", problems=(problem, hint))
    assert titles(where) == ["Fix: undefined name 'y'"]
    assert offers(where, Settings())[0].offer.problems == (problem,)


def test_all_kinds_are_announced() -> None:
    announced = [kind.value for kind in KINDS]
    assert all(any(kind.split(".")[0] == one for one in announced) for kind in kinds())


def test_names_of_actions_are_unique() -> None:
    names = [action.id for action in table.ACTIONS]
    assert len(names) == len(set(names))


@pytest.mark.parametrize("action", [action.id for action in table.ACTIONS])
async def test_without_a_model_every_action_says_why(action: str) -> None:
    found = action_named(action)
    assert found is not None
    problems = (Problem(0, 3, "wrong"),)
    missing = Nothing(Reason.MODEL_LOADING)
    arguments = {"instruction": "x", "language": "go"}
    where = place(FUNCTION, problems=problems)
    if action in {
        "explain",
        "document",
        "types",
        "rename",
        "comprehension",
        "simplify",
        "translate",
    }:
        assert (
            await found.perform(where, arguments, Tools(missing, Settings(), Cancel())) == missing
        )


async def test_a_docstring() -> None:
    where = place(FUNCTION)
    outcome = await perform("document", where, ' Return the sum of prices.\n"""\nprint(1)')
    expected = where.snapshot.text.replace(
        "    x = 0", '    """Return the sum of prices."""\n    x = 0'
    )
    assert changed(outcome, where) == expected


async def test_a_docstring_speaks_of_what_is_there() -> None:
    where = place(FUNCTION)
    said = (
        "Return the sum of prices. It calls `frobnicate` twice.\n\n"
        "Args:\n    items: What is added.\n    start: Nothing that exists.\n"
        '    """'
    )
    text = changed(await perform("document", where, said), where)
    assert "Return the sum of prices.\n" in text
    assert "items: What is added." in text
    assert "frobnicate" not in text
    assert "start" not in text


async def test_a_docstring_is_as_long_as_those_of_its_neighbours() -> None:
    where = place(
        '''
        class A:
            def one(self):
                """Say one"""
                return 1

            def two(self):
                █return 2
        '''
    )
    text = changed(await perform("document", where, 'Say two. And more.\n\nLong."""'), where)
    assert '        """Say two"""\n        return 2' in text


async def test_a_doc_comment() -> None:
    where = place("export class A {\n  f(a) {\n    █return a;\n  }\n}\n", "javascript")
    text = changed(
        await perform("document", where, " Returns its argument.\n   */\n f() {}"), where
    )
    comment = "  /**\n   * Returns its argument.\n   */\n"
    assert text == f"export class A {{\n{comment}  f(a) {{\n    return a;\n  }}\n}}\n"


@pytest.mark.parametrize("said", ["", "   ", "```python\nx\n```"])
async def test_documentation_that_is_none(said: str) -> None:
    assert not isinstance(await perform("document", place(FUNCTION), said), Change)


async def test_types_are_asked_for_one_by_one_and_held_against_the_body() -> None:
    where = place(FUNCTION)
    outcome = await perform("types", where, "list[str]) -> int:", "int:\n    return 1")
    # A `str` has no price.
    assert changed(outcome, where) == where.snapshot.text.replace("(items)", "(items) -> int")


@pytest.mark.parametrize(
    "said", ["Unknown", "'A' | 'B'", "print()", "", "object", "lambda: 1", "(", "x := 1"]
)
async def test_types_that_are_none(said: str) -> None:
    outcome = await perform("types", place("def f(a):\n    █return a.b\n"), said)
    assert outcome == Nothing(Reason.UNCHANGED)


async def test_types_that_are_there_stay() -> None:
    where = place("def f(a: int, *, b=1, **c) -> str:\n    █return str(a)\n")
    text = changed(await perform("types", where, "int = 1"), where)
    assert text.startswith("def f(a: int, *, b: int=1, **c: int) -> str:\n")


async def test_a_variable_is_renamed_by_syntax() -> None:
    where = place(FUNCTION)
    text = changed(await perform("rename", where, "runningTotal`"), where)
    assert text == where.snapshot.text.replace("x", "running_total")


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        ("price`", Reason.NAME_TAKEN),
        ("x`", Reason.UNCHANGED),
        ("two words`", Reason.PROSE),
        ("", Reason.PROSE),
    ],
)
async def test_names_that_cannot_be_used(said: str, reason: Reason) -> None:
    outcome = await perform("rename", place(FUNCTION), said)
    why = outcome.why if isinstance(outcome, Declined) else outcome
    assert isinstance(why, Nothing)
    assert why.reason is reason


@pytest.mark.parametrize(
    "marked",
    [
        "def f(█a):\n    a = 1\n    return a\n",
        "def f():\n    global a\n    █a = 1\n",
        "def f():\n    █a = 1\n    return locals()\n",
        "def f():\n    █a = 1\n    return a\n)\n",
        "def f(x):\n    return x.█a\n",
        "█a = 1\n",
        "def f():\n    return █a\n",
    ],
)
def test_what_is_not_surely_a_local_variable_is_not_renamed(marked: str) -> None:
    assert not any(title.startswith("Rename") for title in titles(place(marked)))


@pytest.mark.parametrize(
    ("marked", "renamed"),
    [
        (
            "def f(o):\n    █a = 1\n    o.a = g(a=a)\n    return lambda: a\n",
            "def f(o):\n    first = 1\n    o.a = g(a=first)\n    return lambda: first\n",
        ),
        (
            "def f():\n    █a = 1\n    def g():\n        a = 2\n    return a\n",
            "def f():\n    first = 1\n    def g():\n        a = 2\n    return first\n",
        ),
        (
            "def f():\n    █a = 1\n    return a, [a for a in b]\n",
            "def f():\n    first = 1\n    return first, [a for a in b]\n",
        ),
    ],
)
async def test_other_things_of_the_same_name_stay(marked: str, renamed: str) -> None:
    where = place(marked)
    assert changed(await perform("rename", where, "first`"), where) == renamed


def test_what_syntax_can_do_is_not_offered_by_the_model() -> None:
    loop = "def f(b):\n    c = []\n    for a in b:\n        {}\n    return c\n"
    for body, by in (("c.append(a)", ""), ("c.append(a); g(c)", " (Pillion)")):
        text = loop.format(body)
        where = Place(
            Snapshot("file:///a.py", text, language="python"),
            text.index("    c = "),
            text.index("    return"),
        )
        shown = [one.offer.title for one in offers(where, Settings()) if not one.offer.disabled]
        found = [title for title in shown if title.startswith("Convert loop")]
        assert found == [f"Convert loop to comprehension{by}"]


async def test_a_problem_is_fixed_in_its_function() -> None:
    text = "def f(a):\n    return b█\n\n\ndef g():\n    return 2\n"
    problem = Problem(21, 22, "undefined name 'b'", "ruff", "F821")
    where = place(text, problems=(problem,))
    found = changed(await perform("fix", where, "    return a\n```"), where)
    assert found == where.snapshot.text.replace("return b", "return a")


async def test_an_instruction_is_needed() -> None:
    assert await perform("edit", place(FUNCTION), "x") == Nothing(Reason.NO_INSTRUCTION)
    outcome = await perform("edit", place(FUNCTION), "x", arguments={"instruction": 3})
    assert outcome == Nothing(Reason.NO_INSTRUCTION)


async def test_a_change_of_the_signature_is_told() -> None:
    where = place(FUNCTION)
    answer = where.snapshot.text.replace("(items)", "(items, start)").replace("= 0", "= start")
    outcome = await perform(
        "edit", where, f"{answer}```", arguments={"instruction": "Add a start value."}
    )
    assert isinstance(outcome, Change)
    assert outcome.notes == ("The signature changes: `total`.",)


async def test_what_the_model_wrote_can_be_read_where_it_is_refused() -> None:
    outcome = await perform(
        "edit", place(FUNCTION), "def total(:\n```", arguments={"instruction": "Break it."}
    )
    assert isinstance(outcome, Declined)
    assert outcome.why.reason is Reason.SYNTAX
    assert outcome.text == "def total(:\n"


async def test_an_explanation_is_a_page() -> None:
    where = place(FUNCTION, path="shop.py")
    outcome = await perform(
        "explain", where, "It adds up `items`.\n- Line 2 sets `x`. ", "It calls `nothing_here`.\n"
    )
    assert isinstance(outcome, Page)
    assert outcome.title == "shop.py, lines 1 to 5"
    assert "It adds up `items`." in outcome.markdown


async def test_a_translation_is_a_page_and_says_whether_it_parses() -> None:
    where = place("├def f(a):\n    return a┤\n", path="a.py")
    good = await perform(
        "translate", where, "function f(a) { return a; }\n```", arguments={"language": "javascript"}
    )
    assert isinstance(good, Page)
    assert good.title == "a.py in JavaScript"
    assert "does not parse" not in good.markdown
    bad = await perform(
        "translate", where, "function f(a { return\n```", arguments={"language": "javascript"}
    )
    assert isinstance(bad, Page)
    assert "does not parse" in bad.markdown
    unknown = await perform("translate", where, "x", arguments={"language": "klingon"})
    assert unknown == Nothing(Reason.NO_INSTRUCTION)
