"""The open project as the session sees it: what is read often is held, the rest is asked of the store."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from platformdirs import user_data_path

from edam_gui.batch.label_options import CrfOptions
from edam_gui.core.errors import EdamError
from edam_gui.core.label_set import LabelSet
from edam_gui.project.choices import Choices
from edam_gui.project.images import ImageEntry
from edam_gui.project.store import ImageRow, ProjectStore, Role
from edam_gui.project.store.changes import Change, set_known_as, set_label_set
from edam_gui.project.thresholds import PartialThresholds
from edam_gui.session.crf_settings import CRF_SETTING, RESPECT_STROKES, crf_from_data
from edam_gui.session.image_files import AUTO_SALIENCY, FILES_ONLY, NO_SALIENCY, FileReader, Sources
from edam_gui.session.model_host import shipped_model_names

_METHODS: Final = (AUTO_SALIENCY, FILES_ONLY, NO_SALIENCY)


class OpenedProject:
    """A project that is open.

    Parameters
    ----------
    store
        Its file.
    """

    def __init__(self, store: ProjectStore) -> None:
        self.store = store
        self.label_set: LabelSet = store.label_set
        self.known_as: tuple[str, ...] | None = store.known_as
        self.choices: Choices = store.choices
        self.crf_options: CrfOptions = crf_from_data(store.setting(CRF_SETTING))
        scopes = store.thresholds()
        self.thresholds: PartialThresholds = scopes.project
        self.class_thresholds: Mapping[int, PartialThresholds] = dict(scopes.project_classes)
        self.on_submit: Callable[[], None] = lambda: None
        self._entries: tuple[ImageEntry, ...] | None = None
        self._reader: FileReader | None = None

    @property
    def folder(self) -> Path:
        """Where the project file is."""
        return self.store.path.parent

    @property
    def name(self) -> str:
        """What the title bar calls it."""
        if self.store.path.is_relative_to(user_data_path("edam-gui", appauthor=False)):
            # Kept apart because the photos' folder cannot be written to: the photos' folder is what the user knows.
            photos = next(iter(self.store.roots()), None)
            if photos is not None:
                return photos.folder.name or str(photos.folder)
        return self.folder.name or str(self.folder)

    @property
    def read_only(self) -> str | None:
        """Why changes cannot be kept, as a sentence; `None`: they can."""
        return self.store.read_only

    @property
    def respects_strokes(self) -> bool:
        """Whether the dense CRF takes what was painted by hand as certain."""
        return self.store.setting(RESPECT_STROKES) is True

    def submit(self, *changes: Change) -> None:
        """Keep changes; durable soon."""
        if self.read_only is None:
            self.store.submit(*changes)
            self.on_submit()

    def adopt_classes(self, label_set: LabelSet) -> None:
        """Use other classes from now on; only for a project in which nothing is labelled."""
        self.label_set = label_set
        self.submit(set_label_set(label_set))
        self.forget_files()

    def choose_classes(self, label_set: LabelSet, known_as: tuple[str, ...], *changes: Change) -> None:
        """Use the classes that the user has put together, with what else changes by that."""
        self.label_set, self.known_as = label_set, known_as
        self.submit(set_label_set(label_set), set_known_as(known_as), *changes)
        self.forget_files()

    def put_thresholds(self, values: PartialThresholds, class_index: int | None) -> None:
        """Hold the project's thresholds, for all classes or one."""
        if class_index is None:
            self.thresholds = values
        else:
            self.class_thresholds = {**self.class_thresholds, class_index: values}

    def entry(self, row: ImageRow) -> ImageEntry:
        """Return an image's file.

        Raises
        ------
        InputFileError
            It lies outside the folders that the project may read.
        """
        return self.store.entry(row)

    def model_file(self) -> Path | None:
        """Return the checkpoint that the project has chosen by path; `None`: one that comes with the program."""
        name = self.choices.model
        return Path(name).expanduser() if name and name not in shipped_model_names() else None

    def saliency_network(self) -> Path | None:
        """Return the ONNX network that the project has chosen."""
        choice = self.choices.saliency_method
        return None if choice is None or choice in _METHODS else Path(choice).expanduser()

    def ungranted_files(self) -> tuple[Path, ...]:
        """Return the files that the project wants to read and the user has not allowed."""
        wanted = (self.model_file(), self.saliency_network())
        return tuple(path for path in wanted if path is not None and not self.store.may_read(path))

    def sources(self) -> Sources:
        """Return what decides which files belong to an image; a saliency network that is not allowed makes nothing."""
        saliency = self._folder(Role.SALIENCY)
        choice = self.choices.saliency_method or (AUTO_SALIENCY if saliency is None else FILES_ONLY)
        if self.saliency_network() in self.ungranted_files():
            choice = FILES_ONLY
        return Sources(
            label_set=self.label_set,
            saliency=saliency,
            masks=self._folder(Role.MASKS),
            ground_truth=self._folder(Role.GROUND_TRUTH),
            base_maps=self._folder(Role.BASE_MAPS),
            saliency_choice=choice,
        )

    def reader(self) -> FileReader:
        """Return what reads the files of images; made anew after roles or images changed."""
        if self._reader is None:
            self._reader = FileReader(self.sources(), self.entries)
        return self._reader

    def forget_files(self) -> None:
        """Look for files anew: roles, choices or images have changed."""
        if self._reader is not None:
            self._reader.close()
        self._reader = None
        self._entries = None

    def entries(self) -> tuple[ImageEntry, ...]:
        """Return all images, in natural order."""
        if self._entries is None:
            rows = self.store.rows(self.store.ids())
            found: list[ImageEntry] = []
            for row in rows:
                try:
                    found.append(self.entry(row))
                except EdamError:
                    continue  # of a folder the user has not allowed: shown in the list, matched with nothing
            self._entries = tuple(found)
        return self._entries

    def close(self) -> bool:
        """Write what is left; `False` if something could not be written."""
        if self._reader is not None:
            self._reader.close()
        return self.store.close()

    def _folder(self, role: Role) -> Path | None:
        location = self.store.roles().get(role)
        if location is None:
            return None
        try:
            return self.store.path_of(location)
        except EdamError:
            return None  # not granted: the roles dialog shows it as such
