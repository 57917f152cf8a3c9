"""Exceptions whose text is a sentence a user can act on."""

from __future__ import annotations

from pathlib import Path


class EdamError(Exception):
    """Base of every error that is shown to the user as it is, without a traceback."""


class OptionError(EdamError):
    """An option, or a combination of options, cannot be used."""


class InputFileError(EdamError):
    """A file that was read is missing, damaged, hostile or unsuitable.

    Parameters
    ----------
    path
        The file.
    cause
        What is wrong, as the end of the sentence "FILE: cause".
    """

    def __init__(self, path: Path | str, cause: str) -> None:
        super().__init__(f"{path}: {cause}")
        self.path = Path(path)
        self.cause = cause


class OutputError(EdamError):
    """A file could not be written; nothing half-written is left.

    Parameters
    ----------
    path
        The file that was to be written.
    cause
        What went wrong, as the end of the sentence "FILE: cause".
    """

    def __init__(self, path: Path | str, cause: str) -> None:
        super().__init__(f"{path}: {cause}")
        self.path = Path(path)
        self.cause = cause


class Cancelled(Exception):
    """A job stopped because it was asked to; not an error, so not an `EdamError`."""
