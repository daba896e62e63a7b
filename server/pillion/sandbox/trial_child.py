"""Runs inside the sandbox: each version of the code in a fork, its checks one after the other.

A script without imports of Pillion, as `launch.py`. What a version prints is thrown away; what it
returns is told as text of bounded length.
"""

from __future__ import annotations

import ast
import builtins
import contextlib
import io
import json
import os
import re
import reprlib
import resource
import signal
import sys
import time
import types
from pathlib import Path
from typing import Any

MARK = "\x1etrial\x1e"
CODE = "<code>"
RAISE = "__raise_wrong"
"""The name under which checks find `raise_wrong`."""
MOST_TEXT = 400
"""Characters of a value that is shown to a model or a user."""
MOST_SEEN = 20_000
"""Characters of a value that is compared."""
MOST_ITEMS = 2000
"""Of a generator."""

ADDRESS = re.compile(r" at 0x[0-9a-f]+")

Row = dict[str, Any]


class OutOfTimeError(BaseException):
    """A check took too long; no `Exception`, so that the code does not catch it."""


class WrongError(AssertionError):
    """Both sides of an assertion that failed."""

    def __init__(self, got: object, expected: object) -> None:
        super().__init__()
        self.got, self.expected = got, expected


def main() -> None:
    """Do what the plan says."""
    plan = json.loads(Path("plan.json").read_text(encoding="utf-8"))
    sys.path.insert(0, str(Path.cwd()))
    sys.setrecursionlimit(2000)
    checks = [(check, compiled(check)) for check in plan["checks"]]
    end = time.monotonic() + plan["whole"]
    for index, version in enumerate(plan["versions"]):
        if time.monotonic() > end:
            break
        rows = forked(version, checks, plan, end)
        print(MARK + json.dumps([index, rows]), flush=True)  # noqa: T201


