"""The desktop program: the window first, everything slow after it."""

from __future__ import annotations

import signal
import sys
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSocketNotifier
from PySide6.QtWidgets import QApplication

import edam_gui
from edam_gui.gui.deliver import GuiDeliver
from edam_gui.gui.first_paint import FirstPaint
from edam_gui.gui.main_window import MainWindow
from edam_gui.gui.preferences import REOPEN, SETTINGS, THEME
from edam_gui.gui.shell.crash_guard import CrashGuard
from edam_gui.gui.shell.settings import Settings
from edam_gui.gui.shell.theme import ThemeChoice, current_theme
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session


@dataclass(eq=False)
class Program:
    """Everything that lives as long as the program.

    Parameters
    ----------
    app, window, session, settings
        The parts.
    guard, deliver
        What catches stray exceptions, and the hop to the GUI thread.
    """

    app: QApplication
    window: MainWindow
    session: Session
    settings: Settings
    guard: CrashGuard
    deliver: GuiDeliver

    def close(self) -> None:
        """Save what is left and end every thread."""
        self.session.close()
        self.guard.remove()


def build(path: Path | None = None) -> Program:
    """Make the program and show its window; nothing slow has begun yet.

    Parameters
    ----------
    path
        What to open: a folder, VOC root, list, image or project.
    """
    app = QApplication.instance()
    if not isinstance(app, QApplication):
        app = QApplication([sys.argv[0]])
    app.setApplicationName("EDAM GUI")
    app.setApplicationVersion(edam_gui.__version__)
    app.setDesktopFileName("edam-gui")
    guard = CrashGuard(parent=app)
    guard.install()
    settings = Settings(SETTINGS)
    current_theme().choose(ThemeChoice(settings.text(THEME)))
    deliver = GuiDeliver()
    session = Session(deliver)
    window = MainWindow(session, settings)
    guard.told.connect(lambda text: session.events.message.emit(Message(Level.ERROR, text)))
    settings.failed.connect(lambda text: session.events.message.emit(Message(Level.WARNING, text, "settings")))
    program = Program(app, window, session, settings, guard, deliver)
    # Importing torch takes seconds; the window is there meanwhile.
    FirstPaint(window.workspace, lambda: _begin(program, path))
    window.show()
    return program


def _begin(program: Program, path: Path | None) -> None:
    if path is None and program.settings.switch(REOPEN):
        # It stays in the list if its drive is not there today.
        last = next(iter(program.window.recent.paths()), None)
        if last is not None:
            program.session.open(last)
            return
    if path is not None:
        program.window.files.open_path(path)
    else:
        program.session.load_model()


def run(path: Path | None = None) -> int:
    """Run the program until its window is closed; return the exit code."""
    program = build(path)
    end_signals = _quit_on_signals(program.app)
    try:
        return program.app.exec()
    finally:
        end_signals.setEnabled(False)
        program.close()


def _quit_on_signals(app: QApplication) -> QSocketNotifier:
    """Close the window on Ctrl+C and SIGTERM; Python's handlers run only when the interpreter does."""
    import socket

    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    theirs.setblocking(False)
    signal.set_wakeup_fd(theirs.fileno(), warn_on_full_buffer=False)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)
    notifier = QSocketNotifier(ours.fileno(), QSocketNotifier.Type.Read, app)

    def woken() -> None:
        ours.recv(64)
        app.closeAllWindows()

    notifier.activated.connect(woken)
    notifier.setProperty("sockets", (ours, theirs))
    return notifier
