"""How much the security look finds, and how often it cries wolf.

Planted weaknesses (`weaknesses.toml`) give the recall, each with a twin that does the same safely.
Pieces of real repositories, cut out and put back, give the false alarms: they were reviewed by
their authors and are taken to be clean, which makes the figure an upper bound.
"""

from __future__ import annotations

import time
import tomllib
from collections import Counter
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from pillion.eval.compare import Case
from pillion.eval.figures import Aim, at_least, at_most, median
from pillion.eval.metrics import wilson
from pillion.security.look import weaknesses
from pillion.syntax.languages import language_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.eval.tasks import Task


@dataclass(frozen=True, slots=True)
class Planted:
    """A weakness that an edit brings in, and an edit that does the same without it."""

    name: str
    cwe: int
    language: str
    before: str
    weak: str
    safe: str


@dataclass(frozen=True, slots=True)
class Looked:
    """What the look said of one change."""

    id: str
    kind: str
    """``planted``, ``safe`` (its twin) or ``clean`` (real code)."""
    language: str
    cwe: int
    """What was planted; 0 where nothing was."""
    said: tuple[int, ...]
    ms: float

    @property
    def found(self) -> bool:
        """Whether the planted weakness was named by its number."""
        return self.cwe in self.said


def planted() -> list[Planted]:
    """Return the planted weaknesses."""
    text = (files("pillion.eval") / "weaknesses.toml").read_text(encoding="utf-8")
    return [Planted(**row) for row in tomllib.loads(text)["case"]]


def look_at_planted(cases: Sequence[Planted]) -> list[Looked]:
    """Look at every planted weakness and at its twin."""
    looked = []
    for one in cases:
        name = f"{one.language}: {one.name}"
        for kind, cwe, after in (("planted", one.cwe, one.weak), ("safe", 0, one.safe)):
            said, ms = _look(one.language, one.before, after)
            looked.append(Looked(name, kind, one.language, cwe, said, ms))
    return looked


def look_at_clean(tasks: Sequence[Task]) -> list[Looked]:
    """Look at pieces of real code as if they were suggestions."""
    looked = []
    for task in tasks:
        before, language = task.snapshot.text, task.snapshot.language
        after = before[: task.start] + task.truth + before[task.start :]
        said, ms = _look(language, before, after)
        looked.append(Looked(task.id, "clean", language, 0, said, ms))
    return looked


def _look(language: str, before: str, after: str) -> tuple[tuple[int, ...], float]:
    start = time.perf_counter()
    said = tuple(one.cwe for one in weaknesses(before, after, language_of(language)))
    return said, 1000 * (time.perf_counter() - start)


def summary(looked: Sequence[Looked]) -> dict[str, object]:
    """Return recall and false alarms, with what was missed by name."""
    weak = [one for one in looked if one.kind == "planted"]
    safe = [one for one in looked if one.kind == "safe"]
    clean = [one for one in looked if one.kind == "clean"]
    found = sum(one.found for one in weak)
    return {
        "planted": len(weak),
        "cwes": len({one.cwe for one in weak}),
        "found": found,
        "recall": found / len(weak) if weak else float("nan"),
        "recall_interval": wilson(found, len(weak))._asdict(),
        "missed": [f"{one.id} (CWE-{one.cwe})" for one in weak if not one.found],
        "by_language": {
            language: f"{sum(one.found for one in rows)} of {len(rows)}"
            for language in sorted({one.language for one in weak})
            for rows in ([one for one in weak if one.language == language],)
        },
        "safe_twins": len(safe),
        "alarms_on_safe_twins": sum(bool(one.said) for one in safe),
        "clean": len(clean),
        "false_alarms": sum(bool(one.said) for one in clean),
        "false_alarm_interval": wilson(sum(bool(o.said) for o in clean), len(clean))._asdict(),
        "false_alarms_by_cwe": dict(Counter(cwe for one in clean for cwe in one.said)),
        "look_ms_median": median([one.ms for one in clean or weak]),
        "look_ms_max": max((one.ms for one in clean or weak), default=float("nan")),
    }


def cases(looked: Sequence[Looked]) -> list[Case]:
    """Return what was looked at as cases that can be compared with those of another run."""
    return [
        Case(one.id, one.kind, {"found": float(one.found), "said": float(len(one.said))})
        for one in looked
    ]


def aims(looked: Sequence[Looked]) -> dict[str, Aim]:
    """Return what the look should reach."""
    weak = [one for one in looked if one.kind == "planted"]
    quiet = [one for one in looked if one.kind != "planted"]
    found = sum(one.found for one in weak) / len(weak) if weak else float("nan")
    alarms = sum(bool(one.said) for one in quiet) / len(quiet) if quiet else float("nan")
    return {"recall": at_least(found, 0.8), "false_alarm_rate": at_most(alarms, 0.02)}
