"""How families of models spell fill-in-the-middle: data in `families.toml`. Pure."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

_PIPED = re.compile(r"<(?=[|\uff5c][^<>\n]{1,40}[|\uff5c]>)")
"""The beginning of what most models read as one token, such as `<|im_end|>`; DeepSeek's have
wider bars."""


@dataclass(frozen=True, slots=True)
class Family:
    """The spelling of one family."""

    name: str
    names: tuple[str, ...]
    prefix: str
    suffix: str
    middle: str

    def text(self, prefix: str, suffix: str, typed: str) -> str:
        """Return the prompt whose answer stands between `prefix` + `typed` and `suffix`."""
        tokens = [token.strip() for token in (self.prefix, self.suffix, self.middle)]
        before, after, now = (harmless(part, tokens) for part in (prefix, suffix, typed))
        return f"{self.prefix}{before}{self.suffix}{after}{self.middle}{now}"


def harmless(text: str, tokens: Iterable[str] = ()) -> str:
    """Return text of the user's in which no model finds special tokens: a blank breaks them.

    `tokens` are those of the model at hand.
    """
    for token in tokens:
        text = text.replace(token, f"{token[0]} {token[1:]}")
    return _PIPED.sub("< ", text)


def family_of(model: str) -> Family | None:
    """Return the family of a model by its name, None if it is unknown."""
    model = model.lower()
    return next((one for one in families() if any(name in model for name in one.names)), None)


def named(name: str) -> Family | None:
    """Return the family of this name."""
    return next((one for one in families() if one.name == name), None)


@cache
def families() -> tuple[Family, ...]:
    """Read the table; not at import, because most users need no remote engine."""
    text = files(__package__).joinpath("families.toml").read_text(encoding="utf-8")
    return tuple(
        Family(**{**one, "names": tuple(one["names"])}) for one in tomllib.loads(text)["family"]
    )
