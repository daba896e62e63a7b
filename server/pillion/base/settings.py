"""The one table of settings: name, type, default and help.

`docs/settings.md` and the editor extensions' settings are generated from it.
A wrong value never stops the server: it warns and keeps the default (`from_json`).
"""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field, fields
from typing import TYPE_CHECKING, Any, cast, get_type_hints

if TYPE_CHECKING:
    from collections.abc import Mapping


@dataclass(frozen=True, slots=True)
class Meta:
    """What a setting is called outside the program, and which values it takes."""

    key: str
    help: str
    choices: tuple[str, ...] = ()
    minimum: int | None = None
    maximum: int | None = None
    pattern: str = ""
    """A regular expression that each text of a list matches."""


_ENDPOINT = (
    r"(local|((auto|llama-server|openai|ollama) +)?https?://[^\s?#@]+"
    r"( +(model|fim|key|slot)=\S+)*)"
)
"""A remote engine; `pillion.engine.http.endpoint` reads it."""


def _setting(
    key: str,
    default: object,
    help_: str,
    *,
    choices: tuple[str, ...] = (),
    minimum: int | None = None,
    maximum: int | None = None,
    pattern: str = "",
) -> Any:
    meta = Meta(key, help_, choices, minimum, maximum, pattern)
    return field(default=default, metadata={"meta": meta})


