"""What nobody caught is written to a log, and told in one sentence; the window stays."""

from __future__ import annotations

import logging
import sys
import threading
from logging.handlers import RotatingFileHandler
from pathlib import Path
from types import TracebackType
from typing import Final

from platformdirs import user_log_path
from PySide6.QtCore import QObject, Qt, Signal

from edam_gui.core.errors import EdamError

_MEGABYTE: Final = 1024 * 1024
_LOGGER: Final = "edam_gui"


def log_folder() -> Path:
    """Return where the log is."""
    return user_log_path("edam-gui", appauthor=False)


class CrashGuard(QObject):
    """Takes over Python's hooks for exceptions that nobody caught, in any thread.

    Signals: `told(sentence)`, always on the thread that made the guard.

    Parameters
    ----------
    folder
        Where the log is written; `log_folder()` if None.
    parent
        The application.
    """

    told = Signal(str)
    _happened = Signal(str)

    def __init__(self, folder: Path | None = None, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.file = (folder or log_folder()) / "edam-gui.log"
        self._handler: logging.Handler | None = None
        self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        # Queued: an exception in the middle of a paint or of a delivery must not open anything there.
        self._happened.connect(self.told.emit, Qt.ConnectionType.QueuedConnection)

    def install(self) -> None:
        """Catch from now on. A log that cannot be written is told; errors then go to stderr."""
        self._hooks = (sys.excepthook, threading.excepthook, sys.unraisablehook)
        sys.excepthook = self._uncaught
        threading.excepthook = self._in_thread
        sys.unraisablehook = self._unraisable
        try:
            self.file.parent.mkdir(parents=True, exist_ok=True)
            self._handler = RotatingFileHandler(self.file, maxBytes=_MEGABYTE, backupCount=3, encoding="utf-8")
        except OSError as error:
            self._happened.emit(f"The log cannot be written to {self.file}: {error.strerror or error}.")
            return
        self._handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
        logging.getLogger(_LOGGER).addHandler(self._handler)

    def remove(self) -> None:
        """Put Python's hooks back and close the log."""
        sys.excepthook, threading.excepthook, sys.unraisablehook = self._hooks
        if self._handler is not None:
            logging.getLogger(_LOGGER).removeHandler(self._handler)
            self._handler.close()
            self._handler = None

    def report(self, error: BaseException) -> None:
        """Log an exception and tell of it; for code that catches everything itself."""
        self._tell(type(error), error, error.__traceback__, "")

    def _uncaught(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            self._hooks[0](kind, error, trace)
            return
        self._tell(kind, error, trace, "")

    def _in_thread(self, args: threading.ExceptHookArgs) -> None:
        if args.exc_value is None or issubclass(args.exc_type, SystemExit):
            return
        name = args.thread.name if args.thread is not None else "?"
        self._tell(args.exc_type, args.exc_value, args.exc_traceback, f" in thread {name}")

    def _unraisable(self, args: sys.UnraisableHookArgs) -> None:
        if args.exc_value is not None:
            self._tell(type(args.exc_value), args.exc_value, args.exc_traceback, f" in {args.object!r}")

    def _tell(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None, where: str) -> None:
        if self._handler is None:
            sys.__excepthook__(kind, error, trace)
        logging.getLogger(_LOGGER).error("not caught%s", where, exc_info=(kind, error, trace))
        if isinstance(error, EdamError):
            self._happened.emit(str(error))
            return
        cause = f"{kind.__name__}: {error}".split("\n")[0].rstrip(": ")
        self._happened.emit(
            f"Something went wrong that should not have ({cause}); what you did last may be incomplete."
        )
