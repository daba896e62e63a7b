"""What test runners print, read: how many passed, what failed, and where in the code.

pytest, unittest and node's runner, and tracebacks on their own, pasted from a terminal. Text in,
values out; of what it cannot read, only the exit code counts.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

MOST_MESSAGE = 600


@dataclass(frozen=True, slots=True)
class Frame:
    """A place that an exception came through; the line counts from 1."""

    path: str
    line: int
    function: str = ""


@dataclass(frozen=True, slots=True)
class Failure:
    """One test that failed, or one traceback."""

    name: str
    """As the runner tells it from all others, if it does."""
    message: str
    """The exception, or what the assertion compared."""
    frames: tuple[Frame, ...] = ()
    """Outermost first."""
    lines: tuple[str, ...] = ()
    """Lines of code that the report shows."""


@dataclass(frozen=True, slots=True)
class Report:
    """What came of a run."""

    passed: int
    failed: int
    failures: tuple[Failure, ...] = ()

    @property
    def total(self) -> int:
        """How many tests ran."""
        return self.passed + self.failed


_ANSI = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
_FRAME = re.compile(r'^\s*File "(?P<path>[^"]+)", line (?P<line>\d+)(?:, in (?P<name>\S+))?')
_ERROR = re.compile(r"^(?P<error>[\w.]*(?:Error|Exception|Exit|Interrupt|Warning)\b.*)$")
_SHORT_FRAME = re.compile(
    r"^(?P<path>[^\s:][^:\n]*\.py):(?P<line>\d+): (?:in (?P<name>\S+)|(?=\w))"
)
_PYTEST_HEAD = re.compile(r"^_{3,} (?P<name>.+?) _{3,}$")
_PYTEST_END = re.compile(
    r"^(?:=+ )?(?:\d+ (?:subtests )?\w+(?:, | ))+in [\d.:]+s|^(?:=+ )?no tests ran in "
)
_PYTEST_COUNT = re.compile(r"(\d+) (passed|failed|error)")
# A test's id ends at the message, unless that stands in the brackets of its parameters.
_PYTEST_SUMMARY = re.compile(
    r"^(?P<kind>FAILED|ERROR) (?P<id>[^\[]+?(?:\[.*?\])?)(?: - (?P<message>.*))?$"
)
_UNITTEST_HEAD = re.compile(r"^(?:FAIL|ERROR): (?P<name>.+)$", re.MULTILINE)
_NODE_FRAME = re.compile(r"\(?(?:file://)?(?P<path>/[^\s():]+\.[cm]?[jt]sx?):(?P<line>\d+):\d+\)?")


def report(output: str, exit_code: int | None) -> Report:
    """Read what a run printed."""
    text = _ANSI.sub("", output).replace("\r\n", "\n")
    for read in (_pytest, _unittest, _node):
        if found := read(text):
            return found
    if exit_code == 0:
        return Report(1, 0)
    if exit_code is None:
        return Report(0, 1, (Failure("tests", "They do not end: an endless loop, or a wait."),))
    trace = traceback(text)
    last = "\n".join(text.strip().split("\n")[-8:])[-MOST_MESSAGE:]
    return Report(0, 1, (trace or Failure("tests", last),))


def traceback(text: str) -> Failure | None:
    """Read the last traceback of Python in a text; None where there is none."""
    lines = _ANSI.sub("", text).replace("\r\n", "\n").split("\n")
    # What a terminal or a mail puts in front of each line.
    lines = [re.sub(r"^(?:E?\s*[>|]\s?)(?=\s*(?:File|\w+Error))", "", line) for line in lines]
    frames: list[Frame] = []
    code: list[str] = []
    found = None
    for line in lines:
        if line.strip().startswith("Traceback (most recent call last)"):
            frames, code = [], []
        elif match := _FRAME.match(line):
            frames.append(Frame(match["path"], int(match["line"]), match["name"] or ""))
        elif frames and (match := _ERROR.match(line.strip())):
            message = match["error"][:MOST_MESSAGE]
            found = Failure("traceback", message, tuple(frames), tuple(code))
            frames, code = [], []
        elif frames and line.strip(" ^~"):
            code.append(line.strip())
    return found


def _pytest(text: str) -> Report | None:
    lines = text.split("\n")
    ends = [line for line in lines if _PYTEST_END.match(line)]
    if not ends:
        return None
    counts = {kind: int(number) for number, kind in _PYTEST_COUNT.findall(ends[-1])}
    failed = counts.get("failed", 0) + counts.get("error", 0)
    failures = _with_ids(_pytest_failures(lines), lines)
    return Report(counts.get("passed", 0), failed, tuple(failures))


def _pytest_failures(lines: list[str]) -> list[Failure]:
    found: list[Failure] = []
    name, frames, said, code = "", list[Frame](), list[str](), list[str]()

    def done() -> None:
        if name:
            message = "\n".join(said)[:MOST_MESSAGE]
            found.append(Failure(name, message, tuple(frames), tuple(code)))

    for line in lines:
        if match := _PYTEST_HEAD.match(line):
            done()
            name, frames, said, code = match["name"], [], [], []
        elif re.match(r"^=+ (?:short test summary|warnings|\d)", line):
            done()
            name = ""
        elif name and line.startswith(("E  ", ">  ")):
            said.append(line[1:].strip())
        elif name and (match := _SHORT_FRAME.match(line) or _FRAME.match(line)):
            frames.append(Frame(match["path"], int(match["line"]), match["name"] or ""))
        elif name and line.startswith("    ") and line.strip(" ^~"):
            code.append(line.strip())
    done()
    return found


def _with_ids(failures: list[Failure], lines: list[str]) -> list[Failure]:
    """Name failures as the summary does, in full: two files may have tests of one name.

    The summary comes last, so that it is there where the beginning of a long output is cut off.
    """
    summed: dict[str, list[Failure]] = {}
    for line in lines:
        if match := _PYTEST_SUMMARY.match(line):
            failure = Failure(match["id"], (match["message"] or "").strip())
            summed.setdefault(_heading(match["kind"], match["id"]), []).append(failure)
    named = []
    for failure in failures:
        heading = re.sub(r"^ERROR at \w+ of ", "ERROR ", failure.name)
        known = summed.get(heading)
        name = known.pop(0).name if known else re.sub(r"^ERROR (?:collecting )?", "", heading)
        named.append(replace(failure, name=name))
    return named + [failure for left in summed.values() for failure in left]


def _heading(kind: str, name: str) -> str:
    """Return what stands above a failure's traceback; the step that failed is left out."""
    path, _, test = name.partition("::")
    if not test:
        return f"{kind} collecting {path}"
    words, bracket, parameters = test.partition("[")
    heading = words.replace("::", ".") + bracket + parameters
    return f"{kind} {heading}" if kind == "ERROR" else heading


