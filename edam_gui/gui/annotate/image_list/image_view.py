"""What the list and the grid do alike: thumbnails of what can be seen, and the image on the desk in view."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPersistentModelIndex, QSize
from PySide6.QtGui import QHideEvent
from PySide6.QtWidgets import QAbstractItemView, QWidget

from edam_gui.gui.annotate.image_list.model import ImageListModel
from edam_gui.gui.annotate.image_list.pixmaps import ThumbnailPixmaps
from edam_gui.gui.annotate.image_list.uniform_view import UniformView
from edam_gui.gui.annotate.screen_palette import screen_palette
from edam_gui.gui.shell.theme import current_theme
from edam_gui.session.session import Session

_Index = QModelIndex | QPersistentModelIndex


class ImageView(UniformView):
    """A view of the session's images.

    Parameters
    ----------
    session
        The session.
    name
        By which it asks for thumbnails; unique in the program.
    item, thumbnail
        Sizes.
    grid
        See `UniformView`.
    """

    def __init__(
        self,
        session: Session,
        name: str,
        item: QSize,
        thumbnail: QSize,
        *,
        grid: bool = False,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(item, grid=grid, parent=parent)
        self._session = session
        self._name = name
        self._chosen: int | None = None
        self._on_desk: int | None = None
        self._ids: Sequence[int] = session.navigator.ids
        self._kept: list[int] = []
        self.images = ImageListModel(session, self)
        self.pixmaps = ThumbnailPixmaps(session.thumbnails, thumbnail)
        self.setModel(self.images)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.images.modelAboutToBeReset.connect(self._keep_selection)
        self.visible_changed.connect(self._want)
        current_theme().changed.connect(self.viewport().update)
        screen_palette().changed.connect(self.viewport().update)
        session.thumbnails.ready.connect(self._ready)
        session.events.project_changed.connect(self.pixmaps.clear)
        session.events.classes_changed.connect(self._draw_anew)
        session.events.images_changed.connect(self._list_changed)
        session.events.current_changed.connect(self._desk_changed)

    def _draw_anew(self) -> None:
        self.viewport().update()

    def selected_images(self) -> list[int]:
        """Return the ids of the selected images, in order."""
        ids = self._session.navigator.ids
        return [ids[row] for row in self.selected_rows() if row < len(ids)]

    def _desk_changed(self) -> None:
        """Follow the desk to another image; one that is only read again leaves the choice as it is."""
        current = self._session.current
        image = current.id if current is not None else None
        if image == self._on_desk:
            self.viewport().update()
        else:
            self.follow()

    def follow(self) -> None:
        """Make the image on the desk the chosen one and scroll to it."""
        place, current = self._session.navigator.place, self._session.current
        self._on_desk = current.id if current is not None else None
        self.viewport().update()
        if place is None or place >= self.images.rowCount():
            return
        index = self.images.index(place)
        if index != self.currentIndex():
            flags = QItemSelectionModel.SelectionFlag
            self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)
        hints = QAbstractItemView.ScrollHint
        self.scrollTo(index, hints.EnsureVisible if place in self.visible_rows() else hints.PositionAtCenter)

    def currentChanged(self, current: _Index, previous: _Index) -> None:  # noqa: N802 - Qt's name
        """Remember which image it is: the list may change around it."""
        super().currentChanged(current, previous)
        if current.isValid():
            self._chosen = self.images.image(current.row())

    def _keep_selection(self) -> None:
        """Remember what is selected: the list is about to change."""
        self._kept = [self._ids[row] for row in self.selected_rows() if row < len(self._ids)]

    def _list_changed(self) -> None:
        """Keep what is selected where it is still listed, else follow the desk."""
        self._ids = self._session.navigator.ids
        place = self._session.navigator.place_of(self._chosen) if self._chosen is not None else None
        if place is None or place >= self.images.rowCount():
            self.follow()
            return
        index = self.images.index(place)
        flags = QItemSelectionModel.SelectionFlag
        self.selectionModel().setCurrentIndex(index, flags.ClearAndSelect)
        places = [p for image in self._kept if (p := self._session.navigator.place_of(image)) is not None]
        if places:
            self.selectionModel().select(self.selection_of(sorted(places)), flags.Select)
        self.scrollTo(index, QAbstractItemView.ScrollHint.PositionAtCenter)

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Want no thumbnails while nobody looks."""
        super().hideEvent(event)
        self._session.thumbnails.want(self._name, ())

    def _want(self) -> None:
        """Ask for the thumbnails of what can be seen, and of the next screen."""
        visible = self.visible_rows()
        ahead = range(visible.stop, min(visible.stop + len(visible), self.images.rowCount()))
        rows = [row for place in (*visible, *ahead) if (row := self.images.row(place)) is not None]
        self._session.thumbnails.want(self._name, [row for row in rows if not self.pixmaps.has(row.id)])

    def _ready(self, image: int) -> None:
        place = self._session.navigator.place_of(image)
        if place is not None and place in self.visible_rows():
            self.update(self.images.index(place))
