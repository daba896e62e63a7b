"""Keys of servers: from the environment or the system's keyring, never from a file of a workspace.

Settings hold the name of a key only. The names in the environment begin with `PILLION_KEY_`, so
that no setting can make Pillion send another variable anywhere.
"""

from __future__ import annotations

import os
import re

from pillion.base.errors import UsageError

SERVICE = "pillion"
"""The keyring's name for what Pillion keeps there."""


def variable(name: str) -> str:
    """Return the name of the environment variable of a key."""
    return "PILLION_KEY_" + re.sub(r"\W", "_", name).upper()


def find_key(name: str) -> str:
    """Return a key by its name; blocking, a keyring may ask the user. Raises `UsageError`."""
    if found := os.environ.get(variable(name), "").strip() or _from_keyring(name):
        if not found.isascii() or not found.isprintable():
            raise UsageError(f"The key `{name}` has characters that no key has.")
        return found
    raise UsageError(
        f"There is no key `{name}`: set {variable(name)}, or store it with "
        f"`keyring set {SERVICE} {name}`."
    )


def _from_keyring(name: str) -> str:
    try:
        # An optional extra: it brings a dozen packages along on Linux.
        import keyring  # noqa: PLC0415
    except ImportError:
        return ""
    try:
        return keyring.get_password(SERVICE, name) or ""
    except Exception:  # noqa: BLE001 - each of its backends has errors of its own.
        return ""
