"""Type a few letters, press Enter: runs any action of the table."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListWidget, QListWidgetItem, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.fuzzy import fuzzy_score
from edam_gui.gui.shell.icons import themed_icon
from edam_gui.gui.shell.palette_delegate import GROUP, KEYS, PaletteDelegate
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.shortcuts import shown_keys

_ENTRY: Final = Qt.ItemDataRole.UserRole + 10
_WIDTH: Final = 560
_ROWS: Final = 12
_OWN: Final = "help.palette"


@dataclass(frozen=True)
class PaletteEntry:
    """Something to choose.

    Parameters
    ----------
    text
        What it does.
    group
        Where it belongs, shown before the text.
    run
        Does it.
    keys
        Its shortcut as shown, or "".
    icon
        Stem in `resources/icons`, or "".
    """

    text: str
    group: str
    run: Callable[[], object]
    keys: str = ""
    icon: str = ""


class CommandPalette(QFrame):
    """A box at the top of the window with the actions that can be run now, the latest used first.

    Parameters
    ----------
    book
        The actions.
    window
        Over which it opens.
    extra
        Returns more entries each time it opens (classes, images).
    """

    def __init__(
        self, book: ActionBook, window: QWidget, extra: Callable[[], Sequence[PaletteEntry]] = lambda: ()
    ) -> None:
        super().__init__(window, Qt.WindowType.Popup)
        self.setObjectName("command-palette")
        self.setAccessibleName("Find an action")
        self._book = book
        self._window = window
        self._extra = extra
        self._latest: list[str] = []
        self._entries: list[PaletteEntry] = []
        self._line = QLineEdit(self)
        self._line.setPlaceholderText("Type a few letters of what you want to do")
        self._line.setAccessibleName("Find an action")
        self._line.setToolTip("A few letters are enough; Enter runs the first action")
        self._line.textChanged.connect(self._filter)
        self._line.installEventFilter(self)
        self._list = QListWidget(self)
        self._list.setAccessibleName("Actions that match")
        self._list.setItemDelegate(PaletteDelegate(self._list))
        self._list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._list.setUniformItemSizes(True)
        self._list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._list.setMouseTracking(True)
        self._list.itemClicked.connect(self._run)
        self._nothing = with_role(QLabel("Nothing that can be done now matches.", self), Role.HINT)
        column = QVBoxLayout(self)
        column.setContentsMargins(spacing.NORMAL, spacing.NORMAL, spacing.NORMAL, spacing.NORMAL)
        column.setSpacing(spacing.NORMAL)
        column.addWidget(self._line)
        column.addWidget(self._list)
        column.addWidget(self._nothing)
        book.ran.connect(self._remember)

    def open(self) -> None:
        """Open it with all that can be run now."""
        self._entries = [*self._actions(), *self._extra()]
        self._line.clear()
        self._filter("")
        self.move(self._window.mapToGlobal(QPoint((self._window.width() - self.width()) // 2, 3 * spacing.WIDE)))
        self.show()
        self._line.setFocus()

    def texts(self) -> tuple[str, ...]:
        """Return what is shown, best first."""
        return tuple(self._list.item(i).text() for i in range(self._list.count()))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:  # noqa: N802, D102
        if watched is self._line and isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            return self._key(event)
        return super().eventFilter(watched, event)

    def _key(self, event: QKeyEvent) -> bool:
        key = event.key()
        if key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            item = self._list.currentItem()
            if item is not None:
                self._run(item)
            return True
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 8, Qt.Key.Key_PageUp: -8}
        step = steps.get(Qt.Key(key))
        if step is None:
            return False
        last = self._list.count() - 1
        row = self._list.currentRow() + step
        # One step beyond an end comes back at the other.
        self._list.setCurrentRow(
            (last if row < 0 else 0 if row > last else row) if abs(step) == 1 else min(max(row, 0), last)
        )
        return True

    def _actions(self) -> list[PaletteEntry]:
        keys = self._book.keys()
        specs = sorted(
            (spec for spec in self._book.available() if spec.id != _OWN),
            key=lambda spec: self._latest.index(spec.id) if spec.id in self._latest else len(self._latest),
        )
        return [
            PaletteEntry(
                *(self._book.plain_text(spec.id), spec.group, lambda name=spec.id: self._book.run(name)),
                keys=shown_keys(keys[spec.id][:1]),
                icon=spec.icon,
            )
            for spec in specs
        ]

    def _filter(self, typed: str) -> None:
        scored = [(fuzzy_score(typed, f"{e.text} {e.group}"), i) for i, e in enumerate(self._entries)]
        fitting = sorted((-score, i) for score, i in scored if score is not None)
        if not typed.strip():
            fitting = [(0.0, i) for i in range(len(self._entries))]
        self._list.clear()
        for _, index in fitting:
            entry = self._entries[index]
            item = QListWidgetItem(entry.text)
            item.setData(GROUP, entry.group)
            item.setData(KEYS, entry.keys)
            item.setData(_ENTRY, index)
            if entry.icon:
                item.setIcon(themed_icon(entry.icon))
            self._list.addItem(item)
        self._list.setCurrentRow(0)
        self._nothing.setVisible(not fitting)
        self._list.setVisible(bool(fitting))
        self._fit()

    def _fit(self) -> None:
        """Be as high as what is found, but no higher than the window."""
        rows = min(max(self._list.count(), 1), _ROWS)
        height = rows * max(self._list.sizeHintForRow(0), 24) + 2 * self._list.frameWidth() + 2
        room = self._window.height() - 5 * spacing.WIDE - self._line.sizeHint().height()
        self._list.setFixedHeight(max(min(height, room), 24))
        self.setFixedWidth(min(_WIDTH, self._window.width() - 2 * spacing.WIDE))
        self.adjustSize()

    def _run(self, item: QListWidgetItem) -> None:
        entry = self._entries[item.data(_ENTRY)]
        self.hide()
        entry.run()

    def _remember(self, name: str) -> None:
        if name in self._latest:
            self._latest.remove(name)
        self._latest.insert(0, name)