@dataclass(frozen=True, slots=True)
class Settings:
    """All settings. The key of each in an editor is `pillion.` + `Meta.key`."""

    enable: bool = _setting("enable", True, "Offer inline completions.")
    disabled_languages: tuple[str, ...] = _setting(
        "disabledLanguages", (), "Language ids for which nothing is offered, such as `markdown`."
    )
    model: str = _setting(
        "model",
        "qwen2.5-coder-0.5b",
        "Name of a model of the catalogue (`pillion models list`), or the path of a GGUF file.",
    )
    threads: int = _setting(
        "engine.threads", 0, "Threads for the model; 0 means one per core.", minimum=0, maximum=256
    )
    gpu_layers: int = _setting(
        "engine.gpuLayers",
        -1,
        "Model layers to put on the GPU; -1 means all that fit. Ignored without a GPU.",
        minimum=-1,
        maximum=1000,
    )
    engine_mode: str = _setting(
        "engine.mode",
        "shared",
        "`shared` runs the model in one process for all editor windows, `inproc` in each server.",
        choices=("shared", "inproc"),
    )
    engine_idle_seconds: int = _setting(
        "engine.idleSeconds",
        60,
        "Seconds that a shared engine outlives the last editor window; then its memory is free.",
        minimum=0,
        maximum=86400,
    )
    remote_servers: tuple[str, ...] = _setting(
        "engine.remote.servers",
        (),
        "Engines on other machines to use in place of the local model, best first, such as "
        "`http://gpu:8080` or `openai https://llm.example.com/v1 model=NAME key=NAME`; see "
        "docs/team.md. Code is sent there. Empty: nothing leaves this machine.",
        pattern=_ENDPOINT,
    )
    remote_completion: tuple[str, ...] = _setting(
        "engine.remote.completion",
        (),
        "Other engines for completion alone; `local` is the model on this machine.",
        pattern=_ENDPOINT,
    )
    remote_chat: tuple[str, ...] = _setting(
        "engine.remote.chat", (), "Other engines for conversations alone.", pattern=_ENDPOINT
    )
    remote_edits: tuple[str, ...] = _setting(
        "engine.remote.edits",
        (),
        "Other engines for edits, fixes and tests alone.",
        pattern=_ENDPOINT,
    )
    remote_fallback: bool = _setting(
        "engine.remote.fallback",
        True,
        "Answer with the model on this machine while no remote engine can be reached, and for "
        "folders whose code must not be sent.",
    )
    remote_exclude: tuple[str, ...] = _setting(
        "engine.remote.exclude",
        (),
        "Files that are never sent to a remote engine, as patterns of a `.gitignore` at the root "
        "of the workspace; `*` is all of it.",
    )
    remote_ca: str = _setting(
        "engine.remote.ca",
        "",
        "A file with certificates (PEM) to trust for remote engines, besides those of the system.",
    )
    context_before: int = _setting(
        "completion.contextBefore",
        1024,
        "Tokens of the document before the cursor that the model sees, at most.",
        minimum=64,
        maximum=8192,
    )
    context_after: int = _setting(
        "completion.contextAfter",
        256,
        "Tokens of the document after the cursor that the model sees, at most.",
        minimum=0,
        maximum=4096,
    )
    prompt_tokens: int = _setting(
        "context.promptTokens",
        1200,
        "Tokens that the model reads for one suggestion, at most: the document around the cursor "
        "and code from elsewhere in the workspace together.",
        minimum=256,
        maximum=16384,
    )
    context_exclude: tuple[str, ...] = _setting(
        "context.exclude",
        (),
        "Patterns of files that are never read, as in a `.gitignore` at the root of the workspace.",
    )
    context_index: bool = _setting(
        "context.index",
        True,
        "Keep an index of the workspace's files in the cache folder, to know what is defined "
        "where.",
    )
    chat_tokens: int = _setting(
        "chat.contextTokens",
        4096,
        "Tokens that the model holds of a conversation or an edit, at most: what it reads of the "
        "code, what was said, and its answer together. More takes more memory.",
        minimum=1024,
        maximum=131072,
    )
    edit_rounds: int = _setting(
        "edit.rounds",
        2,
        "How often the model may mend an edit that fails a check, such as one that does not parse.",
        minimum=0,
        maximum=3,
    )
    edit_linters: bool = _setting(
        "edit.linters",
        False,
        "Run the linters and the type checker that the project has settings for (ruff, mypy, "
        "eslint, tsc) on what the model wrote, before it is shown. Off: no program of a project "
        "is run for it.",
    )
    chat_max_tokens: int = _setting(
        "chat.maxTokens",
        512,
        "Tokens the model may write for one answer of the chat.",
        minimum=16,
        maximum=8192,
    )
    chat_read_seconds: int = _setting(
        "chat.readSeconds",
        5,
        "Seconds that the model may take to read the code around the cursor for a question to "
        "which nothing was attached. What is attached is read however long it takes.",
        minimum=0,
        maximum=600,
    )
    chat_ask_seconds: int = _setting(
        "chat.askSeconds",
        20,
        "Seconds that the chat may take to find out whether a request for code is clear, before "
        "it writes code or asks a question; 0 means that it never asks.",
        minimum=0,
        maximum=600,
    )
    chat_level: str = _setting(
        "chat.level",
        "knows",
        "Whom the chat explains things to: `knows` is somebody who programs, `new` somebody who "
        "learns it.",
        choices=("knows", "new"),
    )
    run_tests: bool = _setting(
        "repair.runTests",
        False,
        "Run the project's tests, in a sandbox and on a copy, to fix what fails and to write "
        "tests. Off: nothing of a project is ever run by the editor's actions.",
    )
    test_command: str = _setting(
        "repair.testCommand",
        "",
        "How the project's tests are run, such as `python -m pytest tests/unit`; found out from "
        "the project's files where it is empty.",
    )
    test_seconds: int = _setting(
        "repair.testSeconds",
        60,
        "Seconds that one run of the project's tests may take.",
        minimum=1,
        maximum=3600,
    )
    max_tokens: int = _setting(
        "completion.maxTokens",
        96,
        "Tokens the model may write for one suggestion.",
        minimum=1,
        maximum=1024,
    )
    lines: str = _setting(
        "completion.lines",
        "auto",
        "`single` stops at the end of the line, `auto` completes whole blocks where one begins.",
        choices=("auto", "single"),
    )
    eagerness: str = _setting(
        "completion.eagerness",
        "eager",
        "`eager` shows every suggestion, `balanced` and `careful` only those that the model was "
        "sure or very sure of, `off` none that you did not ask for with a key.",
        choices=("eager", "balanced", "careful", "off"),
    )
    comments: bool = _setting(
        "completion.comments",
        True,
        "Suggest text in comments, too; documentation in strings is not meant.",
    )
    cold_ms: int = _setting(
        "latency.coldMs",
        1500,
        "Milliseconds that the first suggestion at a new place may take; the code that the model "
        "sees at first is cut to that.",
        minimum=200,
        maximum=60000,
    )
    statistics: bool = _setting(
        "statistics",
        True,
        "Count on this machine how often suggestions are shown, accepted, dismissed and kept, for "
        "`pillion stats`; never more than the event and the day.",
    )
    debounce_ms: int = _setting(
        "completion.debounceMs",
        30,
        "Milliseconds of quiet before an automatic request reaches the model.",
        minimum=0,
        maximum=5000,
    )

    @property
    def remote(self) -> tuple[str, ...]:
        """The remote engines that are named, for whatever purpose; empty for none."""
        named = (
            *self.remote_servers,
            *self.remote_completion,
            *self.remote_chat,
            *self.remote_edits,
        )
        return tuple(name for name in dict.fromkeys(named) if name != "local")

    @property
    def left_out(self) -> tuple[str, ...]:
        """What is never read: with a remote engine that includes what must not be sent."""
        return (*self.context_exclude, *(self.remote_exclude if self.remote else ()))


