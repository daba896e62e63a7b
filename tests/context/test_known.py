"""Names that exist nowhere are found, and real ones are not taken for such."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pillion.context.index.index import Index
from pillion.context.known import Document, unknown
from pillion.syntax.languages import language_for_path, language_of

FILES = {
    "shop/base.py": "class Base:\n    def total(self):\n        return 0\n",
    "shop/cart.py": (
        "from shop import prices\n"
        "from shop.base import Base\n"
        "from elsewhere import Thing\n\n\n"
        "class Cart(Base):\n"
        "    def add(self, item):\n"
        "        █\n\n\n"
        "class Other(Thing):\n"
        "    def run(self, item):\n"
        "        ▒\n"
    ),
    "shop/prices.py": "def of(item):\n    return item.price\n",
    "web/page.ts": (
        "import * as tools from './tools';\n"
        "export class Page {\n  draw(item: string) {\n    █\n  }\n}\n"
    ),
    "web/tools.ts": "export function paint(item: string) { return item; }\n",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Index]:
    folder = tmp_path_factory.mktemp("known")
    for path, text in FILES.items():
        place = folder / "tree" / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text.replace("█", "pass").replace("▒", "pass"), encoding="utf-8")
    found = Index.open(folder / "tree", folder / "cache", patience=60)
    found.refresh()
    yield found
    found.close()


def check(index: Index, path: str, written: str, *names: str, mark: str = "█") -> None:
    """Put `written` at the mark of a file; `names` in it exist nowhere."""
    before, _, after = FILES[path].partition(mark)
    before, after = (part.replace("█", "").replace("▒", "") for part in (before, after))
    document = Document(path, before + after, language_of(language_for_path(Path(path))))
    text, start = before + written + after, len(before)
    assert unknown(document, text, start, start + len(written), index) == names


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("self.sum_up(item)", ("self.sum_up",)),
        ("prices.guess(item)", ("prices.guess",)),
        ("guess(item)", ("guess",)),
        ("return Baskets(item)", ("Baskets",)),
        ("from shop.prices import guess", ("guess",)),
        ("from .nowhere import total", (".nowhere",)),
        ("import nowhere", ("nowhere",)),
        ("self.sum_up(self.sum_up)", ("self.sum_up",)),
    ],
)
def test_made_up(index: Index, written: str, names: tuple[str, ...]) -> None:
    check(index, "shop/cart.py", written, *names)


@pytest.mark.parametrize(
    "written",
    [
        "self.total()",
        "return prices.of(item)",
        "self.items = [item]",
        "for one in sorted(item): print(one)",
        "with open(item) as file: file.whatever()",
        "found = {one: two for one, two in item.parts()}",
        "key = lambda first, second: first",
        "def inner(value, *rest, **more): return value",
        "self.__class__.__name__",
        "import json",
        "from shop.base import Base as Root",
        "from shop import prices",
        'f"{item!r} is sold_out"',
        "# guess(what)",
        "item.price.made_up",
        "super().add(item)",
        "f(key=item)",
    ],
)
def test_real(index: Index, written: str) -> None:
    check(index, "shop/cart.py", written.replace("f(key=item)", "Base(key=item)"))


def test_what_is_inherited_from_elsewhere_is_not_known(index: Index) -> None:
    check(index, "shop/cart.py", "self.sum_up(item)", mark="▒")


@pytest.mark.parametrize(
    ("written", "names"),
    [
        ("this.erase(item);", ("this.erase",)),
        ("tools.erase(item);", ("tools.erase",)),
        ("erase(item);", ("erase",)),
        ("this.draw(item);", ()),
        ("tools.paint(item);", ()),
        ("const { size, shape } = JSON.parse(item);", ()),
        ("return item.split('').map((char, at) => ({ char, at, more: 1 }));", ()),
        ("const all: Record<string, number> = {}; console.log(all);", ()),
        ("item.made_up();", ()),
    ],
)
def test_typescript(index: Index, written: str, names: tuple[str, ...]) -> None:
    check(index, "web/page.ts", written, *names)


def test_a_name_counts_as_a_whole_with_what_was_typed_of_it(index: Index) -> None:
    before, _, after = FILES["shop/cart.py"].replace("▒", "").partition("█")
    before += "self.tot"
    document = Document("shop/cart.py", before + after, language_of("python"))
    for rest, names in (("al()", ()), ("ality()", ("self.totality",))):
        text = before + rest + after
        end = len(before) + len(rest)
        assert unknown(document, text, len(before), end, index) == names


def test_other_languages_are_left_alone(index: Index) -> None:
    document = Document("a.go", "package a\n", language_of("go"))
    assert unknown(document, "package a\nvar x = y\n", 10, 20, index) == ()
