"""The journal of an export: what is done, line by line, so that it can go on after a stop or a crash."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import edam_gui
from edam_gui.core.errors import InputFileError, OptionError, OutputError
from edam_gui.imaging.atomic import make_folder, write_bytes, write_cause
from edam_gui.imaging.bounded_read import read_bounded
from edam_gui.imaging.own_output import EXPORT_JOURNAL as JOURNAL
from edam_gui.project.export.request import ExportRequest

_LIMIT: Final = 1 << 30


@dataclass(frozen=True)
class Entry:
    """One finished image.

    Parameters
    ----------
    key
        See `ExportImage`.
    files
        What was written, relative to the export's folder.
    provenance
        Goes to `provenance.json`.
    """

    key: str
    files: tuple[str, ...]
    provenance: dict[str, Any]

    def to_json(self, image: str) -> str:
        """Return its line."""
        content = {"image": image, "key": self.key, "files": self.files, "provenance": self.provenance}
        return json.dumps(content, sort_keys=True) + "\n"


class Journal:
    """The journal of one export, open for adding.

    Parameters
    ----------
    request
        The export. Its folder is made.
    kept
        Entries of an earlier export that still hold, by image.

    Raises
    ------
    OutputError
        It cannot be written.
    """

    def __init__(self, request: ExportRequest, kept: Mapping[str, Entry]) -> None:
        self._path = request.out / JOURNAL
        self.entries: dict[str, Entry] = dict(kept)
        make_folder(request.out)
        head = {"format_version": 1, "program": edam_gui.__version__, "options": request.options()}
        lines = [json.dumps(head) + "\n", *(entry.to_json(image) for image, entry in kept.items())]
        write_bytes(self._path, "".join(lines).encode())

    def add(self, image: str, entry: Entry) -> None:
        """Note that an image is done.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        try:
            with self._path.open("a", encoding="utf-8") as file:
                file.write(entry.to_json(image))
        except OSError as error:
            raise OutputError(self._path, write_cause(error)) from error
        self.entries[image] = entry


def earlier_entries(request: ExportRequest) -> dict[str, Entry]:
    """Return what an earlier export in the same folder has done, if this one goes on with it.

    Raises
    ------
    OptionError
        The folder holds files of others, or an export made with other options is to be resumed; not with `overwrite`.
    """
    path = request.out / JOURNAL
    if not path.is_file():
        if not request.overwrite and request.out.is_dir() and any(request.out.iterdir()):
            raise OptionError(
                f"{request.out} holds files that are no export of this program; choose a new or empty folder, or allow "
                "them to be overwritten."
            )
        return {}
    if not request.resume:
        return {}
    try:
        lines = read_bounded(path, _LIMIT).decode("utf-8", "replace").splitlines()
        options = json.loads(lines[0])["options"]
    except (InputFileError, ValueError, LookupError, TypeError, RecursionError):
        return {}  # nothing is known of it, so everything is made again
    if options != request.options():
        if request.overwrite:
            return {}
        raise OptionError(
            f"{request.out} holds an export made with other options; choose the same, or another folder, or allow it "
            "to be overwritten."
        )
    return dict(entry for line in lines[1:] if (entry := _parsed(line)) is not None)


def _parsed(line: str) -> tuple[str, Entry] | None:
    try:
        content = json.loads(line)
        files = tuple(str(file) for file in content["files"])
        return str(content["image"]), Entry(str(content["key"]), files, dict(content["provenance"]))
    except (ValueError, LookupError, TypeError, RecursionError):
        return None  # cut short when the program was stopped
