"""The checks of rewritten code: what each mends, and what each refuses."""

from __future__ import annotations

import textwrap

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillion.base.outcome import Reason
from pillion.context.redact import redact
from pillion.post.rewrite.align import align, applied
from pillion.post.rewrite.indent import dedent
from pillion.post.rewrite.pipeline import check
from pillion.post.rewrite.values import Aim, Flaw, Rewrite
from pillion.syntax.extent import Extent, extent
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse
from pillion.text.snapshot import Snapshot


def aim_of(marked: str, language: str = "python", **more: object) -> Aim:
    """Return the aim for a text with its selection between ``├`` and ``┤``."""
    before, _, rest = textwrap.dedent(marked).lstrip("\n").partition("├")
    inner, _, after = rest.partition("┤")
    snapshot = Snapshot("file:///a", before + inner + after, language=language)
    known = language_of(language)
    start, end = len(before), len(before) + len(inner)
    found = extent(snapshot, parse(snapshot.text, known), start, end)
    original = snapshot.text[found.start : found.end]
    shown = dedent(redact(original, language))
    return Aim(snapshot, found, known, shown=shown, **more)  # type: ignore[arg-type]


def result(aim: Aim, answer: str, *, complete: bool = True) -> str | Reason:
    """Return the document with the edits made, or why there are none."""
    outcome = check(Rewrite(textwrap.dedent(answer).lstrip("\n"), aim, complete=complete))
    if isinstance(outcome, Flaw):
        return outcome.reason
    edits = align(aim, outcome.text)
    for edit in edits:
        assert aim.extent.start <= edit.start <= edit.end <= aim.extent.end
    return applied(aim.snapshot.text, edits)


CLASS = """
    class Box:
        def put(self, thing):
            self.things.append(thing)

        ├def total(self):
            result = 0
            for thing in self.things:
                result += thing.price
            return result┤

        def empty(self):
            self.things.clear()
    """


def test_the_rewritten_range_is_indented_at_its_place() -> None:
    answer = "def total(self):\n    return sum(thing.price for thing in self.things)\n"
    text = result(aim_of(CLASS), answer)
    assert isinstance(text, str)
    assert "    def total(self):\n        return sum(" in text
    assert text.count("def ") == 3


@pytest.mark.parametrize(
    "answer",
    [
        "```python\ndef total(self):\n    return 1\n```\nThis returns 1.",
        "Here is the code:\n```python\ndef total(self):\n    return 1\n```",
        "def total(self):\n    return 1\n```\n\nI changed the function to return 1.",
        "    def total(self):\n        return 1<|im_end|>",
        "~~~\ndef total(self):\n\treturn 1\n~~~",
    ],
)
def test_fences_prose_and_special_tokens_go(answer: str) -> None:
    before = aim_of(CLASS)
    old = before.snapshot.text[before.extent.start : before.extent.end]
    new = "    def total(self):\n        return 1"
    assert result(before, answer) == before.snapshot.text.replace(old, new)


UNCHANGED = """\
def total(self):
    result = 0
    for thing in self.things:
        result += thing.price
    return result
"""


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("I cannot help with that request today.", Reason.PROSE),
        ("", Reason.PROSE),
        ("def total(self):\n    return (1", Reason.SYNTAX),
        ("def total(self):\n    return", None),
        ("def total(self, start):\n    return start", Reason.SIGNATURE),
        ("def sum_up(self):\n    return 1", Reason.SIGNATURE),
        ("def total(self):\n    return add_up(self.things)", Reason.UNKNOWN_NAME),
        (UNCHANGED, Reason.UNCHANGED),
        ("def total(self):\n    # ... existing code ...\n    raise ValueError", Reason.LEFT_OUT),
    ],
)
def test_what_is_refused(answer: str, reason: Reason | None) -> None:
    found = result(aim_of(CLASS), answer)
    assert found == reason if reason else isinstance(found, str)


def test_an_answer_that_was_cut_off() -> None:
    assert result(aim_of(CLASS), "def total(self):\n    re", complete=False) is Reason.TOO_LONG


def test_what_stands_for_other_code_is_filled_from_the_original() -> None:
    aim = aim_of(
        """
        ├def work(a):
            first = a + 1
            second = first * 2
            third = second - 3
            print(third)
            return third┤
        """
    )
    answer = """
        def work(a):
            first = a + 1
            # ... rest of the code ...
            return third + 1
        """
    assert result(aim, answer) == aim.snapshot.text.replace("return third", "return third + 1")


def test_an_answer_with_only_the_changed_method_leaves_the_others() -> None:
    aim = aim_of(f"├{textwrap.dedent(CLASS).replace('├', '').replace('┤', '').strip()}┤\n")
    text = result(aim, "def total(self):\n    return sum(t.price for t in self.things)\n")
    assert isinstance(text, str)
    assert text.startswith("class Box:\n    def put(self, thing):\n")
    assert "    def total(self):\n        return sum(t.price for t in self.things)\n" in text
    assert text.endswith("    def empty(self):\n        self.things.clear()\n")


def test_a_new_method_goes_behind_the_one_it_follows() -> None:
    whole = textwrap.dedent(CLASS).replace("├", "").replace("┤", "").strip()
    answer = """
        class Box:
            def put(self, thing):
                self.things.append(thing)

            def count(self):
                return len(self.things)
        """
    text = result(aim_of(f"├{whole}┤\n"), answer)
    assert isinstance(text, str)
    assert text.index("def put") < text.index("def count") < text.index("def total")
    assert "    def count(self):\n        return len(self.things)\n" in text


