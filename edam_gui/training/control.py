"""Asking a run to stop, to wait and to go on: by files in its folder, from any process."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.atomic import remove_quietly, write_bytes
from edam_gui.training.run_folder import RunFolder

_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM)


class StopAsked(Exception):
    """Raised in the middle of something that a stop does not wait for."""


def request_stop(run_dir: Path) -> None:
    """Ask a run to finish its step, save and end; a paused one too.

    Raises
    ------
    InputFileError
        There is no run.
    OutputError
        The folder cannot be written.
    """
    write_bytes(_existing(run_dir).stop, b"stop\n")


def request_pause(run_dir: Path) -> None:
    """Ask a run to wait after its step; it keeps its memory.

    Raises
    ------
    InputFileError
        There is no run.
    OutputError
        The folder cannot be written.
    """
    write_bytes(_existing(run_dir).pause, b"pause\n")


def _existing(run_dir: Path) -> RunFolder:
    """Return the folder of a run; one that is gone must not be made anew by asking it for something."""
    folder = RunFolder(run_dir)
    if not folder.exists():
        raise InputFileError(run_dir, "is not there any more, or holds no training run")
    return folder


def request_continue(run_dir: Path) -> None:
    """Let a paused run go on."""
    RunFolder(run_dir).pause.unlink(missing_ok=True)


class Requests:
    """What a run was asked for; looked at between steps.

    Parameters
    ----------
    folder
        Of the run.
    """

    def __init__(self, folder: RunFolder) -> None:
        self._folder = folder
        self._signal = threading.Event()

    def clear(self) -> None:
        """Forget requests to an earlier process."""
        remove_quietly(self._folder.stop)
        remove_quietly(self._folder.pause)

    def stop(self) -> bool:
        """Whether to stop."""
        return self._signal.is_set() or self._folder.stop.exists()

    def pause(self) -> bool:
        """Whether to wait."""
        return not self.stop() and self._folder.pause.exists()

    def wait(self, seconds: float) -> None:
        """Sleep, but not through a signal."""
        self._signal.wait(seconds)

    @contextmanager
    def listening(self) -> Iterator[None]:
        """Turn Ctrl-C and SIGTERM into a request to stop; a second one ends the process at once."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may set handlers
            return
        before = {number: signal.getsignal(number) for number in _SIGNALS}

        def handle(number: int, frame: FrameType | None) -> None:  # noqa: ARG001
            self._signal.set()
            signal.signal(number, before[signal.Signals(number)] or signal.SIG_DFL)

        for number in _SIGNALS:
            signal.signal(number, handle)
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler or signal.SIG_DFL)
