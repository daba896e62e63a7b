"""Golden files: one real output of the default model each, as written and as shown.

`golden.py` has their form, `collect_golden.py` makes new ones of what `pillion eval hygiene` kept.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from golden import at_once, blind, expected, read, streamed

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.toml"))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    """What the model wrote is shown as the file says, when it streams in."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    site, written = read(case)
    assert streamed(site, written, complete=case["complete"]) == expected(case)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_without_parser(path: Path) -> None:
    """Without a grammar the text rules alone come to the same, or to what the file says."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    site, written = read(case)
    shown = streamed(blind(site), written, complete=case["complete"])
    assert shown == expected(case.get("without_parser", case))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_all_at_once(path: Path) -> None:
    """An engine that does not stream leads to the same suggestion."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    site, written = read(case)
    shown = at_once(site, written, complete=case["complete"])
    assert shown == expected(case.get("at_once", case))
