"""How a project tests, and its tests as the judge of a repair.

Found from the project's files, or told by the setting `repair.testCommand`. Tests are the user's
own programs: they run only when the user says so, and in the sandbox, on a copy.
"""

from __future__ import annotations

import asyncio
import json
import os
import re
import shlex
import shutil
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.assist.judging import Verdict
from pillion.assist.reports import Failure, report
from pillion.sandbox.project import Patience, Ran, run_tests

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

MOST_VERSIONS = 60
"""Small changes that are tried by a whole run of the tests each."""

BATCH = 12
"""Of them before it is looked whether one passes: a run takes a second or more."""

_TEST_FILES = ("test_*.py", "*_test.py", "tests.py")
_LOOKED_AT = 400
"""Files that are looked at to find out how a project tests."""
_SKIPPED = {".git", ".venv", "venv", "node_modules", "__pycache__", "build", "dist", ".tox"}


@dataclass(frozen=True, slots=True)
class Tests:
    """How the tests of a project are run."""

    root: Path
    command: tuple[str, ...]
    readable: tuple[Path, ...] = ()
    """What the command needs outside of the project."""

    @property
    def shown(self) -> str:
        """The command, as a user would type it."""
        return shlex.join(self.command)

    def only(self, names: Collection[str]) -> Tests:
        """Return the same for some tests only, where the runner can; they end at the first."""
        if "pytest" not in self.command or not names:
            return self
        words = sorted(set(map(_function, names)))
        if not all(word.isidentifier() for word in words):
            return self
        return replace(self, command=(*self.command, "-x", "-k", " or ".join(words)))

    def run(self, versions: Sequence[Mapping[str, str]], patience: Patience) -> list[Ran]:
        """Run them once for each version: paths below the root, and their texts. Blocks."""
        return run_tests(
            self.root, self.command, versions, readable=self.readable, patience=patience
        )


def find_tests(root: Path, command: str = "") -> Tests | None:
    """Return how the project at `root` tests; `command` is the user's own. None where it doesn't.

    Reads names of files, and the settings of pytest and node.
    """
    python, readable = _python(root)
    if command:
        words = shlex.split(command)
        if words and words[0] in {"python", "python3"}:
            words[0] = python
        elif words and words[0] in {"pytest", "unittest"}:
            words[:1] = [python, "-m", words[0]]
        return Tests(root, tuple(words), readable) if words else None
    if _has_pytest_settings(root):
        return Tests(root, (python, *_PYTEST), readable)
    package = root / "package.json"
    files = _test_files(root)
    if not files and package.exists():
        return _node(root, package)
    if not files:
        return None
    sources = [_read(file) for file in files[:20]]
    unittest = any("unittest" in source for source in sources)
    pytest = any("import pytest" in source or "\ndef test_" in source for source in sources)
    if unittest and not pytest:
        return Tests(root, (python, "-m", "unittest"), readable)
    return Tests(root, (python, *_PYTEST), readable)


