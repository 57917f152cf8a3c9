"""Which images the list shows, and in which order."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from PySide6.QtCore import QSignalBlocker, Qt, QTimer, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QToolButton, QVBoxLayout, QWidget

from edam_gui.gui.annotate.image_list.status_look import STATUS_ICONS, STATUS_TEXTS
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import keep_icon, themed_icon
from edam_gui.gui.shell.theme import current_theme
from edam_gui.project.store import Query, Sort, Status
from edam_gui.session.session import Session

_TYPING_MS: Final = 150
_UNFINISHED: Final = frozenset({Status.NEW, Status.IN_PROGRESS, Status.NEEDS_WORK})
_SORTS: Final = (
    (Sort.NATURAL, "Name"),
    (Sort.POSITION, "Order added"),
    (Sort.STATUS, "Status"),
    (Sort.CORRECTED, "Corrected share"),
    (Sort.CHANGED, "Last change"),
)
_UNKNOWN: Final = "unknown"


class FilterBar(QWidget):
    """Filter and order; what is chosen goes to `session.navigator.set_query`.

    Attributes
    ----------
    leave
        Signal: the user wants to go on to the list (Down or Enter in the box).
    """

    leave = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.text = _FilterBox(self)
        self.text.setPlaceholderText("Filter by name or note")
        self.text.setAccessibleName("Filter the images")
        self.text.setToolTip("Shows the images whose path or note holds all these words. Esc clears it.")
        self.text.setClearButtonEnabled(True)
        keep_icon(self.text, "search", self.text.set_lens)
        self.status = _combo(self, "Status", "Show images of one status only")
        self.classes = _combo(self, "Class", "Show images on which a class is ticked, or of which nothing is known")
        self.sort = _combo(self, "Order", "Order of the list; Next and Previous follow it")
        self.descending = QToolButton(self)
        self.descending.setCheckable(True)
        self.descending.setToolTip("Turn the order round")
        self.descending.setAccessibleName("Descending order")
        keep_icon(self.descending, "sort", self.descending.setIcon)
        self._typing = QTimer(self)
        self._typing.setSingleShot(True)
        self._typing.setInterval(_TYPING_MS)
        self._lay_out()
        self._fill()
        self._connect()

    def clear(self) -> None:
        """Show all images; the order stays."""
        with QSignalBlocker(self.text):
            self.text.clear()
        self.status.setCurrentIndex(0)
        self.classes.setCurrentIndex(0)
        self.apply()

    def apply(self) -> None:
        """Filter and sort as is chosen, now."""
        self._typing.stop()
        self._session.navigator.set_query(self.query())

    def query(self) -> Query:
        """Return what is chosen."""
        chosen = self.classes.currentData()
        return Query(
            text=self.text.text(),
            statuses=self.status.currentData(),
            classes=frozenset({chosen}) if isinstance(chosen, int) else frozenset(),
            labelled=False if chosen == _UNKNOWN else None,
            sort=Sort(self.sort.currentData()),  # Qt gives the bare text back
            descending=self.descending.isChecked(),
        )

    def show_query(self) -> None:
        """Show what holds, where something else than this widget has changed it."""
        query = self._session.navigator.query
        if self._typing.isActive() or query == self.query():
            return
        if query.text != self.text.text():
            with QSignalBlocker(self.text):
                self.text.setText(query.text)
        _choose(self.status, query.statuses)
        _choose(self.classes, next(iter(query.classes), _UNKNOWN if query.labelled is False else None))
        _choose(self.sort, query.sort)
        self.descending.setChecked(query.descending)

    @property
    def is_filtering(self) -> bool:
        """Whether some images may be left out."""
        query = self._session.navigator.query
        return replace(query, sort=Sort.NATURAL, descending=False) != Query()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(spacing.TIGHT)
        layout.addWidget(self.text)
        for pair in ((self.status, self.classes), (self.sort, self.descending)):
            line = QHBoxLayout()
            line.setSpacing(spacing.TIGHT)
            for widget in pair:
                line.addWidget(widget, 1 if isinstance(widget, QComboBox) else 0)
            layout.addLayout(line)

    def _fill(self) -> None:
        self.status.addItem("Status", frozenset())
        self.status.addItem("Unfinished", _UNFINISHED)
        for status, text in STATUS_TEXTS.items():
            self.status.addItem(text, frozenset({status}))
        self._draw_icons()
        for sort, text in _SORTS:
            self.sort.addItem(text, sort)
        self._fill_classes()

    def _draw_icons(self) -> None:
        for place, status in enumerate(STATUS_TEXTS, start=2):
            self.status.setItemIcon(place, themed_icon(STATUS_ICONS[status]))

    def _fill_classes(self) -> None:
        with QSignalBlocker(self.classes):
            self.classes.clear()
            self.classes.addItem("Class", None)
            self.classes.addItem("Not labelled", _UNKNOWN)
            for index, name in enumerate(self._session.label_set.names):
                if index:
                    self.classes.addItem(name, index)

    def _connect(self) -> None:
        self.text.textChanged.connect(lambda _: self._typing.start())
        self.text.returnPressed.connect(self.apply)
        self.text.returnPressed.connect(self.leave)
        self.text.down_pressed.connect(self.leave)
        self._typing.timeout.connect(self.apply)
        for box in (self.status, self.classes, self.sort):
            box.activated.connect(lambda _: self.apply())
        self.descending.clicked.connect(lambda _: self.apply())
        current_theme().changed.connect(self._draw_icons)
        self._session.events.project_changed.connect(self._project_changed)
        self._session.events.classes_changed.connect(self._classes_changed)
        self._session.events.images_changed.connect(self.show_query)

    def _classes_changed(self) -> None:
        self._fill_classes()
        self.show_query()

    def _project_changed(self) -> None:
        self._typing.stop()
        self._fill_classes()
        self.show_query()
        self.setEnabled(self._session.project is not None)


class _FilterBox(QLineEdit):
    """A text box from which Down leads on and which Esc clears."""

    down_pressed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._lens = self.addAction(themed_icon("search"), QLineEdit.ActionPosition.LeadingPosition)

    def set_lens(self, icon: Any) -> None:
        """Draw the icon at the left end."""
        self._lens.setIcon(icon)

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """See the class."""
        if event.key() == Qt.Key.Key_Down:
            self.down_pressed.emit()
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


def _combo(parent: QWidget, name: str, tip: str) -> QComboBox:
    box = QComboBox(parent)
    box.setAccessibleName(name)
    box.setToolTip(tip)
    box.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
    box.setMinimumContentsLength(6)
    return box


def _choose(box: QComboBox, value: object) -> None:
    places = [place for place in range(box.count()) if box.itemData(place) == value]
    box.setCurrentIndex(places[0] if places else 0)
