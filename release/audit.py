"""Look for known vulnerabilities in what is locked, by pip-audit and `npm audit`.

Fails for a vulnerability that is found. Where a database cannot be reached (many networks reach
only a package mirror, without its database), it says so in one line and does not fail: nothing
was looked at then, and nothing is claimed.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[1]
_SECONDS = 240

_UNREACHED = (
    *("ConnectionError", "Max retries", "ReadTimeout", "ConnectTimeout", "ServiceError"),
    *("ENOTFOUND", "ECONNREFUSED", "ECONNRESET", "ETIMEDOUT", "EAI_AGAIN", "network"),
)
"""Words by which the two programs say that nobody has answered."""


class AuditError(Exception):
    """A look failed for another reason than the network."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one look has shown."""

    looked_at: int
    """How many packages the database was asked about, and answered."""
    found: tuple[str, ...]
    """One line for each vulnerability."""
    note: str = ""
    """What was not looked at, and why."""


def main() -> None:
    """Print both verdicts; exit with 1 for a vulnerability."""
    try:
        verdicts = {"pip-audit": _python(), "npm audit": _npm()}
    except AuditError as error:
        sys.exit(str(error))
    for name, verdict in verdicts.items():
        for line in verdict.found:
            print(f"{name}: VULNERABLE: {line}")
        print(f"{name}: {verdict.looked_at} packages looked at, {len(verdict.found)} findings.")
        if verdict.note:
            print(f"{name}: NOTE: {verdict.note}")
    sys.exit(any(verdict.found for verdict in verdicts.values()))


def judge_python(report: dict[str, Any]) -> Verdict:
    """Read what `pip-audit --format json` has printed."""
    asked = [item for item in report["dependencies"] if "skip_reason" not in item]
    skipped = [item["name"] for item in report["dependencies"] if "skip_reason" in item]
    found = tuple(
        f"{item['name']} {item['version']}: {flaw['id']}, fixed in "
        f"{', '.join(flaw['fix_versions']) or 'no version'}"
        for item in asked
        for flaw in item["vulns"]
    )
    note = f"the database told nothing about {', '.join(skipped)}." if skipped else ""
    if not asked:
        note = "the database cannot be reached from here, so nothing was looked at."
    return Verdict(len(asked), found, note)


def judge_npm(report: dict[str, Any]) -> Verdict:
    """Read what `npm audit --json` has printed."""
    if "vulnerabilities" not in report:
        said = report.get("message") or report.get("error", {}).get("summary") or "no answer"
        text = " ".join(str(said).split())
        if "statusCode" in report or any(word in text for word in _UNREACHED):
            return Verdict(0, (), f"the database cannot be reached from here ({text}).")
        raise AuditError(f"npm audit failed: {text}")
    found = tuple(
        f"{name} {item['range']}: {item['severity']}"
        for name, item in sorted(report["vulnerabilities"].items())
    )
    return Verdict(report["metadata"]["dependencies"]["total"], found)


def _python() -> Verdict:
    locks = [str(ROOT / "release" / f"{name}.lock") for name in ("requirements", "llama")]
    files = [part for lock in locks for part in ("--requirement", lock)]
    program = Path(sys.executable).with_name("pip-audit")
    run = _run([str(program), "--format", "json", "--disable-pip", *files], ROOT)
    if run.stdout:
        return judge_python(json.loads(run.stdout))
    last = (run.stderr.strip().splitlines() or ["it said nothing"])[-1]
    if any(word in run.stderr for word in _UNREACHED):
        return Verdict(0, (), f"the database cannot be reached from here ({last}).")
    raise AuditError(f"pip-audit failed: {last}")


def _npm() -> Verdict:
    npm = shutil.which("npm")
    if npm is None:
        return Verdict(0, (), "there is no npm here.")
    command = [npm, "audit", "--json", "--package-lock-only"]
    return judge_npm(json.loads(_run(command, ROOT / "clients" / "vscode").stdout or "{}"))


def _run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    """Run a program, whose exit code says no more than its output."""
    return subprocess.run(
        command, cwd=folder, capture_output=True, text=True, timeout=_SECONDS, check=False
    )


if __name__ == "__main__":
    main()
