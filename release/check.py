"""Build what is released, install it into clean places, and try it there: `make release-check`.

    python release/check.py [STEP]...

Ends with an error at the first thing that does not hold. docs/releasing.md lists the steps.
Only compiled llama.cpp and models come from the user's cache; everything else is made anew.
"""

from __future__ import annotations

import filecmp
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import tomllib
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pillion.base import paths
from pillion.engine import store
from pillion.engine.models import DEFAULT_MODEL

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

ROOT = Path(__file__).parents[1]
OUT = ROOT / "dist" / "release"
BIN = Path(sys.executable).parent
LOCK = ROOT / "release" / "requirements.lock"
VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
WHEEL = OUT / f"pillion-{VERSION}-py3-none-any.whl"
PYTHONS = ("3.11", "3.12", "3.13")


class CheckError(Exception):
    """Something does not hold."""


def main() -> None:
    """Do the steps that the arguments name, or all."""
    chosen = sys.argv[1:] or list(STEPS)
    if unknown := set(chosen) - set(STEPS):
        sys.exit(
            f"There is no step {', '.join(sorted(unknown))}; the steps are {', '.join(STEPS)}."
        )
    OUT.mkdir(parents=True, exist_ok=True)
    os.environ["SOURCE_DATE_EPOCH"] = _run("git", "log", "-1", "--format=%ct").strip()
    for name in chosen:
        print(f"== {name}", flush=True)
        try:
            STEPS[name]()
        except CheckError as error:
            sys.exit(f"release-check: {name}: {error}")
    print("All steps passed.")


# Building


def sdist() -> None:
    """Build the source distribution twice."""
    _twice("--sdist", f"pillion-{VERSION}.tar.gz")


def wheel() -> None:
    """Build the wheel twice."""
    _twice("--wheel", WHEEL.name)


def _twice(kind: str, name: str) -> None:
    def build(folder: Path) -> Path:
        _run(sys.executable, "-m", "build", kind, "--no-isolation", "--outdir", str(folder))
        return folder / name

    _keep_if_same(build, name)


def vsix() -> None:
    """Build the VS Code extension twice."""

    def build(folder: Path) -> Path:
        _run("clients/vscode/build.sh")
        return Path(shutil.copy(ROOT / "clients/vscode/dist/pillion.vsix", folder))

    _keep_if_same(build, f"pillion-{VERSION}.vsix")


def _keep_if_same(build: Callable[[Path], Path], name: str) -> None:
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        one, other = build(Path(first)), build(Path(second))
        if not filecmp.cmp(one, other, shallow=False):
            raise CheckError(f"{name} differs between two builds: {_difference(one, other)}.")
        shutil.copy(one, OUT / name)
    print(f"{name}: two builds are the same, {(OUT / name).stat().st_size:,} bytes")


def _difference(one: Path, other: Path) -> str:
    if not zipfile.is_zipfile(one):
        return "no names"
    with zipfile.ZipFile(one) as first, zipfile.ZipFile(other) as second:
        facts = [
            {(item.filename, item.CRC, item.date_time) for item in archive.infolist()}
            for archive in (first, second)
        ]
    return ", ".join(sorted({name for name, _, _ in facts[0] ^ facts[1]})) or "the order"


def docs() -> None:
    """Build the pages and the site."""
    _run("make", "docs")
    shutil.make_archive(
        str(OUT / f"pillion-{VERSION}-docs"), "zip", ROOT / "dist" / "site" / VERSION
    )


