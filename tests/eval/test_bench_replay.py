"""The keystrokes that the benchmarks type."""

from __future__ import annotations

from pathlib import Path

from pillion.eval.replay import by_line, shares, stretch

LINES = [f"value_{n} = compute({n}, 'some text')" for n in range(60)]


def _file(folder: Path, lines: list[str]) -> Path:
    path = folder / "source.py"
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_what_is_still_to_be_typed_is_missing_from_the_document(tmp_path: Path) -> None:
    keys = stretch(_file(tmp_path, LINES), keystrokes=20, every=3, seed=1)
    whole = "\n".join(LINES)
    last = keys[-1].line
    for key in keys:
        before, after = key.snapshot.text[: key.offset], key.snapshot.text[key.offset :]
        assert whole.startswith(before + key.truth)
        assert after == "\n" + "\n".join(LINES[last:])
        assert key.snapshot.line(key.line - 1) == LINES[key.line - 1][: key.column]


def test_the_first_of_the_file_and_of_each_line_are_known(tmp_path: Path) -> None:
    keys = stretch(_file(tmp_path, LINES), keystrokes=20, every=3, seed=1)
    assert len(keys) == 20
    assert [key.first_of_file for key in keys] == [True] + [False] * 19
    lines = by_line(keys)
    assert [line[0].first_of_line for line in lines] == [True] * len(lines)
    assert [len({key.line for key in line}) for line in lines] == [1] * len(lines)


def test_the_choice_depends_on_the_seed_only(tmp_path: Path) -> None:
    path = _file(tmp_path, LINES)
    assert stretch(path, keystrokes=9, every=2, seed=4) == stretch(
        path, keystrokes=9, every=2, seed=4
    )


def test_comments_and_short_files_are_no_stretch(tmp_path: Path) -> None:
    assert stretch(_file(tmp_path, LINES[:40]), keystrokes=9, every=2, seed=1) == []
    comments = ["# only a comment that is long"] * 80
    assert stretch(_file(tmp_path, comments), keystrokes=9, every=2, seed=1) == []


def test_shares_are_even() -> None:
    assert shares(20, 8) == [3, 3, 3, 3, 2, 2, 2, 2]
