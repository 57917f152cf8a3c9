"""Thumbnails of all images, to build image-level labels by ticking with keys."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QModelIndex, QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QMenu, QSlider, QStackedWidget, QVBoxLayout, QWidget

from edam_gui.gui.annotate.image_list.context_menu import fill_menu
from edam_gui.gui.annotate.image_list.grid_hint import GridHint
from edam_gui.gui.annotate.image_list.grid_view import GridView
from edam_gui.gui.annotate.image_list.legend import ClassLegend
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.bulk import TOPIC
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session

_MOST_LOOKED_AT: Final = 500


class ImageGrid(QWidget):
    """The grid, the classes above it, and how far the labelling is.

    Parameters
    ----------
    session
        Whose images it shows.

    Attributes
    ----------
    left
        Signal: show the canvas again; the image that was opened, if one was, is on the desk.
    """

    left = Signal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.legend = ClassLegend(self)
        self.view = GridView(session, self)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.counts = QLabel(self)
        self.help = GridHint(self)
        self.size_slider = QSlider(Qt.Orientation.Horizontal, self)
        self.size_slider.setRange(96, 256)
        self.size_slider.setValue(self.view.side)
        self.size_slider.setFixedWidth(120)
        self.size_slider.setAccessibleName("Size of the thumbnails")
        self.size_slider.setToolTip("Size of the thumbnails")
        self.hint = with_role(QLabel(self), Role.HINT)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.pages = QStackedWidget(self)
        self._soon = QTimer(self)
        self._soon.setSingleShot(True)
        self._soon.setInterval(0)
        self._soon.timeout.connect(self._show_state)
        self._lay_out()
        self._connect()
        self.refresh()

    def refresh(self) -> None:
        """Show the classes and the images of the project, or say why there are none."""
        session = self._session
        self.legend.show_classes(session.label_set)
        count = len(session.navigator.ids)
        if not count:
            loading = session.navigator.is_listing
            nothing = "No image fits the filter of the list." if session.project is not None else "Nothing is open."
            self.hint.setText("Listing the images…" if loading else nothing)
        self.pages.setCurrentIndex(0 if count else 1)
        self._soon.start()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802 - Qt's name
        """Begin at the image on the desk, and give the keys to the images."""
        super().showEvent(event)
        if event.spontaneous():
            return  # the window was only minimised
        self.view.follow()
        self._soon.start()
        self.view.setFocus(Qt.FocusReason.OtherFocusReason)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.addWidget(self.counts)
        top.addSpacing(spacing.WIDE)
        top.addWidget(self.help, 1)
        top.addWidget(self.size_slider)
        self.pages.addWidget(self.view)
        self.pages.addWidget(self.hint)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*([spacing.NORMAL] * 4))
        layout.setSpacing(spacing.NORMAL)
        layout.addLayout(top)
        layout.addWidget(self.legend)
        layout.addWidget(self.pages, 1)

    def _connect(self) -> None:
        session, view = self._session, self.view
        self.size_slider.valueChanged.connect(view.set_side)
        self.legend.clicked.connect(view.toggle)
        self.legend.clicked.connect(lambda _: view.setFocus(Qt.FocusReason.OtherFocusReason))
        view.activated.connect(self._open)
        view.leave.connect(self.left)
        view.digits.typed.connect(self._show_typed)
        view.customContextMenuRequested.connect(self._menu)
        view.selectionModel().selectionChanged.connect(lambda *_: self._soon.start())
        session.rows.changed.connect(self._rows_changed)
        session.events.project_changed.connect(self.refresh)
        session.events.classes_changed.connect(self.refresh)
        session.events.images_changed.connect(self.refresh)
        session.events.counts_changed.connect(self._show_state)

    def _show_typed(self, typed: str) -> None:
        if typed:  # what was said of the last change lies over the hint
            self._session.events.message.emit(Message(Level.INFO, "", TOPIC))
        self.help.show_waiting(typed, self._session.label_set.names)
        self._show_state()

    def _rows_changed(self, _images: frozenset[int]) -> None:
        self._soon.start()

    def _open(self, index: QModelIndex) -> None:
        image, current = self.view.images.image(index.row()), self._session.current
        if image is None:
            return
        if current is None or current.id != image:
            self._session.navigator.go_to(image)
        self.left.emit()

    def _show_state(self) -> None:
        """Show counts, and what is ticked on the selected images."""
        if not self.isVisible():
            return
        session = self._session
        selected = self.view.selected_images()
        rows = session.rows.many(selected[:_MOST_LOOKED_AT])
        known = [row.ticks.confirmed if row.ticks is not None else frozenset() for row in rows]
        everywhere = frozenset.intersection(*known) if known else frozenset()
        somewhere = frozenset[int]().union(*(row.ticks.classes for row in rows if row.ticks is not None))
        self.legend.show_state(everywhere, somewhere, self.view.digits.digits)
        progress = session.sitting.progress
        labelled = f"{progress.counts.labelled:,} of {progress.counts.total:,} labelled" if progress is not None else ""
        chosen = f"{len(selected):,} selected" if len(selected) > 1 else ""
        self.counts.setText(", ".join(part for part in (labelled, chosen) if part))

    def _menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if fill_menu(menu, self._session, self.view.selected_images()):
            menu.popup(self.view.viewport().mapToGlobal(point))
        else:
            menu.deleteLater()