def sbom() -> None:
    """Write the bills of materials: of the locked Python packages, and of the extension."""
    path = OUT / f"pillion-{VERSION}.cdx.json"
    options = ("--output-reproducible", "--pyproject", "pyproject.toml", "--of", "JSON")
    with tempfile.TemporaryDirectory() as folder:
        both = Path(folder) / "all.lock"
        both.write_text(
            "".join(
                lock.read_text(encoding="utf-8") for lock in (LOCK, LOCK.with_name("llama.lock"))
            ),
            encoding="utf-8",
        )
        program = str(BIN / "cyclonedx-py")
        _run(program, "requirements", *options, "--output-file", str(path), str(both))
    text = _run(
        "npm", "sbom", "--sbom-format=cyclonedx", "--package-lock-only", folder="clients/vscode"
    )
    facts = json.loads(text)
    del facts["serialNumber"], facts["metadata"]["timestamp"]
    extension = OUT / f"pillion-{VERSION}-vscode.cdx.json"
    extension.write_text(json.dumps(facts, indent=2) + "\n", encoding="utf-8")
    for written in (path, extension):
        number = len(json.loads(written.read_text(encoding="utf-8"))["components"])
        if not number:
            raise CheckError(f"{written.name} lists nothing.")
        print(f"{written.name}: {number} components")


def sums() -> None:
    """Write SHA256SUMS."""
    files = sorted(path for path in OUT.iterdir() if path.name != "SHA256SUMS")
    lines = [f"{hashlib.sha256(path.read_bytes()).hexdigest()}  {path.name}\n" for path in files]
    (OUT / "SHA256SUMS").write_text("".join(lines), encoding="utf-8")
    print("".join(lines), end="")


# Trying


def install() -> None:
    """Install the wheel into a fresh environment of each Python, and run the demo from there."""
    tried = 0
    for number in PYTHONS:
        python = _python(number)
        if python is None:
            print(f"Python {number}: NOT TRIED, there is none here")
            continue
        with _home() as home:
            _run(python, "-m", "venv", str(home / "venv"))
            here = home / "venv" / "bin"
            pip = (str(here / "python"), "-m", "pip", "--disable-pip-version-check", "--quiet")
            _run(*pip, "install", "--require-hashes", "--requirement", str(LOCK), folder=home)
            _run(*pip, "install", "--no-deps", str(_llama()), str(WHEEL), folder=home)
            _run(*pip, "check", folder=home)
            _try(here / "pillion", home)
            if not (home / "venv/share/man/man1/pillion.1").exists():
                raise CheckError("the manual page was not installed.")
            shown = _run(str(here / "pillion"), "demo", folder=home, home=home)
            if "Traceback" in shown:
                raise CheckError(f"the demo failed with Python {number}.")
            print(f"Python {number}: installed; doctor, completion and demo pass")
        tried += 1
    if not tried:
        raise CheckError("no Python of a supported version was found.")


def tools() -> None:
    """Install the wheel with uv and pipx, and complete code with it."""
    with _home() as home:
        limits = home / "constraints.txt"
        limits.write_text(f"llama-cpp-python=={_llama().name.split('-')[1]}\n", encoding="utf-8")
        variables = {
            "UV_TOOL_DIR": str(home / "uv"),
            "UV_TOOL_BIN_DIR": str(home / "uv-bin"),
            "UV_CACHE_DIR": str(home / "uv-cache"),
            "UV_FIND_LINKS": str(_llama().parent),
            "PIPX_HOME": str(home / "pipx"),
            "PIPX_BIN_DIR": str(home / "pipx-bin"),
            "PIPX_MAN_DIR": str(home / "pipx-man"),
            "PIP_FIND_LINKS": str(_llama().parent),
            "PIP_CONSTRAINT": str(limits),
        }
        uv = (str(BIN / "uv"), "tool", "install", "--python", sys.executable)
        _run(*uv, "--constraints", str(limits), str(WHEEL), folder=home, extra=variables)
        _try(home / "uv-bin" / "pillion", home)
        print("uv tool install: doctor and completion pass")
        pipx = (sys.executable, "-m", "pipx", "install", "--python", sys.executable)
        _run(*pipx, str(WHEEL), folder=home, extra=variables)
        _try(home / "pipx-bin" / "pillion", home)
        if not (home / "pipx-man/man1/pillion.1").exists():
            raise CheckError("pipx does not show the manual page.")
        print("pipx install: doctor and completion pass")


