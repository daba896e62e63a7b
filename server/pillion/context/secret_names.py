"""Secrets that are known by the name they are given to: `db_password = "…"`, `"apiKey": "…"`.

Two strengths. A string given to a password may be any word, because people choose such passwords;
one given to a key or token has to look random, because `token = "access"` is everyday code.
Works on one line, in any language: what counts are quotes, names and what stands between them.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pillion.context.randomness import is_key_by_itself, is_placeholder, looks_random

if TYPE_CHECKING:
    from collections.abc import Iterator

_PASSWORDS = frozenset(
    {"password", "passwd", "pwd", "passphrase", "passcode", "pass", "passwort", "contrasena"}
)
_SECRETS = frozenset({"secret", "secrets", "secretkey", "appsecret", "clientsecret"})
_TOKENS = frozenset(
    {"token", "tokens", "apikey", "accesskey", "authkey", "credential", "credentials", "auth"}
    | {"bearer", "jwt", "accesstoken", "authtoken", "privatekey", "apisecret", "webhook", "dsn"}
)
_KINDS_OF_KEY = frozenset(
    {"api", "access", "secret", "private", "auth", "encryption", "signing", "account", "master"}
    | {"service", "license", "session", "consumer", "storage", "deploy", "app", "client", "shared"}
    | {"aws", "stripe", "crypto", "aes", "hmac", "jwt", "cookie", "write", "admin", "ssh", "token"}
)
_ENDINGS = frozenset(
    {"prod", "production", "dev", "test", "live", "staging", "old", "new", "value", "default"}
    | {"str", "string", "env", "raw", "id", "base", "b", "hex"}
)
"""Words that may follow: `api_key_prod`, `password_2`; `private_key_id` is one for Google."""

_HINT = re.compile(
    r"(?i)pass|pwd|secret|token|key|credential|auth|bearer|jwt|webhook|dsn|contrasena"
)
_STRING = re.compile(r"(\"\"\"|'''|[\"'`])((?:\\.|(?!\1).)*)(\1|$)")
_BEFORE = re.compile(
    r"""([A-Za-z_][\w.-]*)["'\])]*\s*          # the name, maybe quoted or a subscript
    (?::\s*&?[\w.\[\]<>|?,\s]{1,40}?(?==)|\??!?)   # a type, as in `name: str = `
    \s*(=>|->|:=|[=!]={1,2}|[=:,(]|\s)\s*       # what gives it the value
    (?:value\s*=\s*|new\s+|@|\$)?[A-Za-z]{0,2}$   # a prefix of the string""",
    re.VERBOSE,
)
_REVERSED = re.compile(r"\s*[=!]={1,2}\s*([A-Za-z_][\w.-]*)")
_BARE = re.compile(
    r"""^\s*(?:[-#*$>]\s*|//\s*)?(?:export\s+|set\s+|setx\s+|ENV\s+|ARG\s+|const\s+)?
    ["']?([A-Za-z_][\w.-]*)["']?\s*(=|:\s|\s(?=\S+\s*$))\s*
    ([^\s"'`{}\[\]<>()*&!|,;][^\s"'`{}\[\]()<>,;]*)\s*,?\s*(?:\#.*|//.*|;.*)?$""",
    re.VERBOSE,
)
_SHOUTED = re.compile(r"^\s*(?:\S{1,3}\s+)?(?:export\s+|ENV\s+|ARG\s+|set\s+)?[A-Z][A-Z0-9_]*=\S")
_XML = re.compile(r"<([A-Za-z_][\w.:-]*)[^<>]*>([^<>\s]{4,})</")

_ALONE = re.compile(r"""[\s"'`+#*/|>-]*([A-Za-z0-9+/]{40,120}={0,2})[\s"'`+,;\\)]*""")
_ADDRESS = re.compile(r"[\w+.-]+://")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+")
_HELD = frozenset(
    {"none", "null", "nil", "true", "false", "undefined", "yes", "no", "string", "str", "text"}
    | {"required", "optional", "changeme", "todo", "example", "test", "value", "empty", "hidden"}
)


def spans(line: str, *, loose: bool) -> Iterator[tuple[int, int]]:
    """Yield where the values of secretive names are; `loose` means that it is not code.

    Quoted strings that look like keys whatever their name are among them.
    """
    hinted = _HINT.search(line) is not None
    for match in _STRING.finditer(line):
        value = match[2]
        if not 4 <= len(value) <= 500:
            continue
        named = hinted and _is_named(line, match.start(), match.end(), value)
        if named or is_key_by_itself(value):
            yield match.span(2)
    # A line of a key whose beginning is not in sight.
    if (alone := _ALONE.fullmatch(line)) and is_key_by_itself(alone[1]):
        yield alone.span(1)
    if hinted:
        yield from _unquoted(line, loose=loose)


def _is_named(line: str, start: int, end: int, value: str) -> bool:
    before = _BEFORE.search(line[max(0, start - 120) : start])
    if before:
        name, sign = before[1], before[2]
        # In a call or a list the string may be a name itself: `get("password", "email")`.
        weak = sign not in {",", "(", "->"} and sign.strip() != ""
        if _is_secret(name, value, weak=weak):
            return True
    after = _REVERSED.match(line, end)
    return bool(after) and _is_secret(after[1], value, weak=True) if after else False


def _unquoted(line: str, *, loose: bool) -> Iterator[tuple[int, int]]:
    """Yield values without quotes: in YAML, `.env`, ini and the like, and pasted from those."""
    bare = _BARE.match(line)
    if bare and not bare[2].isspace():
        shouted = _SHOUTED.match(line) is not None
        if loose or shouted:
            # In a sentence of a text, "password: required" is no password.
            weak = loose and (bare[2] != ": " or not line[: bare.start(1)].strip())
            found = _is_secret(bare[1], bare[3], weak=weak or shouted)
        else:
            # In code it is the name of something else, unless nobody would name anything so.
            found = looks_random(bare[3]) and _is_secret(bare[1], bare[3], weak=False)
        if found:
            yield bare.span(3)
    for match in _XML.finditer(line):
        if _is_secret(match[1], match[2], weak=True):
            yield match.span(2)


def _is_secret(name: str, value: str, *, weak: bool) -> bool:
    """Tell whether `value` is a secret, given to `name`; `weak`: a password may be any word."""
    strength = _strength(name)
    if not strength or any(char.isspace() for char in value):
        return False
    if is_placeholder(value) or value.lower() in _HELD or _ADDRESS.match(value) or _is_label(value):
        return False
    if looks_random(value):
        return True
    if strength == 1:
        return False
    mixed = len(value) >= 8 and value.isalnum() and not value.isalpha()
    return mixed or (weak and not _is_about(name, value))


def _strength(name: str) -> int:
    """Return 2 for a name of passwords, 1 for one of keys and tokens, 0 for any other."""
    words = [word.lower() for word in _WORDS.findall(name)]
    while words and words[-1] in _ENDINGS:
        words.pop()
    if not words:
        return 0
    last, joined = words[-1], "".join(words[-2:])
    if last in _PASSWORDS | _SECRETS or joined in _SECRETS:
        return 2
    if last in _TOKENS or joined in _TOKENS:
        return 1
    return int(last in {"key", "keys"} and len(words) > 1 and words[-2] in _KINDS_OF_KEY)


def _is_label(value: str) -> bool:
    """Tell whether the value is what a field is called, in any language: `"password": "Senha"`."""
    word = re.sub(r"\\u[0-9a-fA-F]{4}", "é", value).replace("-", "")
    if not word.isalpha():
        return False
    return word.istitle() or (not word.isascii() and word[0] == word[0].upper())


def _is_about(name: str, value: str) -> bool:
    """Tell whether the value names or describes a password rather than being one.

    `password = "new_password"`, `"secret": "app.secret"`, `PASSWORD: "/etc/pw"`.
    """
    if any(char.isdigit() for char in value):
        return False
    letters = re.sub(r"[^a-z]", "", value.lower())
    known = any(word in letters for word in (*_PASSWORDS, "secret", "token", "key", "auth"))
    return known or not letters or letters in name.lower() or value[0] in "/.~%@"