def test_a_method_that_the_user_wants_removed_goes() -> None:
    whole = textwrap.dedent(CLASS).replace("├", "").replace("┤", "").strip()
    answer = whole[: whole.index("    def empty")].rstrip()
    aim = aim_of(f"├{whole}┤\n", instruction="Remove `empty`.", keeps_signatures=False)
    text = result(aim, answer)
    assert isinstance(text, str)
    assert "empty" not in text
    kept = result(aim_of(f"├{whole}┤\n", instruction="Make it faster."), answer + "  # fast")
    assert isinstance(kept, str)
    assert "def empty" in kept


def test_most_of_the_code_gone() -> None:
    body = "\n".join(f"    step_{n} = {n}" for n in range(20))
    aim = aim_of(f"├def work():\n{body}\n    return 1┤\n")
    assert result(aim, "def work():\n    return 1") is Reason.LEFT_OUT


def test_a_missing_import_is_added_where_the_imports_are_in_the_range() -> None:
    source = "def area(r):\n    return 3.14 * r * r"
    answer = "def area(r):\n    return math.pi * r * r"
    assert result(aim_of(f"├{source}┤\n"), answer) == f"import math\n{answer}\n"
    aim = aim_of(f"x = 1\n\n\n├{source}┤\n")
    outcome = check(Rewrite(answer, aim))
    assert not isinstance(outcome, Flaw)
    assert outcome.notes == ("It needs `import math`.",)


def test_a_name_of_the_workspace_is_known() -> None:
    answer = "def total(self):\n    return add_up(self.things)"
    aim = aim_of(CLASS, knows=lambda name: name == "add_up")
    assert isinstance(result(aim, answer), str)


def test_names_elsewhere_than_in_python() -> None:
    source = "├function area(r) {\n  return 3.14 * r * r;\n}┤\n"
    good = "function area(r) {\n  return parseFloat(square(r));\n}"
    assert result(aim_of(source, "javascript"), good) is Reason.UNKNOWN_NAME
    fine = "function area(r) {\n  const square = (x) => x * x;\n  return square(r);\n}"
    assert isinstance(result(aim_of(source, "javascript"), fine), str)


def test_a_secret_is_never_overwritten() -> None:
    secret = "AKIAZ7XW3KJ5QNRP2M4T"
    source = (
        f'├def connect():\n    key = "{secret}"\n    return open_with(key, 1)┤\nopen_with = 1\n'
    )
    aim = aim_of(source)
    assert secret not in aim.shown
    hidden = "x" * len(secret)
    changed = f'def connect():\n    key = "{hidden}"\n    return open_with(key, 2)'
    text = result(aim, changed)
    assert text == aim.snapshot.text.replace("key, 1", "key, 2")
    inline = f'def connect():\n    return open_with("{hidden}", 2)'
    assert secret in str(result(aim, inline))


def test_tabs_and_line_endings_stay() -> None:
    source = "class A:\r\n\tdef f(self):\r\n\t\tx = 1\r\n\t\treturn x\r\n"
    snapshot = Snapshot("file:///a", source, language="python")
    python = language_of("python")
    at = source.index("def")
    aim = Aim(snapshot, extent(snapshot, parse(source, python), at, at), python)
    text = result(aim, "def f(self):\n    x = 2\n    return x\n")
    assert text == source.replace("x = 1", "x = 2")


LINES = st.lists(st.sampled_from(["a", "b", "  c", ""]), max_size=6)


@given(LINES, LINES, LINES, LINES, st.sampled_from(["\n", "\r\n"]))
def test_edits_make_the_new_text_and_touch_nothing_else(
    before: list[str], old: list[str], new: list[str], after: list[str], eol: str
) -> None:
    head = "".join(line + eol for line in before)
    original = eol.join(old)
    tail = "".join(eol + line for line in after)
    snapshot = Snapshot("file:///a", head + original + tail)
    end = len(head) + len(original)
    aim = Aim(snapshot, Extent(len(head), end, len(old), ""), language_of("plaintext"))
    edits = align(aim, "\n".join(new))
    assert applied(snapshot.text, edits) in {
        head + (text := snapshot.text)[:0] + ending.join(new) + tail for ending in ("\n", "\r\n")
    }
    assert all(aim.extent.start <= edit.start <= edit.end <= end for edit in edits)
    assert text is snapshot.text


def test_the_function_around_the_selected_lines_is_not_written_again() -> None:
    aim = aim_of("def f(a):\n    ├x = a┤\n    return x\n", keeps_signatures=False)
    assert result(aim, "def f(a):\n    x = a + 1\n    return x") is Reason.SIGNATURE
    assert result(aim, "x = a + 1") == "def f(a):\n    x = a + 1\n    return x\n"


def test_blanks_that_mean_nothing_are_no_change() -> None:
    source = 'def f(a):\n    """Say."""\n    if a:\n        a = 1\n    return a'
    aim = aim_of(f"├{source}┤\n", instruction="Make it faster.")
    assert result(aim, source.replace("a = 1", "a  =  1")) is Reason.UNCHANGED
    assert result(aim, source.replace('"""Say', '""" Say')) is Reason.UNCHANGED
    moved = source.replace("    return a", "        return a")
    assert result(aim, moved) == f"{moved}\n"
    asked = aim_of(f"├{source}┤\n", instruction="Mend the docstring.")
    assert isinstance(result(asked, source.replace('"""Say', '""" Say')), str)