def profile() -> None:
    """Install the vsix into a clean profile of VS Code, as a user does."""
    editors = _run("clients/testing/install.sh").strip()
    path = f"{editors}/programs/node/bin{os.pathsep}{os.environ['PATH']}"
    extra = {"PILLION_EDITORS": editors, "PATH": path}
    shutil.copy(OUT / f"pillion-{VERSION}.vsix", ROOT / "clients/vscode/dist/pillion.vsix")
    command = ("node", "test/run-scenarios.ts", "the vsix sets itself up")
    shown = _run(*command, folder="clients/vscode", extra=extra)
    print("\n".join(shown.splitlines()[-3:]))


def _try(program: Path, home: Path) -> None:
    """See that an installed Pillion finds its grammars and its model, and completes code."""
    if _run(str(program), "--version", folder=home, home=home).split()[-1] != VERSION:
        raise CheckError("another version was installed.")
    found = json.loads(_run(str(program), "doctor", "--no-speed", "--json", folder=home, home=home))
    if wrong := [item["text"] for item in found if item["level"] == "error"]:
        raise CheckError(" ".join(wrong))
    (home / "sum.py").write_text("def add(a, b):\n    return \n", encoding="utf-8")
    command = (str(program), "complete", "sum.py:2:11", "--engine", "inproc", "--json")
    answer = json.loads(_run(*command, folder=home, home=home))
    if "a + b" not in answer["text"]:
        raise CheckError(f"the completion is {answer['text']!r}, reason {answer['reason']!r}.")


def _python(number: str) -> str | None:
    """Return a Python of this version that works; version managers leave names that do not."""
    for name in (
        f"python{number}",
        *sorted(Path.home().glob(f".pyenv/versions/{number}.*/bin/python")),
    ):
        program = shutil.which(str(name))
        if (
            program
            and subprocess.run(
                [program, "-c", "import ensurepip, venv"], capture_output=True, check=False
            ).returncode
            == 0
        ):
            return program
    return None


def _llama() -> Path:
    """Return the wheel of llama.cpp that `make install` has compiled for this processor."""
    makefile = ("make", "--no-print-directory", "--eval", "show: ; @echo $(WHEELS)", "show")
    found = sorted(Path(_run(*makefile).strip()).glob("llama_cpp_python-*.whl"))
    if not found:
        raise CheckError("llama.cpp is not compiled yet: run `make install`.")
    return found[-1]


@contextmanager
def _home() -> Iterator[Path]:
    """Yield an empty home folder outside of the checkout; engines that run there are stopped."""
    with tempfile.TemporaryDirectory(prefix="pillion-home-") as folder:
        home = Path(folder)
        try:
            yield home
        finally:
            for program in (*home.glob("*/bin/pillion"), *home.glob("*-bin/pillion")):
                _run(str(program), "engine", "stop", folder=home, home=home)


def _run(
    *command: str,
    folder: str | Path = ROOT,
    home: Path | None = None,
    extra: dict[str, str] | None = None,
) -> str:
    """Run a program and return its output; with `home`, as a user who has nothing else.

    Raises `CheckError` with the end of what it says.
    """
    environment = os.environ | (extra or {})
    environment = {key: value for key, value in environment.items() if key != "PYTHONPATH"}
    if home:
        own = [key for key in environment if key.startswith(("PILLION_", "XDG_", "VIRTUAL_ENV"))]
        for key in own:
            del environment[key]
        environment |= {"HOME": str(home), "PILLION_MODELS_DIR": str(paths.models_dir().absolute())}
    run = subprocess.run(
        command, cwd=ROOT / folder, env=environment, capture_output=True, text=True, check=False
    )
    if run.returncode:
        said = (run.stdout + run.stderr).strip()[-2000:]
        raise CheckError(f"`{' '.join(command)}` ended with {run.returncode}:\n{said}")
    return run.stdout


STEPS = {
    step.__name__: step for step in (sdist, wheel, vsix, docs, sbom, sums, install, tools, profile)
}

if __name__ == "__main__":
    store.resolve(DEFAULT_MODEL)
    main()
