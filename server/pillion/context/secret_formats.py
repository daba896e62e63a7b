"""Secrets that are known by their own shape: gitleaks' rules, and a few beside them.

gitleaks' rules are maintained by many and cover some 200 services. They come with the package
`secretscreen`, of which only this file of data is read: nothing of it is imported. A rule is
compiled when one of its keywords is first seen. Line by line; no network, nothing is verified.
"""

from __future__ import annotations

import logging
import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pillion.context.randomness import decoded, entropy, is_placeholder, looks_random

if TYPE_CHECKING:
    from collections.abc import Iterator

_log = logging.getLogger(__name__)

_LEFT_OUT = frozenset(
    {
        # `pillion.context.secret_names` does the same with fewer false alarms and more languages.
        "generic-api-key",
        "hashicorp-tf-password",
        # `pillion.context.key_blocks` finds keys across lines, and those that have no end yet.
        "private-key",
        # They look across many lines, where decisions would depend on what is typed elsewhere.
        "kubernetes-secret-yaml",
        # The name of a file, which `pillion.context.exclusion` knows.
        "pkcs12-file",
    }
)

_LONG_RUN = re.compile(r"[\w\-/+=.~:%@]{15}")
"""Every token of gitleaks' has one; nearly no line of code does, and then no rule is tried."""


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """One format."""

    id: str
    keywords: tuple[str, ...]
    source: str
    group: int = 0
    entropy: float = 0.0
    allowed: tuple[str, ...] = ()
    """What a secret never looks like."""
    decodes_to: str = ""
    """The secret must be base64 of something that holds this."""
    random: bool = False
    """The secret must look random."""
    shell: bool = False
    """In code, the secret must look random: what follows `--password` may be a name there."""

    def spans(self, line: str, *, loose: bool = True) -> Iterator[tuple[int, int]]:
        """Yield where the secrets are."""
        for match in _compiled(self.source).finditer(line):
            group = self.group or next((n for n, found in enumerate(match.groups(), 1) if found), 0)
            if self._holds(match[group], loose=loose):
                yield match.span(group)

    def _holds(self, secret: str, *, loose: bool) -> bool:
        if is_placeholder(secret):
            return False
        if self.decodes_to and self.decodes_to not in decoded(secret):
            return False
        if (self.random or (self.shell and not loose)) and not looks_random(secret):
            return False
        if any(_compiled(source).search(secret) for source in self.allowed):
            return False
        return not self.entropy or entropy(secret) >= self.entropy


def spans(line: str, *, loose: bool) -> Iterator[tuple[int, int]]:
    """Yield where secrets of a known format are in a line; `loose` means that it is not code."""
    small = line.lower()
    own, others = rules()
    for rule in own:
        if any(word in small for word in rule.keywords):
            yield from rule.spans(line, loose=loose)
    if not _LONG_RUN.search(line):
        return
    for keyword, found in others.items():
        if keyword in small:
            for rule in found:
                yield from rule.spans(line)


@cache
def rules() -> tuple[tuple[Rule, ...], dict[str, list[Rule]]]:
    """Return the rules of our own, and gitleaks' by keyword."""
    own = resources.files(__package__).joinpath("secret_formats.toml").read_text(encoding="utf-8")
    by_keyword: dict[str, list[Rule]] = {}
    for rule in map(_rule, _gitleaks()):
        if rule and rule.id not in _LEFT_OUT:
            for keyword in rule.keywords:
                by_keyword.setdefault(keyword, []).append(rule)
    return tuple(filter(None, map(_rule, tomllib.loads(own)["rules"]))), by_keyword


def _gitleaks() -> list[dict[str, Any]]:
    spec = find_spec("secretscreen")
    if spec is None or spec.origin is None:
        _log.error("The package secretscreen is missing: install Pillion again.")
        return []
    text = Path(spec.origin).with_name("gitleaks.toml").read_text(encoding="utf-8")
    found: list[dict[str, Any]] = tomllib.loads(text)["rules"]
    return found


def _rule(table: dict[str, Any]) -> Rule | None:
    if "regex" not in table:
        return None
    return Rule(
        table["id"],
        tuple(word.lower() for word in table["keywords"]),
        table["regex"],
        table.get("secretGroup", 0),
        table.get("entropy", 0.0),
        tuple(
            source
            for allowed in table.get("allowlists", ())
            if allowed.get("regexTarget", "secret") == "secret"
            for source in allowed.get("regexes", ())
        ),
        table.get("decodes_to", ""),
        table.get("random", False),
        table.get("shell", False),
    )


@cache
def _compiled(source: str) -> re.Pattern[str]:
    """Compile a rule; gitleaks writes for Go, where flags may stand anywhere and z is the end."""
    flags = re.IGNORECASE if "(?i)" in source else re.NOFLAG
    return re.compile(source.replace("(?i)", "").replace(r"\z", r"\Z"), flags)
