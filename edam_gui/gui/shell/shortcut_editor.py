"""The dialog that gives actions other keys."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QFrame,
    QHBoxLayout,
    QKeySequenceEdit,
    QLabel,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.action_spec import plain
from edam_gui.gui.shell.dialogs import no_default
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.shortcut_tree import ShortcutTree
from edam_gui.gui.shell.shortcuts import Keys, clashes, normalised, shown_keys
from edam_gui.gui.shell.window_place import size_on_screen


class ShortcutEditor(QDialog):
    """A list of all actions; the chosen one's keys are edited below it and hold at once.

    Keys that another action has are not taken from it without being asked to.

    Parameters
    ----------
    book
        The actions; `keep_shortcuts` stores what is changed here.
    parent
        The window.
    """

    def __init__(self, book: ActionBook, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Shortcuts")
        self._book = book
        self.search_line = QLineEdit(self)
        self.tree = ShortcutTree(book, self)
        self.key_edit = QKeySequenceEdit(self)
        self.second_edit = QKeySequenceEdit(self)
        self.reset_button = QPushButton("Default", self)
        self.clear_button = QPushButton("No key", self)
        self.take_button = QPushButton("Use it here instead", self)
        self.note = with_role(QLabel(self), Role.HINT)
        self._wanted: tuple[int, str] | None = None
        self._build()
        self.tree.currentItemChanged.connect(lambda *_: self._show_chosen())
        self.tree.choose_first()
        self.resize(size_on_screen(QSize(640, 560)))

    def choose(self, name: str) -> None:
        """Choose an action by its id."""
        self.tree.choose(name)

    def reset_all(self) -> None:
        """Give all actions their default keys."""
        self._book.set_keys({})
        self._refresh()

    def _build(self) -> None:
        self.search_line.setPlaceholderText("Search actions or keys")
        self.search_line.setAccessibleName("Search actions or keys")
        self.search_line.setToolTip("Show only the actions whose text or keys hold these words")
        self.search_line.setClearButtonEnabled(True)
        self.search_line.textChanged.connect(self.tree.filter)
        for number, edit in enumerate((self.key_edit, self.second_edit)):
            edit.setMaximumSequenceLength(1)
            edit.setAccessibleName(("Key", "Second key")[number])
            edit.setToolTip("Click here and press the key")
            # It says "changed" to nothing when the user begins to press a key; only the end counts.
            edit.editingFinished.connect(lambda number=number: self._typed(number))
        for button in (self.reset_button, self.clear_button, self.take_button):
            button.setAutoDefault(False)
        self.reset_button.setToolTip("Give this action its default keys")
        self.reset_button.clicked.connect(self._reset)
        self.clear_button.setToolTip("Take this action's keys away")
        self.clear_button.clicked.connect(lambda: self._apply(()))
        self.take_button.setToolTip("Take the key away from the other action")
        self.take_button.clicked.connect(self._take)
        self.note.setWordWrap(True)
        self.note.setTextFormat(Qt.TextFormat.PlainText)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
        column.setSpacing(spacing.NORMAL)
        column.addWidget(self.search_line)
        column.addWidget(self.tree, 1)
        column.addWidget(self._editing())
        column.addWidget(self._buttons())

    def _editing(self) -> QWidget:
        keys = QHBoxLayout()
        keys.setSpacing(spacing.NORMAL)
        for label, edit in (("Key", self.key_edit), ("or", self.second_edit)):
            keys.addWidget(QLabel(label, self))
            keys.addWidget(edit, 1)
        keys.addWidget(self.clear_button)
        keys.addWidget(self.reset_button)
        said = QHBoxLayout()
        said.addWidget(self.note, 1)
        said.addWidget(self.take_button)
        frame = QFrame(self)
        column = QVBoxLayout(frame)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(keys)
        column.addLayout(said)
        return frame

    def _buttons(self) -> QWidget:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Close, self)
        buttons.rejected.connect(self.close)
        reset = buttons.addButton("Reset all", QDialogButtonBox.ButtonRole.ResetRole)
        reset.setToolTip("Give all actions their default keys")
        reset.clicked.connect(self.reset_all)
        keep_icon(reset, "reset", reset.setIcon)
        no_default(buttons)
        return buttons

    def _show_chosen(self, note: str = "") -> None:
        name = self.tree.chosen()
        keys = self._book.keys()[name] if name else ()
        for number, edit in enumerate((self.key_edit, self.second_edit)):
            edit.blockSignals(True)
            edit.setKeySequence(QKeySequence(keys[number] if len(keys) > number else ""))
            edit.blockSignals(False)
            edit.setEnabled(bool(name))
        self._wanted = None
        self.take_button.hide()
        changed = bool(name) and keys != self._book.default_keys()[name]
        self.reset_button.setEnabled(changed)
        self.clear_button.setEnabled(bool(keys))
        default = shown_keys(self._book.default_keys()[name]) if name else ""
        with_role(self.note, Role.HINT)
        self.note.setText(note or (f"The default is {default or 'no key'}." if changed else ""))

    def _typed(self, number: int) -> None:
        name = self.tree.chosen()
        edit = (self.key_edit, self.second_edit)[number]
        key = edit.keySequence().toString(QKeySequence.SequenceFormat.PortableText)
        if not name or (number, key) == self._wanted:
            return
        if not key:
            self._show_chosen()
            return
        others = {other: keys for other, keys in self._book.keys().items() if other != name}
        holders = clashes(key, others)
        if not holders:
            self._apply(self._with(number, key))
            return
        self._wanted = (number, key)
        texts = " and ".join(f"'{plain(self._spec_text(holder))}'" for holder in holders)
        with_role(self.note, Role.WARNING)
        self.note.setText(f"{shown_keys((key,))} belongs to {texts}.")
        self.take_button.show()

    def _take(self) -> None:
        if self._wanted is None:
            return
        number, key = self._wanted
        name = self.tree.chosen()
        table = dict(self._book.keys())
        for holder in clashes(key, {other: keys for other, keys in table.items() if other != name}):
            table[holder] = tuple(k for k in table[holder] if not clashes(key, {"": (k,)}))
        table[name] = self._with(number, key)
        self._book.set_keys(table)
        self._refresh()

    def _with(self, number: int, key: str) -> Keys:
        """Return the chosen action's keys with one of the two replaced."""
        keys = [*self._book.keys()[self.tree.chosen()], "", ""][:2]
        keys[number] = key
        return normalised(keys)

    def _apply(self, keys: Keys) -> None:
        name = self.tree.chosen()
        if name:
            self._book.set_keys({**self._book.keys(), name: keys})
            self._refresh()

    def _reset(self) -> None:
        """Give the default keys back, but none that another action has by now."""
        name = self.tree.chosen()
        others = {other: keys for other, keys in self._book.keys().items() if other != name}
        default = self._book.default_keys()[name]
        free = tuple(key for key in default if not clashes(key, others))
        self._book.set_keys({**self._book.keys(), name: free})
        taken = [key for key in default if key not in free]
        self._refresh(f"{shown_keys(taken)} is left out: another action has it." if taken else "")

    def _refresh(self, note: str = "") -> None:
        self.tree.refresh()
        self._show_chosen(note)

    def _spec_text(self, name: str) -> str:
        return next(spec.text for spec in self._book.specs() if spec.id == name)
