"""One server, as the settings name it: an address, and what cannot be found out by asking.

http://gpu:8080
openai https://llm.example.com/v1 model=qwen2.5-coder-32b key=team
"""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, fields
from enum import StrEnum

import httpx

from pillion.base.errors import UsageError

LOCAL = "local"
"""Stands for the local model in the settings, where another engine may be named."""


class Kind(StrEnum):
    """What a server speaks."""

    AUTO = "auto"
    LLAMA_SERVER = "llama-server"
    OPENAI = "openai"
    OLLAMA = "ollama"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One server and how to use it."""

    url: str
    """Without a slash at the end."""
    kind: Kind = Kind.AUTO
    model: str = ""
    """The server's own name for it; empty for the first it has."""
    fim: str = ""
    """How it fills in the middle: a family of `families.toml`, `suffix` or `none`."""
    key: str = ""
    """The name of the key, never the key itself."""
    slot: str = ""
    """The slot of llama-server that is this user's own; empty where the server chooses."""

    @property
    def name(self) -> str:
        """Host and port, for messages."""
        return httpx.URL(self.url).netloc.decode()

    @property
    def has_path(self) -> bool:
        """Whether the address says more than the machine."""
        return httpx.URL(self.url).path not in {"", "/"}

    @property
    def encrypted(self) -> bool:
        """Whether others on the network cannot read along."""
        return self.url.startswith("https:")

    @property
    def on_this_machine(self) -> bool:
        """Whether the address is of this machine alone."""
        host = httpx.URL(self.url).host
        try:
            return ipaddress.ip_address(host).is_loopback
        except ValueError:
            return host == "localhost"


def parse(text: str) -> Endpoint:
    """Read an endpoint as it stands in the settings. Raises `UsageError`."""
    kind, url, options = Kind.AUTO, "", {}
    for word in text.split():
        name, equals, value = word.partition("=")
        if "://" in name:
            url = _address(word)
        elif equals and name in _OPTIONS and value:
            options[name] = value
        elif not equals and word in list(Kind):
            kind = Kind(word)
        else:
            raise UsageError(f"`{word}` means nothing for a remote engine. {_FORM}")
    if not url:
        raise UsageError(f"A remote engine needs an address. {_FORM}")
    if not options.get("slot", "0").isdecimal():
        raise UsageError("The slot of a remote engine is a number.")
    return Endpoint(url, kind, **options)


def _address(word: str) -> str:
    try:
        url = httpx.URL(word)
    except (httpx.InvalidURL, UnicodeEncodeError) as error:
        raise UsageError("The address of a remote engine is malformed.") from error
    if url.scheme not in {"http", "https"} or not url.host:
        raise UsageError(f"The address of a remote engine must be HTTP or HTTPS. {_FORM}")
    if url.userinfo or url.query or url.fragment:
        # Settings are shared and shown; a secret in an address would be, too.
        raise UsageError(
            "The address of a remote engine has no user, query or fragment. Use `key`."
        )
    return str(url).rstrip("/")


_OPTIONS = frozenset(item.name for item in fields(Endpoint)) - {"url", "kind"}
_FORM = "Write `[KIND] URL [model=NAME] [fim=FAMILY] [key=NAME]`, as in docs/team.md."
