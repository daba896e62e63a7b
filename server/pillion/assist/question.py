"""The questions of an edit: the first one, and other ways to ask when its answer is of no use.

whole range -> what was wrong, again      after an answer that fails a check
-> only what is named in it   a small model that copies much forgets the change
-> what has to change, first  then the code, with that in mind
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.context.glossary import glossary
from pillion.post.rewrite.indent import dedent, indented
from pillion.prompt.blocks import fence_for
from pillion.prompt.edit import going_on, planning, repairing, rewriting
from pillion.syntax.definitions import definitions
from pillion.syntax.parse import parse
from pillion.text.lines import indent_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.context.index.index import Index
    from pillion.post.rewrite.values import Aim
    from pillion.prompt.chat import Message
    from pillion.syntax.definitions import Definition

_NARROW = frozenset(("function", "method", "class"))


@dataclass(frozen=True, slots=True)
class Question:
    """What the model is asked, and where its answer belongs."""

    messages: tuple[Message, ...]
    code: str
    """What it is to rewrite."""
    tag: str
    given: str = ""
    """The first line of the answer, which the model need not write."""
    before: str = ""
    """The rest of the range, around the code."""
    after: str = ""
    indent: str = ""
    """Of the code in the range."""

    @property
    def fence(self) -> str:
        """What opens and closes the answer."""
        return fence_for(self.code)

    @property
    def opening(self) -> str:
        """How the answer begins."""
        return f"{self.fence}{self.tag}\n{self.given}"

    def whole(self, text: str) -> str:
        """Return an answer with the line that it was given; some say it again."""
        return text if self.given and text.startswith(self.given) else self.given + text

    def put(self, text: str) -> str:
        """Return the range with an answer in the place of the code."""
        if not self.before and not self.after:
            return text
        return self.before + indented(dedent(text.strip("\n")), self.indent) + self.after

    def again(self, answer: str, hint: str, instruction: str) -> Question:
        """Return the question that follows an answer with a mistake."""
        shown = f"{self.fence}{self.tag}\n{answer}\n{self.fence}"
        return replace(self, messages=(*self.messages[:2], *repairing(shown, hint, instruction)))

    def plan(self) -> list[Message]:
        """Return the question what has to change, to be answered in words."""
        return [*self.messages[:1], planning(self.messages[1])]

    def planned(self, plan: str) -> Question:
        """Return the question with what has to change, as the model has said it."""
        return replace(self, messages=(*self.plan(), *going_on(plan)))


def first(aim: Aim, path: str, index: Index | None) -> Question:
    """Return the question for the whole range."""
    around = _around(aim, aim.extent.start, aim.extent.end, path, index)
    language = aim.language
    messages = rewriting(aim.shown, aim.instruction, language.name, language.id, around)
    given = ""
    if aim.keeps_signatures and "\n" in aim.shown:
        # A small model that is given the header goes on with the body, and does not begin with
        # imports or with what stands around the range.
        given = aim.shown.partition("\n")[0] + "\n"
    return Question(tuple(messages), aim.shown, language.id, given)


def narrowed(aim: Aim, path: str, index: Index | None) -> Question | None:
    """Return the question for the one definition that the instruction names, if it names one.

    None where that is no less than the range.
    """
    parsed = parse(aim.shown, aim.language)
    found = [one for one in (definitions(parsed) if parsed else ()) if one.kind in _NARROW]
    named = [one for one in found if _is_named(one, aim.instruction)]
    if not named:
        return None
    one = _only(named)
    if one is None:
        return None
    start = aim.shown.rfind("\n", 0, one.start) + 1
    before, code, after = aim.shown[:start], aim.shown[start : one.end], aim.shown[one.end :]
    if not before.strip() and not after.strip():
        return None
    indent = indent_of(code)
    around = _around(aim, aim.extent.start, aim.extent.end, path, index)
    language = aim.language
    messages = rewriting(dedent(code), aim.instruction, language.name, language.id, around)
    return Question(tuple(messages), dedent(code), language.id, "", before, after, indent)


def _is_named(one: Definition, instruction: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(one.name)}(?!\w)", instruction) is not None


def _only(named: Sequence[Definition]) -> Definition | None:
    """Return the definition that is meant: the only function, or the only class around all."""
    functions = [one for one in named if one.kind != "class"]
    if len(functions) == 1:
        return functions[0]
    classes = [one for one in named if one.kind == "class"]
    if len(classes) == 1 and all(
        classes[0].start <= one.start and one.end <= classes[0].end for one in functions
    ):
        return classes[0]
    return None


def _around(aim: Aim, start: int, end: int, path: str, index: Index | None) -> str:
    known = glossary(aim.snapshot, start, end, aim.language, index=index, path=path)
    return "\n".join(one.signature for one in known)
