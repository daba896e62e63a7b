"""Every error Pillion raises on purpose, as one tree.

    PillionError
      UsageError            the user asked for something that cannot be
      ModelError
        ModelNotFoundError  no such model, or not downloaded yet
        ModelInvalidError   the file is there, but it is not a usable model
      DownloadError
        NoSourceError       every source failed; says why, source by source
        HashMismatchError   the bytes are not the pinned ones
        DiskSpaceError      too little room, found out before the download
      EngineError
        EngineLoadError     the model could not be loaded
        EngineClosedError   the engine was closed
        EngineDiedError     the model's process ended, and why
        EngineAwayError     a server cannot be reached, or is too busy now
        EngineRefusedError  a server will not do it, however often it is asked
        EngineAnswerError   what a server sent makes no sense
      SandboxError          code cannot be run apart from the host

Each message is one or two whole sentences for the user: what happened and what to do.
"Nothing to suggest" is not an error; see `pillion.base.outcome`.
"""

from __future__ import annotations


class PillionError(Exception):
    """Base of all errors with a message meant for the user."""


class UsageError(PillionError):
    """The user asked for something that cannot be."""


class ModelError(PillionError):
    """A model cannot be used."""


class ModelNotFoundError(ModelError):
    """No such model, or it is not downloaded yet."""


class ModelInvalidError(ModelError):
    """The file exists but is not a usable model."""


class DownloadError(PillionError):
    """A model could not be fetched."""


class NoSourceError(DownloadError):
    """Every source of a model failed."""


class HashMismatchError(DownloadError):
    """The fetched bytes are not the pinned ones."""


class DiskSpaceError(DownloadError):
    """The disk has too little room."""


class EngineError(PillionError):
    """The engine cannot answer."""


class EngineLoadError(EngineError):
    """The model could not be loaded into the engine."""


class EngineClosedError(EngineError):
    """The engine was closed."""


class EngineDiedError(EngineError):
    """The process that runs the model ended, crashed or hung; the message says why."""


class EngineAwayError(EngineError):
    """A server cannot be reached, is too busy or too slow now; worth another try later."""

    def __init__(self, message: str, pause: float = 0.0) -> None:
        """`pause`: for how many seconds the server wants to be left alone."""
        super().__init__(message)
        self.pause = pause


class EngineRefusedError(EngineError):
    """A server will not do what it was asked, however often: a wrong key, no such model."""


class EngineAnswerError(EngineError):
    """What a server sent makes no sense: truncated, of a wrong type, without an end."""


class SandboxError(PillionError):
    """Code that a model wrote cannot be run apart from the host."""
