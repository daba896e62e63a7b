"""Whether a value was made by chance, like a key, or by a person, like a name or a template.

Pure arithmetic on short texts; what a word is, is told by its shape alone.
"""

from __future__ import annotations

import base64
import math
import re
from collections import Counter

_RUN = re.compile(r"[A-Za-z0-9+/]+={0,2}")
_KEY = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
_HASH = re.compile(r"(?:[0-9a-f]+|[0-9A-F]+)\Z|sha\d+-")
_HEX = re.compile(r"[0-9a-f]+|[0-9A-F]+")
_UUID = re.compile(r"(?i)[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_WORD = re.compile(r"[A-Z]?[a-z]{3,}")
_NO_WORD = re.compile(
    r"(?i)[^aeiouy]{4}|^[^aeiouy]+$|[aeiou]{3}|q[^u]|[jvwxz]{2}|^[^aeiou]{3}|(.)\1\1"
)
_TEMPLATE = re.compile(
    r"\$\{?\w+|#\{|\{\{|\}\}|\{[\w!:.\[\]\"'()]*\}|%\(?\w|<[^<>]+>|^\[\w+\]$|\.\.\.|…"
)
_STARS = re.compile(r"(.)\1*|[xX*•.\-_0?#\s]+")
_CHANGE = re.compile(r"(?<=[a-z])(?=[A-Z0-9])|(?<=[A-Z])(?=[0-9])|(?<=[0-9])(?=[A-Za-z])")
_DATE_OR_VERSION = re.compile(r"v?\d+(?:[.:/T_-]\d+)+[A-Za-z]*\d*")

_PICTURES = (
    "iVBORw0KGgo",
    "R0lGOD",
    "/9j/",
    "PHN2Zy",
    "JVBERi0",
    "UEsDB",
    "H4sI",
    "AGFzbQ",
    "AAABAA",
)
"""How PNG, GIF, JPEG, SVG, PDF, ZIP, gzip, WebAssembly and ICO begin in base64."""


def entropy(text: str) -> float:
    """Return bits per character."""
    size = len(text)
    return -sum(n / size * math.log2(n / size) for n in Counter(text).values()) if text else 0.0


def is_placeholder(text: str) -> bool:
    """Tell whether `text` only stands for a value: `{password}`, `$TOKEN`, `<key>`, `****`."""
    return bool(_TEMPLATE.search(text) or _STARS.fullmatch(text))


def looks_random(text: str) -> bool:
    """Tell whether `text` looks like a key where one is expected: letters and digits, mixed.

    Words with numbers at their ends, dates and versions do not.
    """
    if _UUID.fullmatch(text):
        return True
    if _DATE_OR_VERSION.fullmatch(text):
        return False
    return any(_is_mixed(run) for run in _RUN.findall(text))


def is_key_by_itself(text: str) -> bool:
    """Tell whether `text` looks like a key although nothing around it says so.

    Hashes in hexadecimal digits and UUIDs do not, nor does what is text or a picture in base64:
    nearly all of those in code are no secrets.
    """
    if not 24 <= len(text) <= 120 or not _KEY.fullmatch(text) or _HASH.match(text):
        return False
    digits = sum(char.isdigit() for char in text)
    upper = sum(char.isupper() for char in text)
    lower = sum(char.islower() for char in text)
    if digits < (3 if len(text) < 40 else 2) or min(upper, lower) < 3:
        return False
    if len(_CHANGE.findall(text)) < len(text) / 5 or _is_worded(text):
        return False
    if entropy(text) < min(4.2, math.log2(len(text)) - 0.7):
        return False
    return not text.startswith(_PICTURES) and not decoded(text)


def decoded(text: str) -> str:
    """Return the printable text that `text` is the base64 of, or nothing."""
    bare = text.rstrip("=")
    try:
        found = base64.b64decode(bare + "=" * (-len(bare) % 4), altchars=b"-_").decode()
    except ValueError:
        return ""
    return found if found.isprintable() else ""


def _is_mixed(run: str) -> bool:
    size = len(run)
    if size < 8 or _is_worded(run):
        return False
    digits = sum(char.isdigit() for char in run)
    if _HEX.fullmatch(run) and size >= 16:
        return digits >= 2 and entropy(run) >= 2.5
    if digits in {0, size}:
        # Without digits only a jumble of capitals tells; digits alone are a number.
        return digits == 0 and size >= 16 and len(_CHANGE.findall(run)) >= size / 4
    return len(_CHANGE.findall(run)) >= max(2, size // 12) and entropy(run) >= 2.5


def _is_worded(run: str) -> bool:
    """Tell whether most of it is made of words: `bdc1DischargePower`, `password1`."""
    words = (word for word in _WORD.findall(run) if not _NO_WORD.search(word))
    return sum(map(len, words)) >= len(run) * (0.5 if len(run) < 16 else 0.6)