@dataclass(frozen=True)
class ProjectJudge:
    """Judges versions of one file by the project's tests.

    A version is good that fails nothing; with `targets`, one that fails none of them, and nothing
    that did not fail before.
    """

    tests: Tests
    path: str
    """The file, below the root."""
    patience: Patience
    targets: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    """Tests that fail without a change."""
    most: int = MOST_VERSIONS
    batch: int = BATCH

    def for_targets(self, targets: Sequence[Failure], before: Sequence[Failure]) -> ProjectJudge:
        """Return the judge of a repair that is to mend these failures."""
        return replace(
            self,
            targets=frozenset(failure.name for failure in targets),
            before=frozenset(failure.name for failure in before),
        )

    async def judge(self, texts: Sequence[str], *, closely: bool = True) -> list[Verdict]:
        """Run the tests on each version: all of them, or else those that are to be mended."""
        if not texts:
            return []
        tests = self.tests if closely else self.tests.only(self.targets)
        versions = [{self.path: text} for text in texts]
        ran = await asyncio.to_thread(tests.run, versions, self.patience)
        return [self._verdict(one) for one in ran]

    async def behaviour(self, texts: Sequence[str]) -> list[tuple[str, ...]]:
        """Return nothing: what a project's tests call is not known."""
        return [() for _ in texts]

    def _verdict(self, ran: Ran) -> Verdict:
        """Return how a version did; what fails without a name counts as new."""
        if ran.exit_code is None and not ran.output and not ran.seconds:
            return Verdict(0, 0)
        found = report(ran.output, ran.exit_code)
        failures = found.failures
        if ran.exit_code and not found.failed:
            # It says that all is well, and ends with an error: it did not come to its end.
            failures = (Failure("tests", ran.output[-600:]),)
        if self.targets:
            failures = tuple(
                f for f in failures if f.name in self.targets or f.name not in self.before
            )
            if (missing := found.failed - len(found.failures)) > 0:
                said = f"{missing} more failed; which ones was not printed, or was cut off."
                failures += (Failure("tests", said),)
        failed = max(len(failures), 0 if self.targets else found.failed)
        said = describe(failures)
        return Verdict(found.passed, found.passed + failed, said, failures, ran.output)


def describe(failures: Sequence[Failure], most: int = 2) -> str:
    """Return failures in a few lines, for the model and the user."""
    return "\n\n".join(
        f"{failure.name}\n{failure.message}"
        + "".join(f"\n  in {f.path}:{f.line} {f.function}" for f in failure.frames[-3:])
        for failure in failures[:most]
    )


_PYTEST = ("-m", "pytest", "-q", "--tb=short")


def _function(name: str) -> str:
    """Return the function of a test: path::Class::test[case], or Class.test without a summary."""
    head = re.split(r"[\[ ]", name)[0]
    if "::" in head:
        return head.rpartition("::")[2]
    return "" if head.endswith(".py") else head.rpartition(".")[2]


def _python(root: Path) -> tuple[str, tuple[Path, ...]]:
    """Return the project's Python, and what of it must be readable."""
    for name in (".venv", "venv"):
        python = root / name / "bin" / "python"
        if python.exists():
            base = python.resolve().parent.parent
            return str(python), (base,)
    active = os.environ.get("VIRTUAL_ENV")
    if active and (Path(active) / "bin" / "python").exists():
        python = Path(active) / "bin" / "python"
        return str(python), (Path(active), python.resolve().parent.parent)
    found = shutil.which("python3") or sys.executable
    prefix = Path(found).parent.parent
    return found, (prefix, Path(found).resolve().parent.parent)


def _has_pytest_settings(root: Path) -> bool:
    if (root / "pytest.ini").exists() or (root / "conftest.py").exists():
        return True
    return "[tool.pytest" in _read(root / "pyproject.toml") or "[tool:pytest]" in _read(
        root / "setup.cfg"
    )


def _node(root: Path, package: Path) -> Tests | None:
    try:
        script = json.loads(_read(package)).get("scripts", {}).get("test", "")
    except (ValueError, AttributeError):
        script = ""
    node = shutil.which("node")
    if node is None:
        return None
    readable = (Path(node).resolve().parent.parent,)
    if not script or "node --test" in script or "no test specified" in script:
        has_tests = any(root.glob("**/*.test.*js")) or (root / "test").is_dir()
        command = (node, "--test", "--test-reporter=tap")
        return Tests(root, command, readable) if has_tests else None
    npm = shutil.which("npm")
    return Tests(root, (npm, "test", "--silent"), readable) if npm else None


def _test_files(root: Path) -> list[Path]:
    found: list[Path] = []
    looked = 0
    for folder, folders, names in os.walk(root):
        folders[:] = sorted(set(folders) - _SKIPPED)
        for name in sorted(names):
            looked += 1
            if any(Path(name).match(pattern) for pattern in _TEST_FILES):
                found.append(Path(folder, name))
        if looked > _LOOKED_AT and found:
            break
    return found


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
