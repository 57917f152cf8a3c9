"""The two places of the window: labelling and training."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QObject, Qt, Signal
from PySide6.QtWidgets import QDockWidget, QMainWindow, QSizePolicy, QStackedWidget, QToolBar, QVBoxLayout, QWidget

from edam_gui.gui.actions import PLACE_BAR
from edam_gui.gui.annotate.workspace import Workspace
from edam_gui.gui.message_overlay import MessageOverlay
from edam_gui.gui.shell.action_bars import build_tool_bar
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.session import Session

if TYPE_CHECKING:
    from edam_gui.gui.train.page import TrainPage

_SWITCH: Final = "tool-bar-place"
_EVERYWHERE: Final = ("file.", "help.", "train.", "view.labelling", "view.training", "view.full_screen")
"""Actions whose keys work in both places; a key that corrects a label map must not while none is in view."""


class Workspaces(QObject):
    """Shows one place at a time; docks and tools belong to labelling.

    Parameters
    ----------
    window
        Whose middle it fills.
    labelling
        The first place.
    session
        For the other one, which is made when it is first asked for: plots take a while to load.

    Signals: `use_asked(path)`, see `TrainPage`.
    """

    use_asked = Signal(object)

    def __init__(self, window: QMainWindow, labelling: Workspace, session: Session) -> None:
        super().__init__(window)
        self._window = window
        self._session = session
        self._training: TrainPage | None = None
        self._labelling = labelling
        self._panels = QByteArray()
        self._book: ActionBook | None = None
        self._stack = QStackedWidget(window)
        self._stack.addWidget(labelling)
        middle = QWidget(window)
        layout = QVBoxLayout(middle)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self._stack, 1)
        # Messages are for both places.
        self._room = layout
        overlay = MessageOverlay(
            labelling.messages, middle, lambda: 0 if self.is_training else labelling.page_top, self._make_room
        )
        self._stack.currentChanged.connect(lambda _: overlay.place())
        window.setCentralWidget(middle)

    def _make_room(self, height: int) -> None:
        """Move the training tab below a message; a photo stays where it is."""
        wanted = height if self.is_training else 0
        if self._room.contentsMargins().top() != wanted:
            self._room.setContentsMargins(0, wanted, 0, 0)

    @property
    def training(self) -> TrainPage:
        """The training tab."""
        if self._training is None:
            from edam_gui.gui.train.page import TrainPage

            self._training = TrainPage(self._session, self._window)
            self._training.use_asked.connect(self.use_asked)
            self._stack.addWidget(self._training)
        return self._training

    @property
    def is_training(self) -> bool:
        """Whether training is in view."""
        return self._training is not None and self._stack.currentWidget() is self._training

    def bind(self, book: ActionBook) -> None:
        """Bind the actions."""
        self._book = book
        book.bind_all(
            {
                "view.labelling": lambda _on: self.show_labelling(),
                "view.training": lambda _on: self.show_training(),
                "train.new": self.new_run,
                "train.folder": self.choose_folder,
            }
        )
        book.set_checked("view.labelling", True)

    def tool_bar(self, book: ActionBook) -> QToolBar:
        """Return the switch between the places."""
        book.action("view.labelling").setIconText("Label")
        book.action("view.training").setIconText("Train")
        bar = build_tool_bar(book, "Place", PLACE_BAR, self._window)
        bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        return bar

    def new_run(self) -> None:
        """Show the form of a new run."""
        self.show_training()
        self.training.new_run()

    def choose_folder(self) -> None:
        """Ask for a folder whose runs are to be listed too."""
        self.show_training()
        self.training.choose_folder()

    def show_training(self) -> None:
        """Show the training tab."""
        if self.is_training:
            return
        labelling: list[QWidget] = [*self._window.findChildren(QDockWidget)]
        labelling += [bar for bar in self._window.findChildren(QToolBar) if bar.objectName() != _SWITCH]
        self._panels = self._window.saveState()
        for widget in labelling:
            widget.hide()
        self._show(self.training)
        self._mark("view.training", Qt.ShortcutContext.WidgetShortcut)

    def show_labelling(self) -> None:
        """Show the canvas and its panels."""
        if not self.is_training:
            return
        self._show(self._labelling)
        self._window.restoreState(self._panels)  # tabs and widths too
        self._mark("view.labelling", Qt.ShortcutContext.WindowShortcut)

    def _show(self, page: QWidget) -> None:
        shown = QSizePolicy.Policy.Preferred
        for other in (self._labelling, self.training):
            # The page out of view must not widen the window.
            policy = shown if other is page else QSizePolicy.Policy.Ignored
            other.setSizePolicy(policy, policy)
        self._stack.setCurrentWidget(page)

    def _mark(self, name: str, context: Qt.ShortcutContext) -> None:
        if self._book is None:
            return
        self._book.set_checked(name, True)
        for spec in self._book.specs():
            if not spec.id.startswith(_EVERYWHERE):
                self._book.action(spec.id).setShortcutContext(context)
