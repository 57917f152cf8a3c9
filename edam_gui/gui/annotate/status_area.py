"""The status bar: the pixel under the cursor, the model, and whether everything is saved."""

from __future__ import annotations

from PySide6.QtCore import QObject, QSize
from PySide6.QtWidgets import QLabel, QSizePolicy, QStatusBar, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import icon_pixmap
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.theme import current_theme
from edam_gui.session.model_host import ModelState
from edam_gui.session.save_state import Saved
from edam_gui.session.session import Session

_SAVED = {Saved.SAVED: "Saved", Saved.SAVING: "Saving…", Saved.TROUBLE: "Not saved"}
_ICONS = {Saved.SAVED: "saved", Saved.SAVING: "save", Saved.TROUBLE: "not-saved"}


class StatusArea(QObject):
    """Fills a window's status bar.

    Parameters
    ----------
    session
        Whose state it shows.
    bar
        The status bar.
    """

    def __init__(self, session: Session, bar: QStatusBar) -> None:
        super().__init__(bar)  # the theme outlives the window: Qt ends the connection with the bar
        self._session = session
        self.readout = QLabel("", bar)
        self.readout.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.readout.setContentsMargins(spacing.NORMAL, 0, 0, 0)
        self.readout.setAccessibleName("Pixel under the cursor")
        self.saliency = _label(bar, "Saliency map")
        self.model = _label(bar, "Model")
        self._saved_icon = QLabel(bar)
        self.saved = _label(bar, "Saved or not")
        bar.addWidget(self.readout, 1)
        for widget in (self.saliency, self.model, self._saved_icon, self.saved):
            bar.addPermanentWidget(widget)
        events = session.events
        events.model_changed.connect(self._show_model)
        events.saved_changed.connect(self._show_saved)
        events.project_changed.connect(self._show_saved)
        events.saliency_changed.connect(self._show_saliency)
        events.current_changed.connect(self._show_saliency)
        current_theme().changed.connect(self._show_saved)
        self._show_model()
        self._show_saved()
        self._show_saliency()

    def _show_model(self) -> None:
        model = self._session.model
        text = {
            ModelState.NONE: "No model",
            ModelState.LOADING: "Loading the model…",
            ModelState.READY: "Model ready",
            ModelState.FAILED: "Model failed",
            ModelState.UNFIT: "No model for these classes",
        }[model.state]
        source = model.source
        if source is not None:
            described = source.describe()
            text = f"{described['model']} on {described['device']}"
        self.model.setText(text)
        self.model.setToolTip(model.problem or model.remark or text)

    def _show_saved(self) -> None:
        project = self._session.project
        state = self._session.opener.save_state
        text = _SAVED[state.state] if project is not None else ""
        if project is not None and project.read_only:
            text = "Read-only"
        self.saved.setText(text)
        self.saved.setToolTip(state.sentence or "Every stroke is on the disk within a tenth of a second")
        self._saved_icon.setVisible(project is not None)
        colors = current_theme().colors
        color = colors.error if state.state is Saved.TROUBLE else colors.text
        name = "lock" if project is not None and project.read_only else _ICONS[state.state]
        self._saved_icon.setPixmap(icon_pixmap(name, color, spacing.ICON, self._saved_icon.devicePixelRatioF()))

    def _show_saliency(self) -> None:
        current = self._session.current
        origin = current.saliency_origin.value if current is not None and current.files is not None else ""
        texts = {"": "", "none": "No saliency map", "file": "Saliency from file", "made": "Saliency made here"}
        self.saliency.setText(texts[origin])


def _label(parent: QWidget, name: str) -> QLabel:
    label = with_role(QLabel("", parent), Role.HINT)
    label.setAccessibleName(name)
    label.setMinimumSize(QSize(0, 0))
    return label