def _unittest(text: str) -> Report | None:
    ran = re.search(r"^Ran (\d+) tests? in ", text, re.MULTILINE)
    if not ran:
        return None
    bad = re.search(r"^FAILED \((.*)\)", text, re.MULTILINE)
    numbers = re.findall(r"(?:failures|errors)=(\d+)", bad[1]) if bad else []
    failed = sum(map(int, numbers))
    failures = []
    for part in re.split(r"^={20,}\n", text, flags=re.MULTILINE)[1:]:
        head = _UNITTEST_HEAD.match(part)
        trace = traceback(part)
        if head:
            message = trace.message if trace else ""
            frames, code = (trace.frames, trace.lines) if trace else ((), ())
            failures.append(Failure(head["name"], message, frames, code))
    return Report(int(ran[1]) - failed, failed, tuple(failures))


def _node(text: str) -> Report | None:
    passed = re.search(r"^(?:#|ℹ) pass (\d+)", text, re.MULTILINE)  # noqa: RUF001 - node's mark.
    failed = re.search(r"^(?:#|ℹ) fail (\d+)", text, re.MULTILINE)  # noqa: RUF001 - node's mark.
    if not passed or not failed:
        return None
    failures = []
    for match in re.finditer(
        r"^\s*not ok \d+ - (?P<name>.+)$(?P<rest>(?:\n\s+.*)*)", text, re.MULTILINE
    ):
        error = re.search(r"error: (?:\|-\n)?((?:.*\n?){1,6})", match["rest"])
        frames = [Frame(f["path"], int(f["line"])) for f in _NODE_FRAME.finditer(match["rest"])]
        message = (error[1].strip() if error else "")[:MOST_MESSAGE]
        failures.append(Failure(match["name"], message, tuple(reversed(frames))))
    return Report(int(passed[1]), int(failed[1]), tuple(failures))
