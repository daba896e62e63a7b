"""What is released is pinned, licensed, complete, and the same whenever it is built."""

from __future__ import annotations

import importlib.util
import json
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path
from types import ModuleType

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from pillion import __version__
from pillion.cli import cli
from pillion.commands.docs_shell import shell_files
from pillion.engine.models import HttpSource, WheelsSource, catalogue

ROOT = Path(__file__).parents[2]
RELEASE = ROOT / "release"
VSCODE = ROOT / "clients" / "vscode"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]


def script(name: str) -> ModuleType:
    """Return a module of `release/`, which is no package."""
    spec = importlib.util.spec_from_file_location(f"release_{name}", RELEASE / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def locked(name: str) -> dict[str, list[str]]:
    """Return the versions of each package of a lock file; every one of them has its hashes."""
    entries = (
        (RELEASE / f"{name}.lock").read_text(encoding="utf-8").replace("\\\n", "").splitlines()
    )
    found: dict[str, list[str]] = {}
    for entry in entries:
        match = re.fullmatch(
            r"([a-z0-9-]+)==(\S+)( ; [^#]*?)?((?:\s+--hash=sha256:[0-9a-f]{64})+)\s*", entry
        )
        assert match, entry
        found.setdefault(match[1], []).append(match[2])
    return found


# Pinned


def test_the_lock_files_satisfy_all_dependencies() -> None:
    """Also those of the dependencies: pip checks the whole set when it installs by hash."""
    pinned = locked("requirements") | locked("llama")
    for line in PROJECT["dependencies"]:
        wanted = Requirement(line)
        assert all(version in wanted.specifier for version in pinned[wanted.name]), line


def test_one_version_of_llama_cpp_python_is_named_everywhere() -> None:
    (version,) = locked("llama")["llama-cpp-python"]
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert re.search(rf"^LLAMA := {re.escape(version)}$", makefile, re.MULTILINE)
    assert f'LLAMA = "{version}"' in (VSCODE / "python/install.py").read_text(encoding="utf-8")
    assert version in SpecifierSet(">=0.3.36,<0.4")


def test_the_versions_are_one() -> None:
    package = json.loads((VSCODE / "package.json").read_text(encoding="utf-8"))
    assert __version__ == PROJECT["version"] == package["version"]


@pytest.mark.parametrize("model", catalogue(), ids=lambda model: model.name)
def test_models_are_pinned_by_hash_in_whole_and_in_part(model: object) -> None:
    assert isinstance(model, type(catalogue()[0]))
    assert re.fullmatch("[0-9a-f]{64}", model.sha256)
    for source in model.sources:
        if isinstance(source, HttpSource):
            assert source.url.startswith("https://")
        else:
            assert isinstance(source, WheelsSource)
            assert sum(part.size for part in source.parts) == model.size
            assert all(re.fullmatch("[0-9a-f]{64}", part.sha256) for part in source.parts)
            assert all(re.fullmatch(r"\d+(\.\d+)+", part.version) for part in source.parts)


def test_the_extension_downloads_by_hash_only() -> None:
    """Every call of pip that reaches an index has `--require-hashes`."""
    text = (VSCODE / "python/install.py").read_text(encoding="utf-8")
    assert text.count('"--require-hashes"') == 2
    assert "import urllib" not in text
    build = (VSCODE / "build.sh").read_text(encoding="utf-8")
    assert "requirements.lock" in build
    assert "llama.lock" in build
    assert "!server/*.lock" in (VSCODE / ".vscodeignore").read_text(encoding="utf-8")


def test_packages_of_the_extension_are_pinned() -> None:
    package = json.loads((VSCODE / "package.json").read_text(encoding="utf-8"))
    lock = json.loads((VSCODE / "package-lock.json").read_text(encoding="utf-8"))["packages"]
    assert "dependencies" not in package
    for name, version in package["devDependencies"].items():
        assert lock[f"node_modules/{name}"]["version"] == version
    for path, entry in lock.items():
        assert not path or entry.get("integrity", "").startswith("sha512-"), path


def test_imports_and_dependencies_agree() -> None:
    """Each import is declared as a dependency, and each dependency is used."""
    command = [sys.executable, "-m", "deptry", "server", "--no-ansi"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr


# Licences


def test_the_page_of_licences_is_fresh() -> None:
    page = script("licences").page()
    assert (ROOT / "docs" / "licences.md").read_text(encoding="utf-8") == page, "run `make docs`"


@pytest.mark.parametrize(
    "licence", ["GPL-3.0-only", "MIT AND AGPL-3.0-or-later", "", "Proprietary"]
)
def test_other_licences_are_refused(licence: str) -> None:
    licences = script("licences")
    with pytest.raises(licences.LicenceError):
        licences.check({"package": licence}, {"MIT", "BSD-3-Clause"})
    licences.check({"package": "MIT AND BSD-3-Clause"}, {"MIT", "BSD-3-Clause"})


# Vulnerabilities


FLAW = {"id": "PYSEC-1", "fix_versions": ["2.0"], "aliases": [], "description": ""}


def test_a_vulnerable_python_package_is_found() -> None:
    audit = script("audit")
    entry = {"name": "jinja2", "version": "1.0", "vulns": [FLAW]}
    skipped = {"name": "other", "skip_reason": "not found"}
    verdict = audit.judge_python({"dependencies": [entry, skipped]})
    assert verdict.found == ("jinja2 1.0: PYSEC-1, fixed in 2.0",)
    assert "other" in verdict.note
    assert audit.judge_python({"dependencies": [entry | {"vulns": []}]}) == audit.Verdict(1, ())


def test_a_database_out_of_reach_is_told_and_claims_nothing() -> None:
    audit = script("audit")
    skipped = {"name": "jinja2", "skip_reason": "Dependency not found on PyPI"}
    verdicts = [
        audit.judge_python({"dependencies": [skipped]}),
        audit.judge_npm({"message": "405 Method Not Allowed", "statusCode": 405}),
        audit.judge_npm({"error": {"code": "ENOTFOUND", "summary": "request failed: ENOTFOUND"}}),
    ]
    for verdict in verdicts:
        assert (verdict.looked_at, verdict.found) == (0, ())
        assert "cannot be reached" in verdict.note


def test_a_vulnerable_package_of_the_extension_is_found() -> None:
    audit = script("audit")
    item = {"range": "<2.0.2", "severity": "high"}
    total = {"dependencies": {"total": 299}}
    verdict = audit.judge_npm({"vulnerabilities": {"brace-expansion": item}, "metadata": total})
    assert verdict.found == ("brace-expansion <2.0.2: high",)
    with pytest.raises(audit.AuditError):
        audit.judge_npm({"error": {"code": "ENOLOCK", "summary": "there is no lock file"}})


# Shells and man


def test_completions_and_the_manual_page_are_fresh() -> None:
    for path, text in shell_files(cli).items():
        assert (RELEASE / "share" / path).read_text(encoding="utf-8") == text, "run `make docs`"


def test_bash_completes_commands_and_options(tmp_path: Path) -> None:
    """The installed completion, in a real bash, with the real program."""
    file = RELEASE / "share/bash-completion/completions/pillion"
    program = Path(sys.executable).with_name("pillion")

    def completed(*words: str) -> set[str]:
        line = " ".join(f"'{word}'" for word in words)
        code = (
            f"source {file}; COMP_WORDS=({line}); COMP_CWORD={len(words) - 1}; "
            f"_pillion_completion {program}; printf '%s\\n' \"${{COMPREPLY[@]}}\""
        )
        command = ["bash", "--norc", "-c", code]
        run = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True)
        return set(run.stdout.split())

    assert completed("pillion", "do") == {"doctor", "docs"}
    assert completed("pillion", "doctor", "--no") == {"--no-speed"}
    assert "pull" in completed("pillion", "models", "pu")


def test_completing_a_command_imports_no_command() -> None:
    code = (
        "import sys, click; from pillion.cli import cli\n"
        "found = cli.shell_complete(click.Context(cli), 'se')\n"
        "assert [item.value for item in found] == ['serve'], found\n"
        "print([name for name in sys.modules if name.startswith('pillion.commands.')])"
    )
    command = [sys.executable, "-c", code]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "['pillion.commands.lazy']"


# Built


def build(folder: Path) -> Path:
    command = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder)]
    subprocess.run([*command, str(ROOT)], capture_output=True, check=True)
    (built,) = folder.glob("*.whl")
    return built


