"""What the File menu does."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from platformdirs import user_data_path
from PySide6.QtWidgets import QDialog, QFileDialog, QInputDialog, QMainWindow

from edam_gui.core.errors import EdamError
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.unsaved_question import UnsavedQuestion
from edam_gui.project.looking import PROJECT_NAME, PROJECT_SUFFIX, is_project
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session

_ALL_IMAGES: Final = "All images"


class FileActions:
    """Opening and closing.

    Parameters
    ----------
    session, window
        Whose projects, and over which window dialogs open.
    opened, gone
        Called with every path that is opened, to remember it, and with one that is not there any more.
    """

    def __init__(
        self,
        session: Session,
        window: QMainWindow,
        opened: Callable[[Path], object],
        gone: Callable[[Path], object] = lambda _path: None,
    ) -> None:
        self._gone = gone
        session.opener.on_failed = self._failed
        self._session = session
        self._window = window
        self._opened = opened
        self._pending: Path | None = None
        self.unsaved = UnsavedQuestion(session, self.save_elsewhere, window)
        session.events.project_changed.connect(self._project_changed)

    def bind(self, book: ActionBook) -> None:
        """Bind the actions."""
        book.bind_all(
            {
                "file.open_folder": self.open_folder,
                "file.open_voc": self.open_voc,
                "file.open_list": self.open_list,
                "file.open_project": self.open_project,
                "file.close_project": self.close_project,
                "file.add_images": self.add_images,
                "file.import_labels": self.import_labels,
                "file.save_elsewhere": self.save_elsewhere,
                "file.save_labels": self.save_labels,
                "file.folders": self.show_folders,
                "file.export": self.export_current,
                "file.export_all": self.export_all,
                "file.quit": self._window.close,
            }
        )

    def open_path(self, path: Path, *others: Path, list_file: Path | None = None) -> None:
        """Open a folder, VOC root, list, image or project; it is remembered once it is open.

        Images of other folders, lists or files are added to it. Projects cannot be joined: one of them is opened alone.
        """
        joined = [other for other in others if not is_project(path) and not is_project(other)]

        def go_on() -> None:
            self._pending = path
            self._session.open(path, *joined, list_file=list_file)
            left = len(others) - len(joined)
            text = f"Only {path.name} is opened: projects are opened one at a time." if left else ""
            self._session.events.message.emit(Message(Level.INFO, text, "drop"))

        if self.unsaved.is_clear(go_on):
            go_on()

    def close_project(self) -> None:
        """Close the project; ask first if something of it is not saved."""
        if self.unsaved.is_clear(self._session.opener.close):
            self._session.opener.close()

    def _failed(self, path: Path) -> None:
        if self._pending == path and not path.exists():
            self._gone(path)
        self._pending = None
        if self._session.project is None:
            self._session.load_model()  # so that it is there when something is opened

    def _project_changed(self) -> None:
        if self._session.project is not None and self._pending is not None:
            path, self._pending = self._pending, None
            self._opened(path)

    def open_folder(self) -> None:
        """Ask for a folder of photos and open it."""
        self._open_folder("Open a folder of photos")

    def open_voc(self) -> None:
        """Ask for a VOC root, and for one of its lists if it has any, and open it."""
        title = "Open a VOC root: the folder that holds JPEGImages"
        chosen = QFileDialog.getExistingDirectory(self._window, title, self._start())
        if not chosen:
            return
        root = Path(chosen)
        lists = {path.stem: path for path in sorted(root.glob("ImageSets/*/*.txt"))}
        if not lists or (root / PROJECT_NAME).exists():
            self.open_path(root)
            return
        names = [_ALL_IMAGES, *lists]
        name, ok = QInputDialog.getItem(self._window, "Open a VOC root", "Which images", names, 0, False)
        if ok:
            self.open_path(root, list_file=lists.get(name))

    def _open_folder(self, title: str) -> None:
        chosen = QFileDialog.getExistingDirectory(self._window, title, self._start())
        if chosen:
            self.open_path(Path(chosen))

    def open_list(self) -> None:
        """Ask for a list of images and open it."""
        self._open_file("Open a list of images: one stem or path a line", "Lists (*.txt)")

    def open_project(self) -> None:
        """Ask for a project and open it."""
        self._open_file("Open a project", "Projects (*.edam)")

    def _open_file(self, title: str, filters: str) -> None:
        chosen, _ = QFileDialog.getOpenFileName(self._window, title, self._start(), filters)
        if chosen:
            self.open_path(Path(chosen))

    def add_images(self) -> None:
        """Ask for a folder of photos and add them to the project."""
        chosen = QFileDialog.getExistingDirectory(self._window, "Add the images of a folder", self._start())
        if chosen:
            self._session.folders.add_images(Path(chosen))

    def import_labels(self) -> None:
        """Ask for image-level labels and tick what they name."""
        kinds = ["A file: CSV, JSON, cls_labels.npy", "A folder: VOC XML, or label maps"]
        kind, ok = QInputDialog.getItem(self._window, "Import image-level labels", "From", kinds, 0, False)
        if not ok:
            return
        if kind == kinds[1]:
            folder = QFileDialog.getExistingDirectory(self._window, "Import image-level labels", self._start())
            if folder:
                self._session.folders.import_labels(Path(folder))
            return
        filters = "Image-level labels (*.csv *.json *.npy);;All files (*)"
        chosen, _ = QFileDialog.getOpenFileName(self._window, "Import image-level labels", self._start(), filters)
        if chosen:
            self._session.folders.import_labels(Path(chosen))

    def save_labels(self) -> None:
        """Ask for a file and write the image-level labels of the project to it."""
        filters = "CSV (*.csv);;cls_labels.npy (*.npy)"
        start = str(Path(self._start()) / "labels.csv")
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save image-level labels", start, filters)
        if chosen:
            self._session.label_table.save(Path(chosen))

    def export_current(self) -> None:
        """Ask for a file and write the label map on the screen to it."""
        start = str(Path(self._start()) / self._session.exporting.suggested_name())
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Export this label map", start, "Label maps (*.png)")
        if not chosen:
            return
        try:
            self._session.exporting.export_current(Path(chosen))
        except EdamError as error:
            self._session.events.message.emit(Message(Level.ERROR, str(error), "export"))

    def show_folders(self) -> None:
        """Show which folder is for what."""
        from edam_gui.gui.dialogs.folders_dialog import FoldersDialog

        self._show(FoldersDialog(self._session, self._window))

    def export_all(self) -> None:
        """Ask what to export and where to, and do it."""
        from edam_gui.gui.dialogs.export_dialog import ExportDialog

        self._show(ExportDialog(self._session, self._window))

    def save_elsewhere(self) -> bool:
        """Ask for another place and go on with a full copy of the project there; return whether that was done."""
        start = str(Path.home() / PROJECT_NAME)
        chosen, _ = QFileDialog.getSaveFileName(self._window, "Save the project elsewhere", start, "Projects (*.edam)")
        if not chosen:
            return False
        path = Path(chosen)
        if path.suffix.lower() != PROJECT_SUFFIX:  # it would be taken for a list or an image when it is opened
            path = path.with_name(path.name + PROJECT_SUFFIX)
        try:
            self._session.opener.save_elsewhere(path)
        except EdamError as error:
            self._session.events.message.emit(Message(Level.ERROR, str(error), "save"))
            return False
        self._opened(path)  # the next start goes on there, not in the old place
        return True

    def open_demo(self) -> None:
        """Write the demo photos into the user's data folder and open them."""
        from edam_gui.batch.demo import write_demo_photos

        folder = user_data_path("edam-gui", appauthor=False) / "demo"
        try:
            write_demo_photos(folder)
        except EdamError as error:
            self._session.events.message.emit(Message(Level.ERROR, str(error), "demo"))
            return
        self.open_path(folder / "images")

    @staticmethod
    def _show(dialog: QDialog) -> None:
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()

    def _start(self) -> str:
        project = self._session.project
        return str(project.folder) if project is not None else str(Path.home())