def table() -> list[tuple[str, Meta, object, object]]:
    """Return one row per setting: field name, meta, type, default."""
    hints = _hints()
    return [
        (f.name, cast("Meta", f.metadata["meta"]), hints[f.name], f.default)
        for f in fields(Settings)
    ]


@functools.cache
def _hints() -> Mapping[str, object]:
    return get_type_hints(Settings)


def from_json(values: Mapping[str, object] | None) -> tuple[Settings, list[str]]:
    """Build settings from an editor's JSON, nested or with dotted keys.

    Returns the settings and one warning per value that was unknown or of the wrong kind;
    such a value keeps its default.
    """
    flat = _flatten(values or {})
    warnings: list[str] = []
    chosen: dict[str, Any] = {}
    known = {meta.key: (name, meta, type_) for name, meta, type_, _ in table()}
    for key, value in flat.items():
        if key not in known:
            warnings.append(f"Unknown setting `pillion.{key}`.")
            continue
        name, meta, type_ = known[key]
        if value is None:
            continue
        problem = _problem(value, meta, type_)
        if problem:
            warnings.append(f"Setting `pillion.{key}` {problem}; using the default instead.")
        else:
            chosen[name] = tuple(value) if isinstance(value, list) else value
    return Settings(**chosen), warnings


def _flatten(values: Mapping[str, object], prefix: str = "") -> dict[str, object]:
    flat: dict[str, object] = {}
    for key, value in values.items():
        if isinstance(value, dict):
            flat |= _flatten(value, f"{prefix}{key}.")
        else:
            flat[prefix + str(key)] = value
    return flat


def _problem(value: object, meta: Meta, type_: object) -> str | None:
    if type_ is bool:
        return None if isinstance(value, bool) else "must be true or false"
    if type_ is int:
        if not isinstance(value, int) or isinstance(value, bool):
            return "must be a whole number"
        too_low = meta.minimum is not None and value < meta.minimum
        too_high = meta.maximum is not None and value > meta.maximum
        return f"must be from {meta.minimum} to {meta.maximum}" if too_low or too_high else None
    if type_ is str:
        if not isinstance(value, str):
            return "must be a string"
        wrong = meta.choices and value not in meta.choices
        return f"must be one of {', '.join(meta.choices)}" if wrong else None
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        return "must be a list of strings"
    if meta.pattern and not all(re.fullmatch(meta.pattern, item) for item in value):
        return "has an entry of a form that is not known"
    return None
