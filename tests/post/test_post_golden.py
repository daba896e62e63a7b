"""Golden files: one real output of the default model each, as written and as shown.

In `before`, ``█`` is the cursor and ``├…┤`` what the model wrote there. In `after`, ``├…┤`` is the
suggestion, and characters it replaces are gone; `reason` stands there instead where nothing is
shown. `complete = false` means that the model was cut off by its token limit.
"""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from cursor import at_cursor
from pillion.base.outcome import Nothing
from pillion.post.outcome import Draft
from pillion.post.pipeline import Stopper, finish
from pillion.post.shape import multiline_here
from pillion.syntax.locate import locate
from pillion.syntax.site import Site

GOLDEN = sorted((Path(__file__).parent / "golden").glob("*.toml"))
CHUNK = 4
"""Characters per chunk in which the text is streamed; a token has about as many."""


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden(path: Path) -> None:
    """What the model wrote is shown as the file says, when it streams in."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    site, written = _read(case)
    assert _shown(site, written, case) == _expected(case)


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_without_parser(path: Path) -> None:
    """Without a grammar the text rules alone come to the same, or to what the file says."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    site, written = _read(case)
    plain = replace(site.language, grammar=None)
    blind = replace(site, language=plain, block=None, broken=False)
    assert _shown(blind, written, case) == _expected(case.get("without_parser", case))


@pytest.mark.parametrize("path", GOLDEN, ids=lambda path: path.stem)
def test_golden_all_at_once(path: Path) -> None:
    """An engine that does not stream leads to the same suggestion."""
    case = tomllib.loads(path.read_text(encoding="utf-8"))
    site, written = _read(case)
    multiline = multiline_here(site)
    outcome = finish(written, site, multiline=multiline, complete=case["complete"])
    assert _drawn(site, outcome) == _expected(case.get("at_once", case))


def _read(case: dict[str, Any]) -> tuple[Site, str]:
    head, _, tail = case["before"].partition("├")
    written, _, tail = tail.partition("┤")
    snapshot, offset = at_cursor(head + tail, case["language"])
    return locate(snapshot, offset), written


def _shown(site: Site, written: str, case: dict[str, Any]) -> str:
    multiline = multiline_here(site)
    stopper = Stopper(site, multiline=multiline)
    complete = case["complete"]
    for end in range(CHUNK, len(written) + CHUNK, CHUNK):
        kept = stopper.feed(written[:end])
        if kept is not None:
            written, complete = written[:kept], True
            break
    return _drawn(site, finish(written, site, multiline=multiline, complete=complete))


def _drawn(site: Site, outcome: Draft | Nothing) -> str:
    if isinstance(outcome, Nothing):
        return outcome.reason.value
    return f"{site.before}├{outcome.text}┤{site.after[outcome.swallow :]}"


def _expected(case: dict[str, Any]) -> str:
    return str(case["reason"] if "reason" in case else case["after"])
