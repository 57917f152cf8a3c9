"""What can be done to the images that are selected in the list or the grid."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QMenu

from edam_gui.core.errors import EdamError
from edam_gui.gui.annotate.image_list.status_look import STATUS_ICONS, STATUS_TEXTS
from edam_gui.gui.shell.icons import themed_icon
from edam_gui.project.store import ImageRow
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session


def fill_menu(menu: QMenu, session: Session, images: list[int]) -> bool:
    """Fill a context menu for images; `False` if there is nothing to be done."""
    rows = session.rows.many(images[:1])
    project = session.project
    if not rows or project is None:
        return False
    first, writable = rows[0], project.read_only is None
    menu.addAction(themed_icon("photo"), "Show this image", lambda: session.navigator.go_to(first.id))
    menu.addSeparator()
    heading = "Status" if len(images) == 1 else f"Status of {len(images):,} images"
    menu.addSection(heading)
    for status, text in STATUS_TEXTS.items():
        action = menu.addAction(themed_icon(STATUS_ICONS[status]), text)
        action.triggered.connect(lambda _=False, status=status: session.bulk_status.set(images, status))
        action.setEnabled(writable)
        if len(images) == 1:
            action.setCheckable(True)
            action.setChecked(first.status is status)
    menu.addSection("Classes")
    suggested = menu.addAction(themed_icon("check"), "Confirm suggestions")
    suggested.triggered.connect(lambda: session.bulk_ticks.confirm(images))
    suggested.setEnabled(writable)
    _add_copying(menu, session, images, writable=writable)
    menu.addSeparator()
    menu.addAction(themed_icon("folder"), "Open its folder", lambda: open_folder(session, first))
    menu.addAction(themed_icon("copy"), "Copy its path", lambda: _copy_path(session, first))
    return True


def _add_copying(menu: QMenu, session: Session, images: list[int], *, writable: bool) -> None:
    current = session.current
    others = [image for image in images if current is None or image != current.id]
    if current is None or not others:
        return
    name = current.entry.relative.name
    classes = menu.addAction(themed_icon("tag"), f"Give them the classes of {name}")
    classes.triggered.connect(lambda: session.bulk_ticks.copy(current.id, others))
    classes.setEnabled(writable and current.ticks is not None)
    thresholds = menu.addAction(themed_icon("thresholds"), f"Give them the thresholds of {name}")
    thresholds.triggered.connect(lambda: session.bulk_thresholds.copy(others))
    thresholds.setEnabled(writable)


def open_folder(session: Session, row: ImageRow) -> None:
    """Open the folder of an image in the file manager."""
    path = _path(session, row)
    if path is not None and not QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent))):
        _say(session, f"No file manager could open {path.parent}.")


def _copy_path(session: Session, row: ImageRow) -> None:
    path = _path(session, row)
    if path is not None:
        QGuiApplication.clipboard().setText(str(path))


def _path(session: Session, row: ImageRow) -> Path | None:
    try:
        return session.project.store.path_of(row) if session.project is not None else None
    except EdamError as error:
        _say(session, str(error))
        return None


def _say(session: Session, text: str) -> None:
    session.events.message.emit(Message(Level.WARNING, text, "list"))