def test_two_builds_of_the_wheel_are_the_same(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "1700000000")
    one, other = build(tmp_path / "one"), build(tmp_path / "other")
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        names = archive.namelist()
    data = f"pillion-{__version__}.data/data/share/"
    for path in shell_files(cli):
        assert data + path in names


def test_the_site_is_built_strictly_and_asks_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = tmp_path / "site"
    monkeypatch.setenv("PILLION_SITE", str(site / __version__))
    monkeypatch.setenv("NO_MKDOCS_2_WARNING", "1")
    for number in ("0.0.9", "0.0.10"):
        (site / number).mkdir(parents=True)
        (site / number / "index.html").touch()
    command = [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet"]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    pages = list((site / __version__).glob("*.html"))
    assert {path.stem for path in (ROOT / "docs").glob("*.md")} <= {page.stem for page in pages}
    loads = re.compile(
        r"<(?:script|img|iframe|link rel=\"?(?!canonical)\w+)[^>]*(?:src|href)=\"?(?:https?:)?//"
    )
    for page in pages:
        assert not loads.findall(page.read_text(encoding="utf-8")), page.name
    listed = json.loads((site / "versions.json").read_text(encoding="utf-8"))
    assert [item["version"] for item in listed] == [__version__, "0.0.10", "0.0.9"]
    assert f"{__version__}/index.html" in (site / "index.html").read_text(encoding="utf-8")
