"""The user guide in a window of its own: pages at the left, the page at the right, back, forward, search."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QKeySequence, QShortcut, QTextDocument
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.help_pages import INDEX, KEYS, HelpPages
from edam_gui.gui.shell.help_view import HelpView
from edam_gui.gui.shell.icons import keep_icon
from edam_gui.gui.shell.key_page import key_page
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.window_place import size_on_screen

_NAME = Qt.ItemDataRole.UserRole + 1


class HelpWindow(QWidget):
    """Reads `resources/help`; the page of keys is written from the action table each time it is shown.

    Parameters
    ----------
    book
        The actions.
    parent
        The main window, with which it closes.
    """

    def __init__(self, book: ActionBook, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Window)
        self.setWindowTitle("EDAM GUI: user guide")
        self._book = book
        self._pages = HelpPages(written={KEYS: key_page(book)})
        self._back: list[str] = []
        self._ahead: list[str] = []
        self._shown = ""
        self._list = QListWidget(self)
        self._view = HelpView(self)
        self._view.anchorClicked.connect(self._follow)
        self._search = QLineEdit(self)
        self._found = with_role(QLabel(self), Role.HINT)
        self.back_button = self._button("previous", "Back", "Alt+Left", self.go_back)
        self.ahead_button = self._button("next", "Forward", "Alt+Right", self.go_ahead)
        self._build()
        self.show_page(INDEX)
        self.resize(size_on_screen(QSize(860, 640)))

    def show_page(self, name: str, heading: str = "") -> None:
        """Show a page, at a heading; a page that is not there shows the index."""
        if self._shown and self._shown != name:
            self._back.append(self._shown)
            self._ahead.clear()
        self._show(name, heading)

    def page(self) -> str:
        """Return the name of the page in view."""
        return self._shown

    def text(self) -> str:
        """Return the page's text as shown."""
        return self._view.toPlainText()

    def go_back(self) -> None:
        """Show the page before."""
        if self._back:
            self._ahead.append(self._shown)
            self._show(self._back.pop())

    def go_ahead(self) -> None:
        """Show the page from which the user went back."""
        if self._ahead:
            self._back.append(self._shown)
            self._show(self._ahead.pop())

    def search(self, text: str) -> bool:
        """Find the next place of a text in the page, then in the others; return whether there is one."""
        if not text:
            self._found.setText("")
            return False
        found = self._view.find(text) or self._search_pages(text)
        self._found.setText("" if found else f"'{text}' is nowhere in the guide.")
        return found

    def _build(self) -> None:
        self._list.setMaximumWidth(190)
        self._list.setAccessibleName("Pages")
        for name in self._pages.names():
            item = QListWidgetItem(self._pages.title(name))
            item.setData(_NAME, name)
            self._list.addItem(item)
        self._list.currentItemChanged.connect(self._chosen)
        self._search.setPlaceholderText("Search the guide")
        self._search.setAccessibleName("Search the guide")
        self._search.setToolTip("Type words and press Enter: the guide shows where they are")
        self._search.setClearButtonEnabled(True)
        self._search.setMaximumWidth(260)
        self._search.returnPressed.connect(lambda: self.search(self._search.text()))
        QShortcut(QKeySequence.StandardKey.Find, self, self._search.setFocus)
        QShortcut(QKeySequence.StandardKey.Close, self, self.close)
        QShortcut(QKeySequence("Esc"), self, self.close)
        top = QHBoxLayout()
        top.setContentsMargins(spacing.NORMAL, spacing.NORMAL, spacing.NORMAL, spacing.NORMAL)
        top.addWidget(self.back_button)
        top.addWidget(self.ahead_button)
        top.addStretch(1)
        top.addWidget(self._found)
        top.addWidget(self._search)
        middle = QHBoxLayout()
        middle.setSpacing(0)
        middle.addWidget(self._list)
        middle.addWidget(self._view, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addLayout(top)
        column.addLayout(middle, 1)

    def _button(self, icon: str, text: str, key: str, run: Callable[[], None]) -> QToolButton:
        button = QToolButton(self)
        keep_icon(button, icon, button.setIcon)
        button.setAccessibleName(text)
        button.setToolTip(f"{text} ({key})")
        button.setShortcut(QKeySequence(key))
        button.clicked.connect(run)
        return button

    def _show(self, name: str, heading: str = "") -> None:
        self._pages = HelpPages(written={KEYS: key_page(self._book)})
        name = name if self._pages.has(name) else INDEX
        self._shown = name
        self._view.show_page(self._pages.text(name))
        if heading:
            self._view.show_heading(heading)
        self._list.blockSignals(True)
        for row in range(self._list.count()):
            if self._list.item(row).data(_NAME) == name:
                self._list.setCurrentRow(row)
        self._list.blockSignals(False)
        self.back_button.setEnabled(bool(self._back))
        self.ahead_button.setEnabled(bool(self._ahead))

    def _chosen(self, item: QListWidgetItem | None) -> None:
        if item is not None:
            self.show_page(str(item.data(_NAME)))

    def _follow(self, url: QUrl) -> None:
        """Go to another page or heading; what is outside the guide opens in the browser."""
        if url.scheme() in ("https", "http"):
            QDesktopServices.openUrl(url)
        elif url.path().endswith(".md"):
            self.show_page(url.path().removesuffix(".md"), url.fragment())
        elif url.fragment():
            self._view.show_heading(url.fragment())

    def _search_pages(self, text: str) -> bool:
        """Look from the page after this one, round to this one's beginning."""
        names = self._pages.names()
        here = names.index(self._shown) if self._shown in names else 0
        for name in (*names[here + 1 :], *names[: here + 1]):
            document = QTextDocument()
            document.setMarkdown(self._pages.text(name))
            if text.lower() in document.toPlainText().lower():
                self.show_page(name)
                return bool(self._view.find(text)) or self._from_start(text)
        return False

    def _from_start(self, text: str) -> bool:
        self._view.moveCursor(self._view.textCursor().MoveOperation.Start)
        return bool(self._view.find(text))
