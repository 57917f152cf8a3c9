"""Thumbnails on disk, so that a data set is decoded once."""

from __future__ import annotations

import hashlib
import io
import os
import secrets
import threading
from pathlib import Path
from typing import Final

from PIL import Image
from platformdirs import user_cache_path

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import InputFileError
from edam_gui.imaging.atomic import remove_quietly
from edam_gui.imaging.picture_file import read_cause, read_picture

SUFFIX: Final = ".jpg"
_QUALITY: Final = 85
_LARGEST: Final = 1024 * 1024
_LOOK_EVERY: Final = 512


class ThumbnailCache:
    """Thumbnails by path, time of change and size of the photo. Thread-safe.

    A cache: what cannot be read or written costs time, no result, and is no error.

    Parameters
    ----------
    folder
        Where files go; the user's cache folder by default.
    max_bytes
        The files used longest ago are removed above this.
    """

    def __init__(self, folder: Path | None = None, max_bytes: int = 1 << 30) -> None:
        self.folder = folder or user_cache_path("edam-gui") / "thumbnails"
        self._max_bytes = max_bytes
        self._lock = threading.Lock()
        self._written = 0

    def key(self, path: Path, side: int) -> str:
        """Name the thumbnail of a photo as its file is now.

        Raises
        ------
        InputFileError
            The photo is gone.
        """
        try:
            status = path.stat()
        except OSError as error:
            raise InputFileError(path, read_cause(error)) from error
        text = f"{side} {status.st_size} {status.st_mtime_ns} {path.absolute()}"
        return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()[:40]

    def get(self, key: str) -> UInt8Array | None:
        """Return a thumbnail, (h, w, 3) uint8 RGB; `None` where none is kept or the file is damaged."""
        file = self._file(key)
        try:
            return read_picture(file, max_pixels=_LARGEST).rgb()
        except InputFileError:
            return None

    def put(self, key: str, pixels: UInt8Array) -> None:
        """Keep a thumbnail, (h, w, 3) uint8 RGB."""
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY)
        file = self._file(key)
        temporary = file.with_name(f"{secrets.token_hex(8)}.tmp")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            temporary.write_bytes(buffer.getvalue())  # no fsync: a lost thumbnail is made again
            temporary.replace(file)
        except OSError:
            remove_quietly(temporary)
            return
        with self._lock:
            self._written += 1
            look = self._written % _LOOK_EVERY == 1
        if look:
            self.shrink()

    def shrink(self) -> None:
        """Remove the files made longest ago while the folder is over its budget."""
        files: list[tuple[float, int, Path]] = []
        try:
            for part in os.scandir(self.folder):
                if part.is_dir(follow_symlinks=False):
                    files += [(s.st_mtime, s.st_size, Path(f)) for f in os.scandir(part) for s in (f.stat(),)]
        except OSError:
            return  # another window is tidying up too
        total = sum(size for _, size, _ in files)
        for _, size, path in sorted(files):
            if total <= self._max_bytes:
                return
            remove_quietly(path)
            total -= size

    def _file(self, key: str) -> Path:
        return self.folder / key[:2] / f"{key}{SUFFIX}"