def forked(version: str, checks: list[tuple[Row, Any]], plan: Row, end: float) -> list[Row]:
    """Run a version in a process of its own; return a row for each check that was begun."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        with contextlib.suppress(BaseException):
            bound(plan)
            attempt(version, checks, plan, writing)
        os._exit(0)
    os.close(writing)
    # A check that catches every exception, or hangs in C, is ended from here.
    # Those limits count processor time, this one counts on the clock, while others work, too.
    patience = min(end - time.monotonic(), 3 * plan["each"] * (len(checks) + 1)) + 1
    data = received(reading, patience)
    with contextlib.suppress(ProcessLookupError):
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    rows = []
    for line in data.decode(errors="replace").split("\n"):
        with contextlib.suppress(ValueError):
            rows.append(json.loads(line))
    if len(rows) < len(checks) and (not rows or plan["all"]):
        rows.append({"end": "time"})
    return rows


def received(pipe: int, seconds: float) -> bytes:
    """Read until the other end is closed or the time is over."""
    import select  # noqa: PLC0415 - not in the child's name space.

    data = b""
    end = time.monotonic() + seconds
    while (left := end - time.monotonic()) > 0 and select.select([pipe], [], [], left)[0]:
        more = os.read(pipe, 65536)
        if not more:
            break
        data += more
    os.close(pipe)
    return data


def bound(plan: Row) -> None:
    """Take on what one version may use, and throw away what it prints."""
    with contextlib.suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_AS, (plan["memory_bytes"],) * 2)
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(null, stream)
    sys.stdout = sys.stderr = io.StringIO()
    signal.signal(signal.SIGPROF, out_of_time)


def out_of_time(*_: object) -> None:
    """End a check."""
    raise OutOfTimeError


def attempt(version: str, checks: list[tuple[Row, Any]], plan: Row, pipe: int) -> None:
    """Run the checks, each after the code anew, so that none sees what another left."""
    try:
        # This file has annotations that are never looked at; the code has its own rules.
        code = compile(version, CODE, "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        tell(pipe, {"end": "raised", "error": f"{type(error).__name__}: {error}"})
        return
    for check, program in checks:
        started = time.process_time()
        row = one(code, check, program, plan)
        tell(pipe, {**row, "seconds": round(time.process_time() - started, 3)})
        if row["end"] not in {"passed", "seen"} and not plan["all"]:
            return


def one(code: Any, check: Row, program: Any, plan: Row) -> Row:
    """Return what comes of a check, with the way that it took through the code if asked for."""
    if not plan["arcs"]:
        return judged(code, check, program, plan["each"])
    way = Way()
    sys.settrace(way.trace)
    try:
        row = judged(code, check, program, plan["each"])
    finally:
        sys.settrace(None)
    return {**row, "arcs": sorted(way.arcs)[:MOST_ITEMS]}


class Way:
    """The lines that code came through, as pairs: which one came after which."""

    def __init__(self) -> None:
        self.arcs: set[tuple[int, int]] = set()
        self._last: dict[types.FrameType, int] = {}

    def trace(self, frame: types.FrameType, event: str, _: object) -> Any:
        """Take note of a step; entries and exits are the negative first line, as in coverage.py."""
        if frame.f_code.co_filename != CODE:
            return None
        border = -frame.f_code.co_firstlineno
        if event == "call":
            self._last[frame] = border
        elif event == "line":
            self.arcs.add((self._last.get(frame, border), frame.f_lineno))
            self._last[frame] = frame.f_lineno
        elif event == "return":
            self.arcs.add((self._last.pop(frame, border), border))
        return self.trace


def judged(code: Any, check: Row, program: Any, seconds: float) -> Row:
    """Return what comes of a check."""
    module = types.ModuleType("code_under_test")
    sys.modules[module.__name__] = module
    signal.setitimer(signal.ITIMER_PROF, seconds)
    try:
        exec(code, module.__dict__)  # noqa: S102 - this is the sandbox.
        if check["observe"]:
            before, value = program
            exec(before, module.__dict__)  # noqa: S102 - this is the sandbox.
            got = plain(eval(value, module.__dict__))  # noqa: S307 - this is the sandbox.
            return {"end": "seen", "got": cut(ADDRESS.sub("", repr(got)), MOST_SEEN)}
        exec(program, module.__dict__)  # noqa: S102 - this is the sandbox.
    except OutOfTimeError:
        return {"end": "time"}
    except WrongError as wrong:
        return {"end": "wrong", "got": short(wrong.got), "expected": short(wrong.expected)}
    except BaseException as error:  # noqa: BLE001 - whatever the code raises.
        signal.setitimer(signal.ITIMER_PROF, 0)
        return raised(error)
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return {"end": "passed"}


def raised(error: BaseException) -> Row:
    """Return what an exception says: where in the code, and with which values."""
    line, names = 0, ""
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == CODE:
            line = trace.tb_lineno
            values = trace.tb_frame.f_locals
            names = ", ".join(
                f"{name}={short(value)}"
                for name, value in values.items()
                if not name.startswith("__") and not callable(value)
            )
        trace = trace.tb_next
    wrong = isinstance(error, AssertionError) and not line
    message = cut(f"{type(error).__name__}: {error}".rstrip(": "), MOST_TEXT)
    return {
        "end": "wrong" if wrong else "raised",
        "error": message,
        "line": line,
        "locals": cut(names, MOST_TEXT),
    }


def compiled(check: Row) -> Any:
    """Return a check, with assertions of equality such that they tell both sides."""
    if check["observe"]:
        *before, last = ast.parse(check["code"]).body
        assert isinstance(last, ast.Expr)  # noqa: S101 - whoever asks for a value names one.
        return (
            compile(ast.Module(before, []), "<check>", "exec"),
            compile(ast.Expression(last.value), "<check>", "eval"),
        )
    tree = Telling().visit(ast.parse(check["code"]))
    return compile(ast.fix_missing_locations(tree), "<check>", "exec")


class Telling(ast.NodeTransformer):
    """Turns ``assert a == b`` into what raises with both values."""

    def visit_Assert(self, node: ast.Assert) -> ast.AST:
        """Rewrite one assertion."""
        test = node.test
        if isinstance(test, ast.Compare) and len(test.ops) == 1 and isinstance(test.ops[0], ast.Eq):
            names = ("__left", "__right")
            wrong = f"if not ({names[0]} == {names[1]}): {RAISE}({names[0]}, {names[1]})"
            first = ast.parse(f"{names[0]} = 0\n{names[1]} = 0\n{wrong}").body
            first[0].value, first[1].value = test.left, test.comparators[0]  # type: ignore[attr-defined]
            return ast.If(ast.Constant(value=True), first, [])
        return node


def plain(value: object) -> object:
    """Return a value whose text says what is in it."""
    if isinstance(value, types.GeneratorType | map | filter | zip):
        found = []
        for item in value:
            found.append(plain(item))
            if len(found) == MOST_ITEMS:
                break
        return found
    return value


def short(value: object) -> str:
    """Return the text of a value, for people and models."""
    try:
        text = repr(plain(value))
    except BaseException as error:  # noqa: BLE001 - of the code's own classes.
        return f"<{type(error).__name__}>"
    return text if len(text) <= MOST_TEXT else reprlib.repr(value)[:MOST_TEXT]


def cut(text: str, most: int) -> str:
    """Return at most so many characters."""
    return text if len(text) <= most else text[:most] + "…"


def tell(pipe: int, row: Row) -> None:
    """Write a row where the parent reads."""
    data = json.dumps(row).encode() + b"\n"
    while data:
        data = data[os.write(pipe, data) :]


def raise_wrong(got: object, expected: object) -> None:
    """Raise both sides of an assertion."""
    raise WrongError(plain(got), plain(expected))


if __name__ == "__main__":
    setattr(builtins, RAISE, raise_wrong)
    main()
