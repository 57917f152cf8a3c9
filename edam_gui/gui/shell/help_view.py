"""Shows one Markdown page in the theme's colours; reads nothing from the network."""

from __future__ import annotations

from PySide6.QtCore import QUrl
from PySide6.QtGui import (
    QBrush,
    QColor,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFormat,
    QTextLength,
    QTextTable,
    QTextTableFormat,
)
from PySide6.QtWidgets import QTextBrowser, QWidget

from edam_gui.gui.shell.help_pages import slug
from edam_gui.gui.shell.theme import current_theme

_LARGER = {1: 2, 2: 1}
"""Qt's font size adjustment of headings: 2 is 1.5 times the text's size, 1 is 1.2 times."""


class HelpView(QTextBrowser):
    """A page of the guide. Links are not followed here: `anchorClicked` tells of them."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setOpenLinks(False)
        self.setOpenExternalLinks(False)
        self.setAccessibleName("User guide")
        self._markdown = ""
        current_theme().changed.connect(self._show_again)

    def show_page(self, markdown: str) -> None:
        """Show a page from its beginning."""
        self._markdown = markdown
        document = self.document()
        document.setDocumentMargin(18)
        document.setMarkdown(markdown)
        block = document.begin()
        while block.isValid():
            self._style(block)
            block = block.next()
        for frame in document.rootFrame().childFrames():
            if isinstance(frame, QTextTable):
                self._style_table(frame)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def show_heading(self, name: str) -> bool:
        """Scroll to a heading by its slug; return whether there is one."""
        block = self.document().begin()
        while block.isValid():
            if block.blockFormat().headingLevel() and slug(block.text()) == name:
                self.setTextCursor(QTextCursor(block))
                top = self.document().documentLayout().blockBoundingRect(block).top()
                self.verticalScrollBar().setValue(round(top))
                return True
            block = block.next()
        return False

    def loadResource(self, kind: int, name: QUrl | str) -> object:  # noqa: ARG002, N802
        """Load nothing: the pages have no pictures, and a link in one must not fetch anything."""
        return None

    def _show_again(self) -> None:
        self.show_page(self._markdown)

    def _style(self, block: QTextBlock) -> None:
        cursor = QTextCursor(block)
        level = block.blockFormat().headingLevel()
        layout = QTextBlockFormat()
        layout.setLineHeight(125, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        if level:
            layout.setTopMargin(0 if block.blockNumber() == 0 else 16)
            layout.setBottomMargin(6)
        elif cursor.currentTable() is None:
            layout.setBottomMargin(3 if block.textList() is not None else 9)
        cursor.mergeBlockFormat(layout)
        if level:
            cursor.movePosition(QTextCursor.MoveOperation.EndOfBlock, QTextCursor.MoveMode.KeepAnchor)
            look = QTextCharFormat()
            look.setFontWeight(600)
            look.setProperty(QTextFormat.Property.FontSizeAdjustment, _LARGER.get(level, 0))
            cursor.mergeCharFormat(look)
        self._style_code(block)

    @staticmethod
    def _style_code(block: QTextBlock) -> None:
        """Give code a background of its own."""
        spans = [r for r in block.textFormats() if r.format.fontFixedPitch()]
        for span in spans:
            cursor = QTextCursor(block)
            cursor.setPosition(block.position() + span.start)
            cursor.setPosition(block.position() + span.start + span.length, QTextCursor.MoveMode.KeepAnchor)
            look = QTextCharFormat()
            look.setBackground(QBrush(QColor(current_theme().colors.hover)))
            cursor.mergeCharFormat(look)

    @staticmethod
    def _style_table(table: QTextTable) -> None:
        layout = QTextTableFormat()
        layout.setCellPadding(5)
        layout.setCellSpacing(0)
        layout.setBorder(0.5)
        layout.setBorderCollapse(True)
        layout.setBorderBrush(QBrush(QColor(current_theme().colors.line)))
        layout.setTopMargin(2)
        layout.setBottomMargin(10)
        layout.setWidth(QTextLength(QTextLength.Type.PercentageLength, 100))
        table.setFormat(layout)
        for column in range(table.columns()):
            cell = table.cellAt(0, column)
            look = cell.format()
            look.setBackground(QBrush(QColor(current_theme().colors.panel)))
            cell.setFormat(look)
