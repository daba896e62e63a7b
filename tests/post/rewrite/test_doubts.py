"""What speaks against a rewrite that passes the checks, and what does not."""

from __future__ import annotations

import sysconfig
import textwrap
from pathlib import Path

import pytest

import pillion
from pillion.post.rewrite.asked import asked_names
from pillion.post.rewrite.members import problems
from pillion.post.rewrite.pipeline import doubts
from pillion.post.rewrite.values import Aim, Rewrite
from pillion.syntax.extent import extent
from pillion.syntax.languages import language_of
from pillion.syntax.parse import parse
from pillion.text.snapshot import Snapshot

FILES = """
from abc import ABC, abstractmethod


class File(ABC):
    def __init__(self, name):
        self.name = name

    @abstractmethod
    def size(self):
        ...


class Text(File):
    def __init__(self, name, content):
        super().__init__(name)
        self.content = content

    def size(self):
        return len(self.content)

    def duplicate(self):
        return Text(self.name, self.content)
"""


def said(after: str, instruction: str = "", before: str = FILES) -> tuple[str, ...]:
    """Return the doubts about a whole document."""
    before = textwrap.dedent(before).lstrip("\n")
    language = language_of("python")
    snapshot = Snapshot("file:///a.py", before, language="python")
    found = extent(snapshot, parse(before, language), 0, len(before))
    aim = Aim(snapshot, found, language, instruction, keeps_signatures=False)
    return doubts(Rewrite(textwrap.dedent(after).strip("\n"), aim))


def changed(old: str, new: str) -> str:
    assert old in FILES
    return FILES.replace(old, new)


def test_nothing_speaks_against_the_document_itself() -> None:
    assert said(FILES) == ()


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (
            changed("super().__init__(name)", "super().__init__(name, content)"),
            "File.__init__(name)",
        ),
        (changed("Text(self.name, self.content)", "Text(self.name)"), "'content'"),
        (changed("len(self.content)", "len(self.contents)"), "no `contents`"),
        (changed("    def size(self):\n        return len(self.content)\n", ""), "abstract `size`"),
    ],
)
def test_what_does_not_fit_together_is_said(after: str, words: str) -> None:
    (one,) = said(after)
    assert words in one


UNKNOWN_BASE = changed("class Text(File):", "class Text(File, Unknown):")
PARTS = """return Text(*self.parts())

    def parts(self):
        return ()"""
MORE = changed("self.content = content", "self.__dict__['more'] = content")


@pytest.mark.parametrize(
    "after",
    [
        UNKNOWN_BASE.replace(".content)", ".other)"),
        changed("len(self.content)", "self.__class__.__name__"),
        changed("return Text(self.name, self.content)", PARTS),
        MORE.replace("(self.content)", "(self.more)"),
    ],
)
def test_what_cannot_be_known_is_not_held_against_it(after: str) -> None:
    assert said(after) == ()


def test_an_abstract_method_that_is_asked_for_must_be_everywhere() -> None:
    before = changed("    def size(self):\n        return len(self.content)\n", "")
    assert said(before + "\n# x\n", before=before) == ()
    assert "abstract `size`" in said(before + "\n# x\n", "Write `size`.", before)[0]


def test_names_that_are_asked_for() -> None:
    assert "`rename`" in said(FILES, "Add a method `rename(name)` to `Text`.")[0]
    renamed = changed("duplicate", "rename")
    assert said(renamed, "Add a method `rename(name)` to `Text`.") == ()
    assert said(FILES, "Don't use `numpy`, and nothing like my_own_list.") == ()


def test_what_should_be_removed() -> None:
    assert "`duplicate`" in said(FILES, "Remove the `duplicate()` method.")[0]
    gone = FILES.partition("    def duplicate")[0]
    assert said(gone, "Remove the `duplicate()` method.") == ()
    assert said(FILES, "Remove what `duplicate` prints.") == ()


@pytest.mark.parametrize(
    ("instruction", "names"),
    [
        ("Add `a` and the method b_c.", ["a", "b_c"]),
        ("Call it getName instead of `name`.", ["getName"]),
        ("Use `self.first_value` in `Box.put()`.", ["first_value", "put"]),
        ("Write plain words only.", []),
        ("`x + y` is no name.", []),
    ],
)
def test_what_is_a_name(instruction: str, names: list[str]) -> None:
    assert sorted(asked_names(instruction)) == sorted(names)


def test_real_code_is_not_doubted() -> None:
    """No call and no member of two packages that work is said to be wrong."""
    own = Path(pillion.__file__).parent / "assist"
    library = Path(sysconfig.get_path("stdlib")) / "email"
    for file in [*own.rglob("*.py"), *library.rglob("*.py")]:
        assert problems(file.read_text(encoding="utf-8")) == [], file.name
