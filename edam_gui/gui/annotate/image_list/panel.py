"""The list of images beside the canvas."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPoint, Qt
from PySide6.QtWidgets import QLabel, QMenu, QProgressBar, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from edam_gui.gui.annotate.image_list.context_menu import fill_menu
from edam_gui.gui.annotate.image_list.filter_bar import FilterBar
from edam_gui.gui.annotate.image_list.image_view import ImageView
from edam_gui.gui.annotate.image_list.row_delegate import ROW_SIZE, THUMBNAIL, RowDelegate
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.session import Session


class ImageListPanel(QWidget):
    """Filter, list and progress.

    Parameters
    ----------
    session
        Whose images it shows.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.filter = FilterBar(session, self)
        self.view = ImageView(session, "list", ROW_SIZE, THUMBNAIL, parent=self)
        self.view.setItemDelegate(RowDelegate(session, self.view.pixmaps, self.view))
        self.view.setAccessibleName("Images")
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.hint = with_role(QLabel(self), Role.HINT)
        self.hint.setWordWrap(True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.clear_filter = QPushButton("Show all images", self)
        self.clear_filter.setToolTip("Take the filter away")
        self.pages = QStackedWidget(self)
        self.shown = with_role(QLabel(self), Role.HINT)
        self.progress_text = QLabel(self)
        self.progress = QProgressBar(self)
        self.progress.setTextVisible(False)
        self.progress.setAccessibleName("Accepted images")
        self._lay_out()
        self._connect()
        self.refresh()
        self._show_counts()

    def focus_filter(self) -> None:
        """Put the cursor into the filter box, all text selected."""
        self.filter.text.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.filter.text.selectAll()

    def refresh(self) -> None:
        """Show the list, or say why it is empty."""
        session = self._session
        count = len(session.navigator.ids)
        filtering = self.filter.is_filtering
        if not count:
            self.hint.setText(self._empty_text(filtering))
        self.clear_filter.setVisible(filtering and not count)
        self.pages.setCurrentIndex(0 if count else 1)
        self.filter.setEnabled(session.project is not None)
        total = session.sitting.progress.counts.total if session.sitting.progress is not None else count
        self.shown.setText(f"{count:,} of {total:,} shown" if filtering else "")
        self.shown.setVisible(filtering and session.project is not None)

    def _empty_text(self, filtering: bool) -> str:
        session = self._session
        if session.project is None:
            return "Open a folder of photos to see them here."
        if session.navigator.is_listing:
            return "Listing the images…"
        if filtering:
            return "No image fits the filter."
        return "This project has no images yet. Add some with File > Add images."

    def _lay_out(self) -> None:
        empty = QWidget(self)
        inner = QVBoxLayout(empty)
        inner.addStretch(1)
        inner.addWidget(self.hint)
        inner.addWidget(self.clear_filter, 0, Qt.AlignmentFlag.AlignHCenter)
        inner.addStretch(2)
        self.pages.addWidget(self.view)
        self.pages.addWidget(empty)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(*([spacing.NORMAL] * 4))
        layout.setSpacing(spacing.TIGHT)
        layout.addWidget(self.filter)
        layout.addWidget(self.shown)
        layout.addWidget(self.pages, 1)
        layout.addWidget(self.progress_text)
        layout.addWidget(self.progress)
        self.progress.setFixedHeight(6)
        self.progress_text.setWordWrap(True)
        self.setMinimumWidth(180)

    def _connect(self) -> None:
        events = self._session.events
        self.view.clicked.connect(self._clicked)
        self.view.activated.connect(self._show)
        self.view.customContextMenuRequested.connect(self._menu)
        self.filter.leave.connect(self._to_list)
        self.clear_filter.clicked.connect(self.filter.clear)
        events.project_changed.connect(self.refresh)
        events.images_changed.connect(self.refresh)
        events.counts_changed.connect(self._show_counts)

    def _show_counts(self) -> None:
        progress = self._session.sitting.progress
        for widget in (self.progress_text, self.progress):
            widget.setVisible(progress is not None)
        if progress is not None:
            self.progress_text.setText(progress.sentence)
            self.progress.setMaximum(max(1, progress.counts.total))
            self.progress.setValue(progress.accepted)
        self.refresh()

    def _clicked(self, index: QModelIndex) -> None:
        if len(self.view.selected_rows()) <= 1:  # Ctrl and Shift collect images, for the menu
            self._show(index)

    def _show(self, index: QModelIndex) -> None:
        image, current = self.view.images.image(index.row()), self._session.current
        if image is not None and (current is None or current.id != image):
            self._session.navigator.go_to(image)

    def _to_list(self) -> None:
        self.view.setFocus(Qt.FocusReason.TabFocusReason)
        if not self.view.currentIndex().isValid() and self.view.images.rowCount():
            self.view.setCurrentIndex(self.view.images.index(0))

    def _menu(self, point: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if fill_menu(menu, self._session, self.view.selected_images()):
            menu.popup(self.view.viewport().mapToGlobal(point))
        else:
            menu.deleteLater()
