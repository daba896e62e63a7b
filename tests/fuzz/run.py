"""The long run: `python tests/fuzz/run.py --count 200000 [TARGET …]`.

Goes through the targets in turn, writes how many inputs each has taken and what was found, and
adds it to `build/fuzz/counts.json`, so that a long run can be made in pieces. A seed that has been
used is never used again. Ends with 1 when anything was found.
"""

from __future__ import annotations

import argparse
import asyncio
import fcntl
import json
import logging
import random
import sys
import time
import traceback
from pathlib import Path
from typing import Any, Self

import rpc
import targets

BUILD = Path("build/fuzz")

SESSION = 1000
"""Inputs of one session."""

BATCH = 2000
"""Inputs of a parser between two looks at the clock."""


def main() -> int:
    """Run what the command line says."""
    parser = argparse.ArgumentParser(description="Throw bad inputs at Pillion.")
    parser.add_argument("targets", nargs="*", metavar="TARGET", help="default: all")
    parser.add_argument("--count", type=int, default=200_000, help="inputs for each target")
    parser.add_argument("--seconds", type=float, default=float("inf"), help="for each target")
    parser.add_argument("--list", action="store_true", help="name the targets")
    options = parser.parse_args()
    known = ["jsonrpc", *targets.TARGETS]
    if options.list:
        print("\n".join(known))
        return 0
    if unknown := set(options.targets) - set(known):
        parser.error(f"unknown: {', '.join(unknown)}; --list names them")
    logging.disable(logging.WARNING)
    for name in options.targets or known:
        _run(name, options.count, options.seconds)
    return _report(options.targets or known)


def _run(name: str, count: int, seconds: float) -> None:
    began, done = time.monotonic(), 0
    while done < count and time.monotonic() - began < seconds:
        size = min(SESSION if name == "jsonrpc" else BATCH, count - done)
        seed = _reserve(name)
        used, clock = time.process_time(), time.monotonic()
        found = _session(seed, size) if name == "jsonrpc" else _batch(name, seed, size)
        done += size
        cost = time.process_time() - used, time.monotonic() - clock
        _add(name, size, cost, found)
        if found:
            print(f"{name}, seed {seed}: {found[0]}", flush=True)


def _session(seed: int, size: int) -> list[str]:
    try:
        asyncio.run(rpc.play(seed, size))
    except rpc.FuzzError as error:
        return str(error).splitlines()
    return []


def _batch(name: str, seed: int, size: int) -> list[str]:
    found: list[str] = []
    target = targets.TARGETS[name]
    rng = random.Random(seed)
    for _ in range(size):
        data = target.make(rng)
        try:
            target.check(data)
        except Exception:  # noqa: BLE001 - each is a finding.
            place = BUILD / "found" / name
            place.mkdir(parents=True, exist_ok=True)
            (place / f"{seed}-{len(found)}").write_bytes(data)
            found.append(traceback.format_exc().strip().splitlines()[-1][:300])
    return found


def _reserve(name: str) -> int:
    """Return a seed that nobody has used, also not a run beside this one."""
    with _counts() as counts:
        entry = counts.of(name)
        entry["seeds"] += 1
        return int(entry["seeds"])


def _add(name: str, size: int, cost: tuple[float, float], found: list[str]) -> None:
    with _counts() as counts:
        entry = counts.of(name)
        entry["inputs"] += size
        entry["processor_seconds"] = round(entry["processor_seconds"] + cost[0], 3)
        entry["seconds"] = round(entry["seconds"] + cost[1], 3)
        entry["found"] += len(found)


class _counts:  # noqa: N801 - used as a function.
    """The counts so far; written back at the end, one process at a time."""

    def __enter__(self) -> Self:
        BUILD.mkdir(parents=True, exist_ok=True)
        self._file = (BUILD / "counts.json").open("a+", encoding="utf-8")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        self._file.seek(0)
        self.values: dict[str, dict[str, Any]] = json.loads(self._file.read() or "{}")
        return self

    def of(self, name: str) -> dict[str, Any]:
        """Return the entry of a target."""
        nothing = {"inputs": 0, "found": 0, "seeds": 0, "processor_seconds": 0.0, "seconds": 0.0}
        return self.values.setdefault(name, nothing)

    def __exit__(self, *_: object) -> None:
        self._file.truncate(0)
        self._file.write(json.dumps(self.values, indent=1))
        self._file.close()


def _report(names: list[str]) -> int:
    with _counts() as counts:
        values = counts.values
    print("| target | inputs | processor seconds | found |\n| --- | --- | --- | --- |")
    for name in names:
        if name in values:
            one = values[name]
            row = f"| {name} | {one['inputs']:,} | {one['processor_seconds']:,.0f} "
            print(f"{row}| {one['found']} |")
    return int(any(values[name]["found"] for name in names if name in values))


if __name__ == "__main__":
    sys.exit(main())
