"""`pillion doctor`: what is installed, which model, how fast, what is wrong and how to mend it."""

from __future__ import annotations

import functools
import json
import platform
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from pillion.assist import contract
from pillion.base.errors import EngineDiedError, PillionError
from pillion.base.settings import Settings
from pillion.commands.doctor_engines import examine_engines
from pillion.commands.doctor_file import examine_file
from pillion.commands.doctor_folders import examine_folders
from pillion.commands.doctor_program import examine_program, recompile
from pillion.commands.doctor_remote import examine_remote
from pillion.commands.finding import Finding, show
from pillion.commands.pull_progress import PullDisplay
from pillion.engine import models, probe, store
from pillion.syntax.grammars import query_of
from pillion.syntax.languages import languages

if TYPE_CHECKING:
    from pillion.commands.finding import Level
    from pillion.engine.models import CatalogueModel
    from pillion.engine.probe import Speed

_RUNS = frozenset({"model", "packages", "llama.cpp"})
"""What must be right before the model can run."""

_SLOW_DECODE = 5.0
"""Tokens per second below which a line takes longer than a user waits: about ten tokens."""


@click.command()
@click.argument("file", nargs=-1, type=click.Path(path_type=Path))
@click.option("--model", help="Name of a catalogue model, or the path of a GGUF file.")
@click.option(
    "--remote",
    multiple=True,
    metavar="ENDPOINT",
    help="Look at this remote engine instead of the local one; a text of our own is sent to it.",
)
@click.option("--no-speed", is_flag=True, help="Do not run the model.")
@click.option(
    "--fix",
    is_flag=True,
    help="Mend what can be mended: get the model, open folders, clear away dead engines.",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def doctor(
    file: tuple[Path, ...],
    model: str | None,
    remote: tuple[str, ...],
    *,
    no_speed: bool,
    fix: bool,
    as_json: bool,
) -> None:
    """Tell what is installed, which model, how fast it is, and how to mend what is wrong.

    With FILE, tell whether the model may see that file: why it is never read, or how many secrets
    are hidden in it. Nothing of what is in it is printed.

    Ends with exit code 1 if something is wrong that keeps Pillion from working.
    """
    settings = Settings() if model is None else replace(Settings(), model=model)
    if file:
        findings = [examine_file(path) for path in file]
    else:
        done = mend(settings) if fix else []
        findings = [*done, *examine(settings, speed=not no_speed, remote=remote)]
    if as_json:
        click.echo(json.dumps([finding.to_json() for finding in findings], ensure_ascii=False))
    else:
        show(findings)
    if any(finding.level == "error" for finding in findings):
        raise click.exceptions.Exit(1)


def examine(settings: Settings, *, speed: bool, remote: tuple[str, ...] = ()) -> list[Finding]:
    """Look at everything; never raises for a fault that it can report.

    Uses no network but for the `remote` engines, which it looks at instead of the local one.
    """
    basics = [*examine_program(), _grammars(), *examine_folders()]
    if remote:
        return [*basics, *examine_remote(remote, settings)]
    findings = [*basics, *examine_engines(), *examine_remote((), settings), _model(settings)]
    if speed and not any(item.level == "error" for item in findings if item.subject in _RUNS):
        findings.extend(_speed(settings))
    return findings


def mend(settings: Settings) -> list[Finding]:
    """Mend what can be mended, one after the other; return what has come of it.

    Looks anew after each, because one fault may hide another: a model in a closed folder.
    """
    done: list[Finding] = []
    tried: set[str] = set()
    while True:
        found = [*examine_folders(), *examine_engines(), _model(settings)]
        left = [item for item in found if item.fix and item.text not in tried]
        if not left:
            return done
        tried.add(left[0].text)
        done.append(left[0].mended())


def _grammars() -> Finding:
    parsed = [language for language in languages() if language.grammar]
    broken = [
        language.name
        for language in parsed
        if not all(query_of(language, question) for question in ("site", "borders"))
    ]
    if broken or not parsed:
        text = f"No parser for {', '.join(broken) or 'any language'}: suggestions are unchecked."
        return Finding("error", "grammars", text, "Install Pillion again.")
    return Finding("ok", "grammars", ", ".join(language.name for language in parsed))


def _model(settings: Settings) -> Finding:
    try:
        file = store.resolve(settings.model)
    except PillionError as error:
        known = next((item for item in models.catalogue() if item.name == settings.model), None)
        if known is None:
            return Finding("error", "model", str(error), "Name a model of `pillion models list`.")
        mend = "Run `pillion models pull` or `pillion doctor --fix`."
        return Finding("error", "model", str(error), mend, fix=functools.partial(_pull, known))
    text = f"{file.name}, {file.size / 1e6:.0f} MB, {file.path}"
    if not file.verified:
        return Finding("warning", "model", f"{text}. {file.note}")
    data: dict[str, object] = {"name": file.name, "path": str(file.path), "sha256": file.sha256}
    return Finding("ok", "model", f"{text}, SHA-256 verified", data=data)


def _pull(model: CatalogueModel) -> str:
    with PullDisplay(model.name) as display:
        file = store.pull(model, report=display)
    return f"{file.name} is at {file.path}."


def _speed(settings: Settings) -> list[Finding]:
    try:
        speed = probe.measure(
            settings.model, threads=settings.threads, gpu_layers=settings.gpu_layers
        )
    except EngineDiedError as error:
        return [Finding("error", "speed", str(error), recompile())]
    except PillionError as error:
        return [Finding("error", "speed", str(error))]
    text = (
        f"reads {speed.prefill_tokens_per_second:.0f} tokens/s, "
        f"writes {speed.decode_tokens_per_second:.0f} tokens/s on {speed.threads} threads; "
        f"loads in {speed.load_seconds:.1f} s, {speed.resident_bytes / 1e6:.0f} MB"
    )
    level: Level = "ok"
    mend = ""
    if speed.decode_tokens_per_second < _SLOW_DECODE:
        level, mend = "warning", "This is slow: close other programs, or choose a smaller model."
    return [
        Finding(level, "speed", text, mend, asdict(speed)),
        _budget(speed, settings),
        _build(speed),
    ]


def _budget(speed: Speed, settings: Settings) -> Finding:
    measured = contract.Speed(speed.prefill_tokens_per_second, speed.decode_tokens_per_second)
    allowed = contract.plan(measured, settings)
    data = allowed.to_json()
    text = (
        f"first suggestion at a new place from {data['firstWindow']} tokens of code within "
        f"{settings.cold_ms} ms, later ones from {data['window']}; up to {data['suggestion']} "
        f"tokens each, {'blocks and lines' if allowed.blocks else 'single lines only'}"
    )
    return Finding("ok", "budget", text, data=dict(data))


def _build(speed: Speed) -> Finding:
    flags = [part.strip() for part in speed.system.replace("CPU :", "").split("|")]
    names = [flag.removesuffix(" = 1") for flag in flags if flag.endswith(" = 1")]
    where = "runs on the GPU" if speed.on_gpu else "runs on the processor"
    text = f"{where}; built for " + (", ".join(names) or "any processor")
    if platform.machine() == "x86_64" and "AVX2" not in names:
        mend = "Compile it on this machine (docs/install.md): it will be several times faster."
        return Finding("warning", "llama.cpp", text, mend)
    return Finding("ok", "llama.cpp", text)
