"""The classes of the project: number, colour, name; what is changed holds when the dialog is accepted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from PySide6.QtCore import QSignalBlocker, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QKeySequence, QPixmap, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QColorDialog,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMessageBox,
    QPushButton,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from edam_gui.core.errors import EdamError
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.class_draft import ClassDraft, Color
from edam_gui.session.session import Session

NUMBER, COLOR, NAME = range(3)
_INTRO: Final = (
    "Double-click a name or a colour to change it. 0 is always the background, 255 is ignore. "
    "A class that photos carry keeps its number."
)
_COLORS: Final = (
    "These colours are those of the screen (unless Settings ▸ Look chooses others), of overlays and of contact sheets. "
    "Label maps are always written with the PASCAL VOC palette: their pixels are the class numbers."
)
_FILES: Final = "Classes (*.json);;All files (*)"
_SWATCH: Final = QSize(28, 16)


class ClassDialog(QDialog):
    """Adds, renames, recolours, removes and moves classes.

    Parameters
    ----------
    session
        Whose classes they are.
    draft
        Holds the changes, and refuses those that would change what photos say.
    """

    def __init__(self, session: Session, draft: ClassDraft, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Classes")
        self._session = session
        self.draft = draft
        self.question: QMessageBox | None = None
        self.table = QTableWidget(0, 3, self)
        self.problem = with_role(QLabel("", self), Role.WARNING)
        self.problem.setWordWrap(True)
        self.model_says = with_role(QLabel("", self), Role.HINT)
        self.model_says.setWordWrap(True)
        self.add_button = self._button("Add", "Add a class at the end (Ins)", self.add)
        self.rename_button = self._button("Rename", "Type another name (F2)", self._edit)
        self.color_button = self._button("Colour…", "Choose another colour", self.choose_color)
        self.remove_button = self._button("Remove", "Take the class away (Del)", self.remove)
        self.up_button = self._button("Move up", "Give the class a lower number", lambda: self._move(-1))
        self.down_button = self._button("Move down", "Give the class a higher number", lambda: self._move(1))
        self.load_button = self._button("Load from file…", "Read the classes from a JSON file", self.load)
        self.save_button = self._button("Save as file…", "Write a JSON file that --classes reads", self.save)
        standard = QDialogButtonBox.StandardButton
        self.buttons = QDialogButtonBox(standard.Ok | standard.Cancel, self)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        self._prepare_table()
        self._lay_out()
        session.events.model_changed.connect(self._show_model)
        self._show_model()
        self._fill(0)

    def _button(self, text: str, tip: str, run: Callable[[], object]) -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.setToolTip(tip)
        button.clicked.connect(lambda _=False: run())
        return button

    def _prepare_table(self) -> None:
        table = self.table
        table.setAccessibleName("Classes")
        table.setHorizontalHeaderLabels(["#", "Colour", "Name"])
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setShowGrid(False)
        table.setTabKeyNavigation(False)
        table.setIconSize(_SWATCH)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(28)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        table.itemChanged.connect(self._renamed)
        table.cellDoubleClicked.connect(self._double_clicked)
        for key, run in ((Qt.Key.Key_Insert, self.add), (Qt.Key.Key_Delete, self.remove)):
            shortcut = QShortcut(QKeySequence(key), table)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(run)

    def _lay_out(self) -> None:
        intro = with_role(QLabel(_INTRO, self), Role.HINT)
        colors = with_role(QLabel(_COLORS, self), Role.HINT)
        for label in (intro, colors):
            label.setWordWrap(True)
        side = QVBoxLayout()
        side.setSpacing(spacing.TIGHT)
        for button in (self.add_button, self.rename_button, self.color_button, self.remove_button):
            side.addWidget(button)
        side.addSpacing(spacing.WIDE)
        for button in (self.up_button, self.down_button):
            side.addWidget(button)
        side.addStretch(1)
        for button in (self.load_button, self.save_button):
            side.addWidget(button)
        middle = QHBoxLayout()
        middle.setSpacing(spacing.NORMAL)
        middle.addWidget(self.table, 1)
        middle.addLayout(side)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        layout.setSpacing(spacing.NORMAL)
        layout.addWidget(intro)
        layout.addLayout(middle, 1)
        for widget in (self.problem, self.model_says, colors, self.buttons):
            layout.addWidget(widget)
        self.resize(560, 620)

    # Showing ---------------------------------------------------------------------------------------------------------

    @property
    def place(self) -> int:
        """The chosen class, from 0."""
        return max(0, self.table.currentRow())

    def _fill(self, place: int) -> None:
        with QSignalBlocker(self.table):
            self.table.setRowCount(len(self.draft.entries))
            for row, one in enumerate(self.draft.entries):
                number, color = QTableWidgetItem(str(row + 1)), QTableWidgetItem()
                number.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
                color.setData(Qt.ItemDataRole.DecorationRole, _swatch(one.color))
                color.setData(Qt.ItemDataRole.AccessibleTextRole, f"colour of {one.name}")
                for item in (number, color):
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                for column, item in ((NUMBER, number), (COLOR, color), (NAME, QTableWidgetItem(one.name))):
                    self.table.setItem(row, column, item)
        self.table.setCurrentCell(min(place, self.table.rowCount() - 1), NAME)

    def _show_model(self) -> None:
        self.model_says.setText(self._session.classes.model_sentence())

    def _attempt(self, change: Callable[[], object]) -> bool:
        """Do something to the draft; say why not if it is refused."""
        try:
            change()
        except EdamError as error:
            self.problem.setText(str(error))
            return False
        self.problem.setText("")
        return True

    # Changing --------------------------------------------------------------------------------------------------------

    def add(self) -> None:
        """Add a class and let its name be typed."""
        if self._attempt(self.draft.add):
            self._fill(len(self.draft.entries) - 1)
            self._edit()

    def remove(self) -> None:
        """Take the chosen class away."""
        place = self.place
        if self._attempt(lambda: self.draft.remove(place)):
            self._fill(place)

    def _move(self, by: int) -> None:
        place = self.place
        if self._attempt(lambda: self.draft.move(place, by)):
            self._fill(min(max(0, place + by), len(self.draft.entries) - 1))

    def _edit(self) -> None:
        self.table.setFocus()
        item = self.table.item(self.place, NAME)
        if item is not None:
            self.table.editItem(item)

    def _renamed(self, item: QTableWidgetItem) -> None:
        row = item.row()
        self._attempt(lambda: self.draft.rename(row, item.text()))
        with QSignalBlocker(self.table):
            item.setText(self.draft.entries[row].name)

    def _double_clicked(self, _: int, column: int) -> None:
        if column == COLOR:
            self.choose_color()

    def choose_color(self) -> None:
        """Ask for another colour of the chosen class."""
        place = self.place
        dialog = QColorDialog(QColor(*self.draft.entries[place].color), self)
        dialog.setOption(QColorDialog.ColorDialogOption.DontUseNativeDialog)
        dialog.setWindowTitle(f"Colour of {self.draft.entries[place].name}")

        def chosen(color: QColor) -> None:
            self.draft.recolor(place, (color.red(), color.green(), color.blue()))
            self._fill(place)

        dialog.colorSelected.connect(chosen)
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    # Files -----------------------------------------------------------------------------------------------------------

    def load(self) -> None:
        """Ask for a class file and take its classes."""
        chosen, _ = QFileDialog.getOpenFileName(self, "Load classes", self._start(), _FILES)
        if chosen and self._attempt(lambda: self.draft.load(self._session.classes.read(Path(chosen)))):
            self._fill(0)

    def save(self) -> None:
        """Ask for a file and write the classes to it."""
        start = str(Path(self._start()) / "classes.json")
        chosen, _ = QFileDialog.getSaveFileName(self, "Save classes", start, _FILES)
        if chosen:
            self._attempt(lambda: self._session.classes.write(Path(chosen), self.draft.label_set()))

    def _start(self) -> str:
        project = self._session.project
        return str(project.folder) if project is not None else str(Path.home())

    # The end ---------------------------------------------------------------------------------------------------------

    def accept(self) -> None:
        """Let the project have these classes; ask first what a new name means to the model."""
        if self.question is not None:
            return
        asked = self._session.classes.asks_about(self.draft)
        if asked:
            self._ask(asked)
            return
        self.draft.settle_names(same_thing=False)
        self._finish()

    def _finish(self) -> None:
        super().accept()
        self._session.classes.choose(self.draft)

    def _ask(self, renamed: tuple[str, ...]) -> None:
        role, names = QMessageBox.ButtonRole, ", ".join(renamed[:5]) + (", …" if len(renamed) > 5 else "")
        text = f"Is it the same thing by another name? {names}"
        box = QMessageBox(QMessageBox.Icon.Question, "Renamed", text, QMessageBox.StandardButton.Cancel, self)
        box.setInformativeText(
            "If so, the model's masks for the old name are used for the new one. If not, the model does not know the "
            "class any more, and its suggestions that nobody has confirmed are forgotten."
        )
        same = box.addButton("The same thing", role.YesRole)
        other = box.addButton("Something else", role.NoRole)
        box.setDefaultButton(other)
        self.question = box

        def answered(_: int) -> None:
            clicked, self.question = box.clickedButton(), None
            box.deleteLater()
            if clicked in (same, other):
                self.draft.settle_names(same_thing=clicked is same)
                self._finish()

        box.finished.connect(answered)
        box.open()

    def done(self, result: int) -> None:
        """Close."""
        self._session.events.model_changed.disconnect(self._show_model)
        super().done(result)


def _swatch(color: Color) -> QIcon:
    pixmap = QPixmap(_SWATCH)
    pixmap.fill(QColor(*color))
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)  # Qt would tint it
    return icon
