"""Questions to the index, with and without open documents on top of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from pillion.context.index.index import Index
from pillion.context.index.words import terms

SHOP = '''\
--- shop/__init__.py
from .till import Till
--- shop/till.py
from .money import Money, convert_rates

class Till:
    """Keeps money."""

    def add_item(self, price):
        self.total = convert_rates(price)

def close_day(till):
    return till.total
--- shop/money.py
RATE = 2

class Money: ...

def convert_rates(amount):
    return amount * RATE
--- other/till.py
class Till: ...
--- web/till.ts
import { Money } from "./money";
export class Till { total: Money; }
--- web/money.ts
export class Money {}
'''

Make = Callable[[str], Index]


def names(index: Index, path: str) -> list[str]:
    return [item.qualified for item in index.definitions_in(path)]


def found(index: Index, name: str, **options: object) -> list[str]:
    return [one.path for one in index.defined(name, 10, **options)]  # type: ignore[arg-type]


def searched(index: Index, code: str, **options: object) -> list[str]:
    return [hit.path for hit in index.search(terms(code), 10, **options)]  # type: ignore[arg-type]


def test_definitions_of_a_file(indexed: Make) -> None:
    index = indexed(SHOP)
    assert names(index, "shop/till.py") == ["Till", "Till.add_item", "Till.total", "close_day"]
    (till, *_) = index.definitions_in("shop/till.py")
    assert (till.kind, till.signature, till.doc) == ("class", "class Till:", "Keeps money.")
    assert names(index, "nowhere.py") == []


def test_some_definitions_of_a_file_with_what_is_inside(indexed: Make) -> None:
    index = indexed(SHOP)
    some = index.definitions_in("shop/till.py", ["Till"])
    assert [item.qualified for item in some] == ["Till", "Till.add_item", "Till.total"]
    index.update("shop/till.py", (index.root / "shop/till.py").read_text() + "\n")
    assert index.definitions_in("shop/till.py", ["Till"]) == some


def test_where_a_name_is_defined_the_nearest_first(indexed: Make) -> None:
    index = indexed(SHOP)
    assert found(index, "Till", near="shop/x.py")[0] == "shop/till.py"
    assert found(index, "Till", near="other/x.py")[0] == "other/till.py"
    assert found(index, "Till", languages=["typescript"]) == ["web/till.ts"]
    assert len(index.defined("Till", 1)) == 1
    assert found(index, "Nobody") == []


def test_imports_and_importers(indexed: Make) -> None:
    index = indexed(SHOP)
    (item,) = index.imports_of("shop/till.py")
    assert item.names == (("Money", "Money"), ("convert_rates", "convert_rates"))
    assert index.importers_of("shop/money.py") == ["shop/till.py"]
    assert index.importers_of("shop/till.py") == ["shop/__init__.py"]
    assert index.importers_of("web/money.ts") == ["web/till.ts"]
    assert index.importers_of("other/till.py") == []


def test_references_with_counts(indexed: Make) -> None:
    index = indexed(SHOP)
    assert index.references("convert_rates") == [("shop/till.py", 2), ("shop/money.py", 1)]
    assert index.references("nobody") == []


def test_search_finds_what_is_alike(indexed: Make) -> None:
    index = indexed(SHOP)
    hits = index.search(terms("rates_to_convert(amount)"), 5)
    assert {hit.path for hit in hits[:2]} == {"shop/money.py", "shop/till.py"}
    text = (index.root / hits[0].path).read_text()
    assert hits[0].text == text[hits[0].start : hits[0].end]
    assert hits[0].score > 0


def test_search_keeps_to_languages_and_leaves_out_files(indexed: Make) -> None:
    index = indexed(SHOP)
    assert set(searched(index, "till money", languages=["typescript"])) == {
        "web/till.ts",
        "web/money.ts",
    }
    assert "shop/till.py" not in searched(index, "till money", exclude=["shop/till.py"])


@pytest.mark.parametrize("code", ["", "!!", '" OR 1', "NEAR AND NOT", "a*", "'; DROP TABLE file"])
def test_search_takes_any_words(indexed: Make, code: str) -> None:
    index = indexed(SHOP)
    index.search(code.split(), 5)
    index.search([code], 5)
    assert index.stats().files == 6


def test_an_open_document_takes_the_place_of_its_file(indexed: Make) -> None:
    """What was cut out of a document shows in no answer, whatever the disk holds."""
    index = indexed(SHOP)
    assert index.update("shop/till.py", "class Drawer:\n    coins = 0\n")
    assert names(index, "shop/till.py") == ["Drawer", "Drawer.coins"]
    assert found(index, "close_day") == []
    assert found(index, "Drawer") == ["shop/till.py"]
    assert "shop/till.py" not in searched(index, "close_day add_item convert_rates")
    assert searched(index, "drawer coins") == ["shop/till.py"]
    assert index.references("convert_rates") == [("shop/money.py", 1)]
    assert index.references("Drawer") == [("shop/till.py", 1)]
    assert list(index.imports_of("shop/till.py")) == []
    assert index.importers_of("shop/money.py") == []
    assert not index.defines("shop/till.py", "Till")
    assert index.text("shop/till.py") == "class Drawer:\n    coins = 0\n"


def test_a_dropped_document_shows_its_file_again(indexed: Make) -> None:
    index = indexed(SHOP)
    index.update("shop/till.py", "x = 1\n")
    index.drop("shop/till.py")
    index.drop("never/seen.py")
    assert found(index, "close_day") == ["shop/till.py"]
    assert index.text("shop/till.py") == (index.root / "shop/till.py").read_text()


def test_a_document_that_is_on_no_disk(indexed: Make) -> None:
    index = indexed(SHOP)
    index.update("shop/new.py", "from .money import Money\ndef brand_new(): ...\n")
    assert found(index, "brand_new") == ["shop/new.py"]
    assert "shop/new.py" in index.paths("shop")
    assert index.named("new") == ["shop/new.py"]
    assert "shop/new.py" in index.importers_of("shop/money.py")


def test_without_a_database_open_documents_are_all_there_is(root: Path, cache_dir: Path) -> None:
    index = Index.open(root, cache_dir)
    assert not index.ready
    assert index.search(["till"], 5) == []
    index.update("a.py", "class Till:\n    total_sum = 0\n")
    index.update("b.py", "total = 1\n")
    assert found(index, "Till") == ["a.py"]
    assert searched(index, "total_sum") == ["a.py", "b.py"]


def test_a_saved_file_is_read_again(indexed: Make) -> None:
    index = indexed(SHOP)
    path = index.root / "shop/money.py"
    path.write_text("class Coin: ...\n")
    assert index.saved("shop/money.py")
    assert names(index, "shop/money.py") == ["Coin"]
    assert not index.saved("shop/money.py")
    path.unlink()
    assert index.saved("shop/money.py")
    assert names(index, "shop/money.py") == []
    assert index.references("RATE") == []


def test_a_chunk_whose_file_has_changed_since_is_no_hit(indexed: Make) -> None:
    index = indexed(SHOP)
    (index.root / "shop/money.py").write_text("# nothing like it\n")
    assert "shop/money.py" not in searched(index, "convert_rates amount")


@pytest.mark.parametrize("path", [".env", "shop/id_rsa", "secret/key.py"])
def test_private_documents_stay_out(indexed: Make, path: str) -> None:
    index = indexed(f"--- .gitignore\nsecret/\n{SHOP}")
    assert not index.update(path, "TOKEN_OF_MINE = 1\n")
    assert found(index, "TOKEN_OF_MINE") == []
    assert searched(index, "TOKEN_OF_MINE") == []


def test_a_file_that_is_ignored_from_now_on_is_no_hit(indexed: Make) -> None:
    index = indexed(SHOP)
    (index.root / ".gitignore").write_text("money.py\n")
    assert "shop/money.py" not in searched(index, "convert_rates amount")
    index.refresh()
    assert names(index, "shop/money.py") == []


def test_paths_of_documents(indexed: Make, tmp_path: Path) -> None:
    index = indexed(SHOP)
    assert index.relative(index.root / "shop/till.py") == "shop/till.py"
    assert index.relative(tmp_path / "elsewhere.py") is None
    link = tmp_path / "link"
    link.symlink_to(index.root)
    assert index.relative(link / "shop/till.py") == "shop/till.py"


def test_names_in_any_script(indexed: Make) -> None:
    index = indexed("--- магазин/レジ.py\nclass レジ:\n    合計 = 0\n\ndef приход_денег(): ...\n")
    assert found(index, "レジ") == ["магазин/レジ.py"]
    assert searched(index, "приход") == ["магазин/レジ.py"]
    assert index.references("合計") == [("магазин/レジ.py", 1)]


def test_stats(indexed: Make) -> None:
    stats = indexed(SHOP).stats()
    assert stats.files == 6
    assert stats.languages == {"python": 4, "typescript": 2}
    assert stats.definitions == 11
    assert stats.bytes > 0
