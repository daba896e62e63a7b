"""What candidates do on inputs, found out by running them in the sandbox.

All candidates run in one sandbox, because starting one is most of the work, each in a process of
its own: one that crashes or loops takes no other with it. One that ends the process that watches
them (they are the same user) gets the others run again alone. What a candidate says of itself is
text, compared and shown, never evaluated here.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pillion.sandbox.limits import Limits
from pillion.sandbox.run import run_python

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.clarify.candidates import Candidate

LIMITS = Limits(seconds=20.0, cpu_seconds=8, output_bytes=1024 * 1024)
"""For all candidates on all inputs; right ones need a few tenths of a second."""

ALONE = replace(LIMITS, seconds=6.0)
"""For one of them."""

NOTHING = "no answer"
"""The outcome of a call after which the program was gone."""

LOOPS = "does not end"

_WRONG_TYPE = {"raises TypeError", "raises AttributeError"}
"""How candidates say that an input is none of theirs."""


@dataclass(frozen=True, slots=True)
class Behaviours:
    """What each candidate does on each input."""

    calls: tuple[str, ...]
    outcomes: tuple[tuple[str, ...], ...]
    """By candidate, then by call: a value's source, `raises NAME`, `LOOPS` or `NOTHING`."""
    weights: tuple[int, ...]
    """How many samples each candidate stands for."""

    def at(self, call: str) -> tuple[str, ...]:
        """Return what each candidate does on an input that was run."""
        index = self.calls.index(call)
        return tuple(row[index] for row in self.outcomes)

    def groups(self) -> list[list[int]]:
        """Return the candidates that do the same on all inputs, the largest group first.

        Those that never answer are a group of nobody: they are left out where others do answer.
        """
        found: dict[tuple[str, ...], list[int]] = {}
        for index, row in enumerate(self.outcomes):
            found.setdefault(row, []).append(index)
        useful = [group for row, group in found.items() if not dead(row)]
        groups = useful or list(found.values())
        return sorted(groups, key=lambda group: (-self.weight(group), group))

    def weight(self, group: Sequence[int]) -> int:
        """Return how many samples are in a group."""
        return sum(self.weights[index] for index in group)

    def shares(self, call: str, among: Sequence[int]) -> Counter[str]:
        """Return how many samples of these candidates give which outcome for a call."""
        found: Counter[str] = Counter()
        outcomes = self.at(call)
        for index in among:
            found[outcomes[index]] += self.weights[index]
        return found


async def observe(candidates: Sequence[Candidate], calls: Sequence[str]) -> Behaviours:
    """Run every candidate on every input.

    Inputs that no candidate takes, by the type of the error, are left out.
    Raises `SandboxError` where there is no sandbox at all.
    """
    programs = [(candidate.module, candidate.name) for candidate in candidates]
    rows = await asyncio.to_thread(together, programs, calls)
    kept = [at for at in range(len(calls)) if not _foreign([row[at] for row in rows])]
    return Behaviours(
        tuple(calls[at] for at in kept),
        tuple(tuple(row[at] for at in kept) for row in rows),
        tuple(candidate.count for candidate in candidates),
    )


def together(programs: Sequence[tuple[str, str]], calls: Sequence[str]) -> list[tuple[str, ...]]:
    """Return what each function, a module and a name, does on each input; blocks until known."""
    rows = _run(programs, calls, LIMITS)
    return [
        # The process that watches them was gone before it came to this one.
        row if row is not None else outcomes(*program, calls)
        for program, row in zip(programs, rows, strict=True)
    ]


def outcomes(module: str, name: str, calls: Sequence[str]) -> tuple[str, ...]:
    """Return what a function does on each input; blocks until it is known."""
    return _run([(module, name)], calls, ALONE)[0] or (NOTHING,) * len(calls)


def _run(
    programs: Sequence[tuple[str, str]], calls: Sequence[str], limits: Limits
) -> list[tuple[str, ...] | None]:
    """Return the outcomes of each; None for those of which nothing was heard."""
    if not calls or not programs:
        return [()] * len(programs)
    token = secrets.token_hex(16)
    plan = {"programs": list(programs), "calls": list(calls), "token": token}
    result = run_python(_PROGRAM.replace("PLAN", repr(json.dumps(plan))), limits)
    rows: list[tuple[str, ...] | None] = [None] * len(programs)
    for line in result.stdout.splitlines():
        if line.startswith(token):
            at, said = _said(line[len(token) :], len(calls))
            if 0 <= at < len(rows):
                rows[at] = said
    return rows


def dead(row: Sequence[str]) -> bool:
    """Whether a candidate answers nowhere: it cannot be loaded, loops, or fails on everything."""
    return all(outcome in {NOTHING, LOOPS} or outcome.startswith("raises ") for outcome in row)


