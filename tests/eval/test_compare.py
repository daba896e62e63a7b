"""Comparisons: paired by case, with an interval that means something."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from pillion.base.errors import UsageError
from pillion.cli import main
from pillion.eval.compare import Case, compare, read_cases
from pillion.eval.paired import difference
from pillion.eval.similarity import edit_similarity


def some(values: list[float], way: str = "shown") -> list[Case]:
    return [Case(str(n), way, {"right": value}) for n, value in enumerate(values)]


def test_only_common_cases_count() -> None:
    (change,) = compare(some([0, 0, 1]), some([1, 0]))
    assert (change.n, change.rose, change.fell, change.mean) == (2, 1, 0, 0.5)


def test_certain_or_not() -> None:
    (better,) = compare(some([0.0] * 40), some([1.0] * 20 + [0.0] * 20))
    assert better.certain
    assert 0.3 < better.low < 0.5 < better.high < 0.7
    (same,) = compare(some([0.0, 1.0] * 20), some([1.0, 0.0] * 20))
    assert not same.certain


def test_nothing_to_compare() -> None:
    assert compare(some([1.0], "raw"), some([1.0], "shown")) == []
    assert math.isnan(difference([]).mean)


def test_a_file_that_is_no_result() -> None:
    with pytest.raises(UsageError, match=r"a\.json"):
        read_cases({"cases": [{"what": 1}]}, "a.json")


def test_command(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`--compare` needs no data and no model."""
    paths = []
    for name, values in (("a", [0.0, 0.0]), ("b", [1.0, 1.0])):
        paths.append(tmp_path / f"{name}.json")
        result = {"cases": [case.to_json() for case in some(values)]}
        paths[-1].write_text(json.dumps(result), encoding="utf-8")
    main(["eval", "infill", "--compare", *map(str, paths)])
    printed = capsys.readouterr().out
    assert "+1 to +1" in printed


def test_edit_similarity() -> None:
    assert edit_similarity("a = 1", "  a = 1\n") == 1.0
    assert edit_similarity("abc", "xyz") == 0.0
    assert 0.5 < edit_similarity("return a", "return b") < 1.0
