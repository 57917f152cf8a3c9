"""What the Model menu does."""

from __future__ import annotations

from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMainWindow, QMenu

from edam_gui.gui.dialogs.model_dialog import DEVICES, ModelDialog
from edam_gui.gui.dialogs.saliency_dialog import SaliencyDialog
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.model_host import ModelState, shipped_model_names
from edam_gui.session.session import Session


def bind_model(book: ActionBook, session: Session, window: QMainWindow) -> None:
    """Bind choosing and running the model."""

    def cancel() -> None:
        for info in session.jobs.shown():
            session.jobs.stop(info.key)

    book.bind_all(
        {
            "model.run": session.desk.infer,
            "model.run_all": session.run_all.start,
            "model.cancel": cancel,
            "model.choose": lambda: _open(ModelDialog(session, shipped_model_names(), window)),
            "model.saliency": lambda: _open(SaliencyDialog(session, window)),
        }
    )


def _open(dialog: ModelDialog | SaliencyDialog) -> None:
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def fill_devices(menu: QMenu, session: Session) -> None:
    """Offer the devices; the one in use is marked."""
    group = QActionGroup(menu)
    for name, text in DEVICES:
        action = menu.addAction(text)
        action.setData(name)
        action.setCheckable(True)
        group.addAction(action)
        action.triggered.connect(lambda _=False, name=name: session.choose_model(device=name))

    def mark() -> None:
        for action in group.actions():
            action.setChecked(action.data() == session.model.choice.device)
        menu.setEnabled(session.model.state is not ModelState.LOADING)

    session.events.model_changed.connect(mark)
    mark()
