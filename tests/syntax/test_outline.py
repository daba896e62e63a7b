"""Outlines: what a file defines and imports, and how it is cut into chunks."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pillion.syntax.chunks import LEAST_LINES, MOST_LINES
from pillion.syntax.languages import PLAIN, Language, language_of
from pillion.syntax.outline import Outline, outline

PYTHON = '''\
import os.path, sys
from ..shop import (Money as Coin, rates)
from .prices import *

LIMIT: int = 10
first, second = LIMIT, 2


# A till.
# It beeps.
@cached
class Till(Base, metaclass=Meta):
    total = 0

    @property
    async def add(
        self,
        item: str,
    ) -> int:
        """
        Add an item.

        More.
        """
        self.last = item
        local = 1
        other.field = 2
        self.last = local

        def price():
            return local
'''

TYPESCRIPT = """\
import open, { Money as Coin, type Rate } from "./money.js";
import * as prices from "../prices";
import "./side";
export { close as shut } from "./close";
export * from "./all";
const { lock, key: turn } = require("lock");

/**
 * A till.
 */
@sealed
export class Till<T> extends Base {
  private total = 0;
  constructor(readonly name: string) { super(); this.last = 1; }
  add = (item: T) => { const local = 1; };
}
export const close = async (day: Day): Promise<void> => { rest(); };
export const LIMIT = 1;
export interface Priced { price: number; cost(): number }
namespace shop { export type Name = string; }
"""


def drawn(found: Outline) -> list[str]:
    return [f"{item.kind} {item.qualified}: {item.signature}" for item in found.definitions]


def test_python_definitions() -> None:
    found = outline(PYTHON, language_of("python"))
    assert drawn(found) == [
        "constant LIMIT: LIMIT: int = 10",
        "variable first: first, second = LIMIT, 2",
        "variable second: first, second = LIMIT, 2",
        "class Till: class Till(Base, metaclass=Meta):",
        "field Till.total: total = 0",
        "method Till.add: async def add( self, item: str, ) -> int:",
        "field Till.last: self.last = item",
        "function Till.add.price: def price():",
    ]


def test_a_definition_begins_at_its_decorators_and_knows_its_documentation() -> None:
    found = outline(PYTHON, language_of("python"))
    by_name = {item.name: item for item in found.definitions}
    till, add = by_name["Till"], by_name["add"]
    assert PYTHON[till.start : till.end].startswith("@cached\nclass Till")
    assert (till.doc, add.doc) == ("A till.", "Add an item.")
    lines = PYTHON.split("\n")
    assert (lines[till.line], lines[add.line]) == ("@cached", "    @property")
    assert lines[add.end_line] == "            return local"


def test_python_imports() -> None:
    found = outline(PYTHON, language_of("python"))
    assert [(item.module, item.names, item.line) for item in found.imports] == [
        ("os.path", (("*", "os.path"),), 0),
        ("sys", (("*", "sys"),), 0),
        ("..shop", (("Money", "Coin"), ("rates", "rates")), 1),
        (".prices", (("*", ""),), 2),
    ]


def test_typescript_definitions() -> None:
    found = outline(TYPESCRIPT, language_of("typescript"))
    assert drawn(found) == [
        "class Till: class Till<T> extends Base",
        "field Till.total: private total = 0",
        "method Till.constructor: constructor(readonly name: string)",
        "field Till.name: readonly name: string",
        "field Till.last: this.last = 1",
        "method Till.add: add = (item: T)",
        "function close: const close = async (day: Day): Promise<void>",
        "constant LIMIT: const LIMIT = 1",
        "interface Priced: interface Priced",
        "field Priced.price: price: number",
        "method Priced.cost: cost(): number",
        "module shop: namespace shop",
        "type shop.Name: type Name = string",
    ]
    (till,) = (item for item in found.definitions if item.name == "Till")
    assert TYPESCRIPT[till.start : till.end].startswith("@sealed\nexport class Till")
    assert till.doc == "A till."


def test_typescript_imports() -> None:
    found = outline(TYPESCRIPT, language_of("typescript"))
    assert [(item.module, item.names) for item in found.imports] == [
        ("./money.js", (("default", "open"), ("Money", "Coin"), ("Rate", "Rate"))),
        ("../prices", (("*", "prices"),)),
        ("./side", ()),
        ("./close", (("close", "shut"),)),
        ("./all", (("*", ""),)),
        ("lock", (("lock", "lock"), ("key", "turn"))),
    ]


def test_references_are_names_in_code() -> None:
    found = outline('x = y + y.x  # z\n"w"\n', language_of("python"))
    assert dict(found.references) == {"x": 2, "y": 2}


def test_names_in_any_script_keep_their_places() -> None:
    text = "# ☃ 雪\nclass レジ:\n    def 追加(self): ...\n"
    (till, add) = outline(text, language_of("python")).definitions
    assert text[till.start : till.end].startswith("class レジ")
    assert text[add.start : add.end] == "def 追加(self): ..."
    assert add.qualified == "レジ.追加"


def test_chunks_end_where_definitions_do() -> None:
    body = "".join(f"    x = {number}\n" for number in range(14))
    text = "".join(f"# {name}\ndef {name}():\n{body}\n" for name in "abcdef")
    starts = [text.split("\n")[chunk.line] for chunk in outline(text, language_of("python")).chunks]
    assert starts == [f"# {name}" for name in "abcdef"]


@pytest.mark.parametrize("language", [PLAIN, language_of("python")], ids=["plain", "python"])
@given(text=st.text(alphabet="ab (\n\r\t:é#'\"", max_size=600))
def test_chunks_cover_the_text_whatever_it_is(language: Language, text: str) -> None:
    found = outline(text, language).chunks
    assert "".join(text[chunk.start : chunk.end] for chunk in found) == text
    assert all(chunk.end_line - chunk.line < MOST_LINES + LEAST_LINES for chunk in found)