def _foreign(outcomes: Sequence[str]) -> bool:
    wrong = sum(outcome in _WRONG_TYPE or outcome == NOTHING for outcome in outcomes)
    return wrong * 2 > len(outcomes) and any(outcome in _WRONG_TYPE for outcome in outcomes)


def _said(line: str, count: int) -> tuple[int, tuple[str, ...]]:
    """Return which candidate a line is of, and its outcome for each call."""
    found = [NOTHING] * count
    try:
        index, pairs = json.loads(line)
        for at, outcome in pairs:
            if 0 <= at < count:
                found[at] = str(outcome)
        return int(index), tuple(found)
    except (ValueError, TypeError):
        return -1, ()


_PROGRAM = '''
import ast, itertools, json, os, resource, select, signal, sys, time, types

plan = json.loads(PLAN)
calls = plan["calls"]
sys.setrecursionlimit(3000)


class TooLong(BaseException):
    pass


def too_long(*_):
    raise TooLong


def plain(value, depth=0):
    """Return the source of a value, the same for equal ones."""
    if depth > 8:
        return "..."
    if isinstance(value, bool) or value is None:
        return repr(value)
    if isinstance(value, float):
        return repr(float(f"{value:.9g}")) if value == value else "nan"
    if isinstance(value, (set, frozenset)):
        if not value:
            return "set()"
        return "{" + ", ".join(sorted(plain(item, depth + 1) for item in value)) + "}"
    if type(value) is dict:
        pairs = (f"{plain(k, depth + 1)}: {plain(v, depth + 1)}" for k, v in value.items())
        return "{" + ", ".join(sorted(pairs)) + "}"
    if type(value) is list:
        return "[" + ", ".join(plain(item, depth + 1) for item in value) + "]"
    if type(value) is tuple:
        end = "," if len(value) == 1 else ""
        return "(" + ", ".join(plain(item, depth + 1) for item in value) + end + ")"
    if isinstance(value, (types.GeneratorType, map, filter, zip, range, itertools.chain)):
        return plain(list(itertools.islice(value, 1000)), depth)
    if isinstance(value, (int, str, bytes, complex)):
        return repr(value)
    return f"<{type(value).__name__}>"


def tell(out, at, outcome):
    if len(outcome) > 300:
        outcome = outcome[:300] + "..."
    os.write(out, (json.dumps([at, outcome]) + "\\n").encode())


def perform(module, name, out):
    """Be one candidate: call it, and tell through `out` alone."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    resource.setrlimit(resource.RLIMIT_CPU, (4, 4))
    # Of the processor: on a busy machine a call that waits for its turn is not one that never ends.
    # One that sleeps is ended with its process.
    signal.signal(signal.SIGPROF, too_long)
    space = {"__name__": "candidate"}
    signal.setitimer(signal.ITIMER_PROF, 2)
    try:
        exec(compile(module, "candidate", "exec"), space)
        function = space[name]
    except BaseException as error:
        # Without a function every call fails alike.
        signal.setitimer(signal.ITIMER_PROF, 0)
        for at, _ in enumerate(calls):
            tell(out, at, f"raises {type(error).__name__}")
        return
    late = 0
    for at, call in enumerate(calls):
        values = [ast.literal_eval(node) for node in ast.parse(f"f({call})").body[0].value.args]
        signal.setitimer(signal.ITIMER_PROF, 0.5)
        try:
            outcome = plain(function(*values)) if late < 3 else "does not end"
        except TooLong:
            outcome, late = "does not end", late + 1
        except BaseException as error:
            outcome = f"raises {type(error).__name__}"
        signal.setitimer(signal.ITIMER_PROF, 0)
        tell(out, at, outcome)


for index, (module, name) in enumerate(plan["programs"]):
    inlet, outlet = os.pipe()
    child = os.fork()
    if not child:
        os.close(inlet)
        try:
            perform(module, name, outlet)
        finally:
            os._exit(0)
    os.close(outlet)
    said, until = b"", time.monotonic() + 5
    while time.monotonic() < until and len(said) < 1 << 18:
        if select.select([inlet], [], [], 0.1)[0]:
            data = os.read(inlet, 65536)
            if not data:
                break
            said += data
    os.close(inlet)
    try:
        os.kill(child, signal.SIGKILL)
    except OSError:
        pass
    os.waitpid(child, 0)
    pairs = []
    for line in said.decode(errors="replace").splitlines():
        try:
            at, outcome = json.loads(line)
            pairs.append([int(at), str(outcome)])
        except (ValueError, TypeError):
            pass
    print(plan["token"] + json.dumps([index, pairs]), flush=True)
'''
