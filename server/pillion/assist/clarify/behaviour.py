"""What candidates do on inputs, found out by running them in the sandbox.

Each candidate runs in a sandbox of its own: one that crashes, loops or attacks takes no other with
it, and what it says of itself is text, compared and shown, never evaluated here.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pillion.sandbox.limits import Limits
from pillion.sandbox.run import run_python

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pillion.assist.clarify.candidates import Candidate

LIMITS = Limits(seconds=6.0, cpu_seconds=4, output_bytes=256 * 1024)
"""For one candidate on all inputs; a right one needs a tenth of a second."""

SIDE_BY_SIDE = 2
"""Sandboxes at once: starting one is work for a core."""

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
    gate = asyncio.Semaphore(SIDE_BY_SIDE)

    async def one(candidate: Candidate) -> tuple[str, ...]:
        async with gate:
            return await asyncio.to_thread(outcomes, candidate.module, candidate.name, calls)

    rows = await asyncio.gather(*map(one, candidates))
    kept = [at for at in range(len(calls)) if not _foreign([row[at] for row in rows])]
    return Behaviours(
        tuple(calls[at] for at in kept),
        tuple(tuple(row[at] for at in kept) for row in rows),
        tuple(candidate.count for candidate in candidates),
    )


def outcomes(module: str, name: str, calls: Sequence[str]) -> tuple[str, ...]:
    """Return what a function does on each input; blocks until it is known."""
    if not calls:
        return ()
    token = secrets.token_hex(16)
    plan = {"module": module, "name": name, "calls": list(calls), "token": token}
    result = run_python(_PROGRAM.replace("PLAN", repr(json.dumps(plan))), LIMITS)
    found = [NOTHING] * len(calls)
    for line in result.stdout.splitlines():
        if line.startswith(token):
            at, outcome = _said(line[len(token) :])
            if 0 <= at < len(found):
                found[at] = outcome
    return tuple(found)


def dead(row: Sequence[str]) -> bool:
    """Whether a candidate answers nowhere: it cannot be loaded, loops, or fails on everything."""
    return all(outcome in {NOTHING, LOOPS} or outcome.startswith("raises ") for outcome in row)


def _foreign(outcomes: Sequence[str]) -> bool:
    wrong = sum(outcome in _WRONG_TYPE or outcome == NOTHING for outcome in outcomes)
    return wrong * 2 > len(outcomes) and any(outcome in _WRONG_TYPE for outcome in outcomes)


def _said(line: str) -> tuple[int, str]:
    try:
        at, outcome = json.loads(line)
        return int(at), str(outcome)
    except (ValueError, TypeError):
        return -1, ""


_PROGRAM = '''
import ast, copy, itertools, json, os, signal, sys, types

plan = json.loads(PLAN)
out = os.fdopen(os.dup(1), "w")
sys.stdout = sys.stderr = open(os.devnull, "w")
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
    if isinstance(value, (set, frozenset)) and value:
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


def tell(at, outcome):
    if len(outcome) > 300:
        outcome = outcome[:300] + "..."
    out.write(plan["token"] + json.dumps([at, outcome]) + "\\n")
    out.flush()


signal.signal(signal.SIGALRM, too_long)
space = {"__name__": "candidate"}
signal.setitimer(signal.ITIMER_REAL, 2)
try:
    exec(compile(plan["module"], "candidate", "exec"), space)
    function = space[plan["name"]]
except BaseException as error:
    # Without a function every call fails alike.
    problem = f"raises {type(error).__name__}"
    signal.setitimer(signal.ITIMER_REAL, 0)
    for at, _ in enumerate(plan["calls"]):
        tell(at, problem)
    os._exit(0)
for at, call in enumerate(plan["calls"]):
    arguments = [ast.literal_eval(value) for value in ast.parse(f"f({call})").body[0].value.args]
    signal.setitimer(signal.ITIMER_REAL, 0.4)
    try:
        outcome = plain(function(*arguments))
    except TooLong:
        outcome = "does not end"
    except BaseException as error:
        outcome = f"raises {type(error).__name__}"
    signal.setitimer(signal.ITIMER_REAL, 0)
    tell(at, outcome)
os._exit(0)
'''
