"""What the model gets to see of a workspace: each source, ranked, each line once, no secrets."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from cursor import at_cursor
from pillion.context import gather as module
from pillion.context.editor import Diagnostic, EditorState
from pillion.context.gather import gather
from pillion.context.index.index import Index
from pillion.context.recent import RecentEdit
from pillion.context.snippet import Snippet, Source
from pillion.context.view import view_of
from pillion.context.window import Budget, cut
from pillion.syntax.locate import locate
from workspaces import *  # noqa: F403 - fixtures.

SHOP = """\
--- shop/till.py
class Till:
    def __init__(self, currency: str) -> None:
        self.currency = currency

    def total(self, prices: list[int]) -> int:
        return sum(prices)
--- shop/refunds.py
from shop.till import Till


def refund_customer(till: Till, receipt: str) -> None:
    amount = till.total(parse_receipt(receipt))
    notify_customer(receipt, amount)
    log_refund(receipt, amount)
--- shop/weather.py
def forecast(city: str) -> str:
    return "rain in " + city
"""

Make = Callable[[str], Index]


def found(
    index: Index | None,
    marked: str,
    *,
    path: str = "shop/now.py",
    editor: EditorState | None = None,
    budget: Budget | None = None,
) -> list[Snippet]:
    """Return what is gathered at the cursor of `marked`, which is open as `path`."""
    snapshot, offset = at_cursor(marked)
    if index is not None:
        index.update(path, snapshot.text)
    site = locate(replace(snapshot, uri=f"file:///{path}"), offset)
    view = view_of(site, path, cut(site, budget or Budget(3000, 1000), None))
    return gather(view, index, editor or EditorState())


def of(snippets: list[Snippet], source: Source) -> list[Snippet]:
    return [one for one in snippets if one.source is source]


REFUND = """\
from shop.till import Till


def refund_again(till: Till, receipt: str) -> None:
    amount = till.total(parse_receipt(receipt))
    notify_customer(█
"""


def test_code_like_the_lines_around_the_cursor_comes_first(indexed: Make) -> None:
    first = found(indexed(SHOP), REFUND)[0]
    assert (first.source, first.path) == (Source.SIMILAR, "shop/refunds.py")
    assert "log_refund(receipt, amount)" in first.text


def test_code_that_has_nothing_in_common_stays_out(indexed: Make) -> None:
    assert not [one for one in found(indexed(SHOP), REFUND) if one.path == "shop/weather.py"]


def test_an_imported_class_is_shown_as_a_skeleton(indexed: Make) -> None:
    (till,) = of(found(indexed(SHOP), REFUND), Source.DEFINITION)
    assert till.text.splitlines() == [
        "class Till:",
        "    def __init__(self, currency: str) -> None:",
        "    self.currency = currency",
        "    def total(self, prices: list[int]) -> int:",
    ]
    assert "return sum" not in till.text
    assert till.why == "Till is imported here"


def test_what_was_imported_and_not_used_yet_comes_before_all_else(indexed: Make) -> None:
    first = found(indexed(SHOP), "from shop.till import Till\n\n\ndef pay(receipt):\n    █\n")[0]
    assert (first.source, first.path) == (Source.DEFINITION, "shop/till.py")


def test_lines_that_the_model_sees_anyway_are_not_shown_again(indexed: Make) -> None:
    snippets = found(indexed(SHOP), REFUND)
    assert not [one for one in snippets if one.path == "shop/now.py"]


def test_a_copy_of_a_file_is_shown_once(indexed: Make) -> None:
    copy = (
        SHOP + SHOP.replace("shop/refunds.py", "shop/refunds_copy.py").split("--- shop/weather")[0]
    )
    texts = ["".join(one.text.split()) for one in found(indexed(copy), REFUND)]
    assert len(texts) == len(set(texts))


def test_the_rest_of_a_long_class_is_shown_as_its_members(indexed: Make) -> None:
    filler = "".join(f"        step_{n} = {n}\n" for n in range(60))
    text = f"class Long:\n    def early(self, a): ...\n\n    def late(self):\n{filler}        █\n"
    snippets = found(indexed(SHOP), text, budget=Budget(600, 100))
    (members,) = of(snippets, Source.MEMBERS)
    assert members.text.splitlines() == [
        "class Long:",
        "    def early(self, a):",
        "    def late(self):",
    ]


def test_a_recent_change_elsewhere_helps_if_it_is_about_the_same(indexed: Make) -> None:
    same = RecentEdit("file:///b.py", "python", 3, "", "notify_customer(receipt, amount, now)\n")
    other = RecentEdit("file:///c.py", "python", 3, "", "color = palette.blue\n")
    snippets = found(indexed(SHOP), REFUND, editor=EditorState(recent_edits=(same, other)))
    assert [one.text for one in of(snippets, Source.EDIT)] == [same.after.strip()]


def test_the_clipboard_and_a_close_problem_are_candidates(indexed: Make) -> None:
    editor = EditorState(
        diagnostics=(Diagnostic(5, 5, "error", "expected\n 2 arguments"),),
        clipboard="notify_customer(receipt, amount, urgently)",
    )
    snippets = found(indexed(SHOP), REFUND, editor=editor)
    assert [one.text for one in of(snippets, Source.DIAGNOSTIC)] == ["error: expected 2 arguments"]
    assert of(snippets, Source.CLIPBOARD)


def test_without_a_workspace_the_editor_still_helps() -> None:
    editor = EditorState(clipboard="notify_customer(receipt, amount)")
    assert [one.source for one in found(None, REFUND, editor=editor)] == [Source.CLIPBOARD]


def test_secrets_in_other_files_are_hidden(indexed: Make) -> None:
    secret = "ghp_" + "A1b2C3d4E5f6G7h8I9j0" * 2
    leaky = SHOP.replace("log_refund(receipt, amount)", f'log_refund(receipt, "{secret[:40]}")')
    snippets = found(indexed(leaky), REFUND)
    assert any("log_refund(receipt, " in one.text for one in snippets)
    assert not [one for one in snippets if secret[:40] in one.text]


def test_a_source_that_breaks_is_left_out(indexed: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    index = indexed(SHOP)
    monkeypatch.setattr(module, "similar", lambda *_: 1 / 0)
    assert {one.source for one in found(index, REFUND)} == {Source.DEFINITION}


def test_late_sources_are_left_out(indexed: Make) -> None:
    index = indexed(SHOP)
    snapshot, offset = at_cursor(REFUND)
    site = locate(snapshot, offset)
    view = view_of(site, "shop/now.py", cut(site, Budget(3000, 1000), None))
    ticks = iter([0.0, *[module.SECONDS + 1] * 9])
    assert gather(view, index, clock=lambda: next(ticks)) == []
