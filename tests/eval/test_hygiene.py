"""The hygiene suite with a scripted engine: what is kept, replayed and counted."""

from __future__ import annotations

from itertools import islice
from pathlib import Path

from pillion.base.outcome import Nothing
from pillion.base.settings import Settings
from pillion.engine.fake import FakeEngine, Script
from pillion.eval.cursors import Sources
from pillion.eval.defects import Defect
from pillion.eval.hygiene import Kept, aims, ask, cases, judge, shown_count, summary
from pillion.eval.hygiene_report import report

SOURCE = "".join(
    f"def f{n}(a, b):\n    x = g(a, [b, {n}])\n    return x + {n}\n\n" for n in range(20)
)


async def test_what_was_written_is_judged_again(tmp_path: Path) -> None:
    """The text comes back from the file piece by piece, and is judged as before."""
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    sources = Sources([tmp_path])
    engine = FakeEngine([Script(["valu", "e\n", "```\n", "This is prose."])])
    kept = Kept(tmp_path / "rows.jsonl")
    cursors = list(islice(sources.cursors(1), 10))
    for cursor in cursors:
        kept.add(await ask(engine, Settings(), sources, cursor))
    again = Kept(tmp_path / "rows.jsonl")
    assert again.written == kept.written
    assert list(again.written) == cursors
    judged = [judge(written, sources) for written in again.written.values()]
    assert all(Defect.FENCE in item.raw_defects for item in judged)
    assert not any(Defect.FENCE in item.shown_defects for item in judged)
    figures = summary(judged)
    assert figures["cursors"] == 10
    assert figures["suggestions"] == shown_count(judged)
    defects = figures["defects"]
    assert isinstance(defects, dict)
    assert defects["fence"] == {"raw": 10, "shown": 0}
    assert aims(judged, 10)["fence, shown"].met
    page = report(judged, {"model": "fake"})
    assert "10 cursors" in page
    assert page.count("<svg") == 2
    ways = [case.way for case in cases(judged)]
    assert ways.count("raw") == 10
    assert ways.count("shown") == shown_count(judged)
    assert not aims(judged, 11)["suggestions shown"].met


async def test_where_nothing_is_shown_there_is_a_reason(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text(SOURCE, encoding="utf-8")
    sources = Sources([tmp_path])
    written = await ask(FakeEngine([Script([])]), Settings(), sources, next(sources.cursors(1)))
    item = judge(written, sources)
    assert isinstance(item.shown, Nothing)
    assert item.row()["reason"] == "model_stopped"
    assert not item.raw_defects
