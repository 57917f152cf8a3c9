"""The image-level labels of the project as a file."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from edam_gui.core.errors import OptionError
from edam_gui.imaging.label_rows_writer import write_image_labels
from edam_gui.jobs import CancelToken, JobContext
from edam_gui.project.store import ImageRow, ProjectStore, Query
from edam_gui.session.context import Context
from edam_gui.session.messages import Level

_SAVE: Final = "save-labels"
_PAGE: Final = 500


@dataclass(frozen=True)
class SavedLabels:
    """What was written.

    Parameters
    ----------
    path
        The file.
    images
        Images in it.
    unconfirmed
        Images left out, as the model suggests classes that nobody has confirmed.
    """

    path: Path
    images: int
    unconfirmed: int

    @property
    def sentence(self) -> str:
        """For the user."""
        text = f"The classes of {_images(self.images)} were written to {self.path}."
        if self.unconfirmed:
            text += f" {_images(self.unconfirmed).capitalize()} with suggestions that nobody confirmed were left out."
        return text


class LabelTable:
    """Writes the ticks.

    Parameters
    ----------
    context
        The session's state.
    """

    def __init__(self, context: Context) -> None:
        self._context = context

    def save(self, path: Path) -> None:
        """Write `cls_labels.npy` or CSV, as the suffix says, in a job; a message tells how it went.

        Images of which nothing is known, or of which suggestions are not confirmed, are left out: for a reader of the
        file a missing row is "unknown".
        """
        project = self._context.project
        if project is None:
            return
        store = project.store

        def work(context: JobContext) -> SavedLabels:
            return save_image_labels(store, path, context.token)

        self._context.jobs.start(
            _SAVE,
            work,
            done=lambda saved: self._context.say(Level.INFO, saved.sentence, "labels"),
            failed=lambda text: self._context.complain(text, "labels"),
            title=f"Writing {path.name}",
            lane="list",
        )


def save_image_labels(store: ProjectStore, path: Path, token: CancelToken) -> SavedLabels:
    """Write the confirmed ticks of a project; see `LabelTable.save`.

    Raises
    ------
    OptionError
        There are none, or two images of different folders have one name.
    OutputError
        The file could not be written.
    Cancelled
        The token was set.
    """
    store.flush(1.0)
    table: dict[PurePosixPath, frozenset[int]] = {}
    unconfirmed = 0
    for row in _labelled(store, token):
        if row.ticks is None:
            continue
        if row.ticks.suggested:
            unconfirmed += 1
        elif row.relative in table:
            raise OptionError(
                f"Two folders of this project have an image {row.relative}; a table of names cannot tell them apart."
            )
        else:
            table[row.relative] = row.ticks.classes
    if not table:
        raise OptionError("There are no confirmed classes to write yet: tick classes, or confirm the suggestions.")
    write_image_labels(path, table, store.label_set)
    return SavedLabels(path, len(table), unconfirmed)


def _labelled(store: ProjectStore, token: CancelToken) -> Iterator[ImageRow]:
    ids = store.ids(Query(labelled=True))
    for start in range(0, len(ids), _PAGE):
        token.check()
        yield from store.rows(ids[start : start + _PAGE])


def _images(count: int) -> str:
    return "1 image" if count == 1 else f"{count:,} images"
