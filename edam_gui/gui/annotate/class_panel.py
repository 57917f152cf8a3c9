"""The classes: who is in the photo, how much of it, and which class tools and the mask layer use."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAction, QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QSlider,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.annotate.class_model import ClassModel, Column
from edam_gui.gui.annotate.class_row import ClassRow
from edam_gui.gui.annotate.screen_palette import screen_palette
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.model_host import ModelState
from edam_gui.session.session import Session

_FIRST_LINES = 7
_PACE_MS = 120
"""Shares are counted again at most this often while a slider moves."""


class ClassPanel(QWidget):
    """The class list.

    Signals: `picked(index)` when another class is picked; `look_changed(opacities, hidden)` when classes are shown in
    another way.

    Parameters
    ----------
    session
        Whose classes it shows.
    """

    picked = Signal(int)
    look_changed = Signal(object, object)

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._automatic = True
        self._on_desk: int | None = None
        self.model = ClassModel(session)
        self.view = QTableView(self)
        self._prepare_view()
        self.hint = with_role(QLabel("", self), Role.HINT)
        self.hint.setWordWrap(True)
        self.confirm = QPushButton("Confirm suggestions", self)
        self.confirm.setToolTip("Take over the classes that the model suggests")
        self.confirm.clicked.connect(session.ticks.confirm_all)
        self.opacity = QSlider(Qt.Orientation.Horizontal, self)
        self.opacity.setRange(0, 100)
        self.opacity.setValue(100)
        self.opacity.setAccessibleName("Opacity of the picked class")
        self.opacity.setToolTip("How opaque the picked class is shown")
        self.opacity.valueChanged.connect(self._set_opacity)
        self.edit_classes = QToolButton(self)
        self.edit_classes.setIconSize(QSize(spacing.ICON, spacing.ICON))
        self.edit_classes.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._pace = QTimer(self)
        self._pace.setSingleShot(True)
        self._pace.setInterval(_PACE_MS)
        self._pace.timeout.connect(self.refresh)
        self._lay_out()
        events = session.events
        for signal in (
            events.ticks_changed,
            events.current_changed,
            events.project_changed,
            events.classes_changed,
            events.masks_changed,
            events.model_changed,
        ):
            signal.connect(self.refresh)
        events.labels_changed.connect(self._labels_changed)
        screen_palette().changed.connect(self.model.refresh)
        self.refresh()

    def _prepare_view(self) -> None:
        view = self.view
        view.setModel(self.model)
        view.setAccessibleName("Classes")
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        view.setShowGrid(False)
        view.setIconSize(QSize(spacing.ICON - 4, spacing.ICON - 4))
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(26)
        header = view.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(Column.NAME, QHeaderView.ResizeMode.Stretch)
        header.setMinimumSectionSize(28)
        # The names get all the room there is.
        for column, width in ((Column.TICK, 30), (Column.EYE, 28)):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Fixed)
            view.setColumnWidth(column, width)
        header.setHighlightSections(False)
        view.setTabKeyNavigation(False)
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        view.customContextMenuRequested.connect(self._menu)
        view.clicked.connect(self._clicked)
        view.selectionModel().currentRowChanged.connect(self._row_changed)
        view.installEventFilter(_Keys(self, self._key))

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.NORMAL, spacing.NORMAL, spacing.NORMAL, spacing.NORMAL)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(self.hint)
        layout.addWidget(self.confirm)
        layout.addWidget(self.view, 1)
        row = QHBoxLayout()
        row.addWidget(with_role(QLabel("Class opacity", self), Role.HINT))
        row.addWidget(self.opacity, 1)
        row.addWidget(self.edit_classes)
        layout.addLayout(row)

    def offer(self, action: QAction) -> None:
        """Offer an action on the classes as such: by a button, and in the list's context menu."""
        self.edit_classes.setDefaultAction(action)
        self.view.addAction(action)

    # Picking ---------------------------------------------------------------------------------------------------------

    @property
    def picked_class(self) -> int | None:
        """The class that tools and the mask layer use."""
        line = self.view.currentIndex().row()
        return self.model.class_at(line).index if line >= 0 else None

    def pick(self, class_index: int) -> None:
        """Pick a class; it stays picked on the next images too."""
        self._automatic = False
        line = self.model.row_of(class_index)
        if line is None:
            return
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.view.selectionModel().setCurrentIndex(self.model.index(line, Column.NAME), flags)

    def pick_next(self, by: int) -> None:
        """Pick the next (or an earlier) class that is in the photo."""
        ticked = [i for i in range(self.model.rowCount()) if self.model.class_at(i).ticked]
        if not ticked:
            return
        line = self.view.currentIndex().row()
        place = ticked.index(line) + by if line in ticked else 0
        self.pick(self.model.class_at(ticked[place % len(ticked)]).index)

    def refresh(self) -> None:
        """Show what holds now; the picked class stays picked."""
        picked, automatic = self.picked_class, self._automatic
        self.model.refresh()
        if picked is not None and self.picked_class != picked:
            self.pick(picked)
        self._automatic = automatic
        line, current = self.view.currentIndex().row(), self._session.current
        image = current.id if current is not None else None
        if 0 <= line < _FIRST_LINES or image != self._on_desk:
            # The classes in the photo come first: they must not scroll away above the picked one.
            self.view.scrollToTop()
        self._on_desk = image
        present = current.present if current is not None else frozenset()
        if present and (self.picked_class is None or (self._automatic and self.picked_class not in present)):
            self.pick(min(present))
            self._automatic = True
        suggested = len(current.ticks.suggested) if current is not None and current.ticks is not None else 0
        self.confirm.setVisible(suggested > 0)
        self.hint.setText(self._hint(suggested))
        self.hint.setVisible(bool(self.hint.text()))

    def _hint(self, suggested: int) -> str:
        current = self._session.current
        if current is None:
            return "Open a folder of photos to begin."
        if self._session.model.state is ModelState.UNFIT and current.files is not None and current.masks is None:
            return "Tick what this photo shows, and paint it: no model knows these classes yet."
        if suggested:
            return "Suggested by the model: check them. Only ticked classes get pixels."
        if current.ticks is None and current.files is not None:
            waiting = self._session.desk.inferring or self._session.model.state is ModelState.LOADING
            if waiting:
                return "Nothing is known of this photo yet; the model's suggestion comes when it is ready."
            return "Tick the classes that this photo shows."
        if current.ticks is not None and not current.ticks.classes:
            return "No class is ticked: the whole photo is background. Tick what it shows."
        return ""

    def _labels_changed(self, _: object) -> None:
        if not self._pace.isActive():
            self._pace.start()

    # Doing -----------------------------------------------------------------------------------------------------------

    def _row_changed(self, index: QModelIndex, _: QModelIndex) -> None:
        if not index.isValid():
            return
        row = self.model.class_at(index.row())
        self.opacity.blockSignals(True)
        self.opacity.setValue(round(100 * row.opacity))
        self.opacity.blockSignals(False)
        self.picked.emit(row.index)

    def _clicked(self, index: QModelIndex) -> None:
        self._automatic = False
        if index.column() == Column.EYE:
            self.toggle_visible(self.model.class_at(index.row()).index)

    def toggle_visible(self, class_index: int) -> None:
        """Show or hide a class on the canvas."""
        self.model.hidden ^= {class_index}
        self._tell_look()

    def _set_opacity(self, percent: int) -> None:
        if self.picked_class is not None:
            self.model.opacities[self.picked_class] = percent / 100
            self._tell_look()

    def _tell_look(self) -> None:
        self.model.refresh()
        self.look_changed.emit(dict(self.model.opacities), frozenset(self.model.hidden))

    def _menu(self, point: QPoint) -> None:
        index, menu = self.view.indexAt(point), QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if index.isValid():
            self.fill_menu(menu, self.model.class_at(index.row()))
            menu.addSeparator()
        menu.addActions(self.view.actions())
        menu.popup(self.view.viewport().mapToGlobal(point))

    def fill_menu(self, menu: QMenu, row: ClassRow) -> None:
        """Offer what can be done to a class of the photo."""
        ticks, project = self._session.ticks, self._session.project
        writable = self._session.current is not None and project is not None and project.read_only is None
        if row.suggested:
            choices = [("Confirm", ticks.tick), ("Remove suggestion", ticks.untick)]
        else:
            choices = [("Untick", ticks.untick)] if row.ticked else [("Tick", ticks.tick)]
        for text, do in choices:
            action = menu.addAction(text)
            action.triggered.connect(lambda _=False, do=do: do(row.index))
            action.setEnabled(writable)
        menu.addSeparator()
        shown = menu.addAction("Hide its pixels" if row.visible else "Show its pixels")
        shown.triggered.connect(lambda: self.toggle_visible(row.index))

    def _key(self, event: QKeyEvent) -> bool:
        if event.key() == Qt.Key.Key_Space and self.picked_class is not None:
            self._session.ticks.toggle(self.picked_class)
            return True
        return False


class _Keys(QObject):
    """Hands key presses of a widget to a function."""

    def __init__(self, parent: QObject, handle: Callable[[QKeyEvent], bool]) -> None:
        super().__init__(parent)
        self._handle = handle

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802
        if isinstance(event, QKeyEvent) and event.type() is QEvent.Type.KeyPress and self._handle(event):
            return True
        return super().eventFilter(watched, event)
