"""What is counted on this machine, and what is not."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import pytest

from pillion.base import events
from pillion.cli import main


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PILLION_EVENTS_DIR", str(tmp_path / "events"))
    return tmp_path / "events"


def test_counts_by_day() -> None:
    for day, event in [(1, "shown"), (1, "shown"), (1, "accepted"), (2, "dismissed")]:
        events.note(event, date(2026, 3, day))
    found = events.read()
    assert dict(found[date(2026, 3, 1)]) == {"shown": 2, "accepted": 1}
    assert dict(found[date(2026, 3, 2)]) == {"dismissed": 1}


def test_damaged_lines_are_left_out(folder: Path) -> None:
    events.note("shown", date(2026, 2, 3))
    with (folder / "2026-02.txt").open("a") as file:
        file.write("31 shown\nnonsense\n04 stolen\n\n05 sho")
    assert list(events.read()) == [date(2026, 2, 3)]


def test_old_months_go(folder: Path) -> None:
    for month in range(1, 13):
        events.note("shown", date(2025, month, 1))
        events.note("shown", date(2026, month, 1))
    events.note("shown", date(2027, 1, 1))
    assert [path.stem for path in sorted(folder.iterdir())] == [
        *(f"2026-{month:02}" for month in range(1, 13)),
        "2027-01",
    ]


def test_only_event_and_day_are_written(folder: Path) -> None:
    events.note("accepted", date(2026, 3, 1))
    assert (folder / "2026-03.txt").read_text() == "01 accepted\n"


def test_folder_that_cannot_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("PILLION_EVENTS_DIR", str(tmp_path / "file" / "events"))
    events.note("shown")
    assert events.read() == {}


def test_stats(capsys: pytest.CaptureFixture[str]) -> None:
    for event in ("shown", "shown", "accepted", "partlyAccepted", "kept"):
        events.note(event)
    main(["stats", "--json"])
    total = json.loads(capsys.readouterr().out)["total"]
    assert (total["shown"], total["accepted"], total["dismissed"]) == (2, 1, 0)
    assert total["accepted_rate"]["share"] == 0.5
    assert (total["kept"], total["kept_rate"]["share"]) == (1, 1.0)
    main(["stats"])
    out = capsys.readouterr().out
    assert "shown: 50% (9% to 91%)" in out
    assert "accepted: 100% (21% to 100%)" in out
    main(["stats", "--delete"])
    main(["stats"])
    assert "Nothing was counted" in capsys.readouterr().out
    assert events.read() == {}
