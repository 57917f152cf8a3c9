"""Passes of the network over many photos, kept in memory and on disk; lossless, so no label map depends on it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import threading
from collections import OrderedDict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
from platformdirs import user_cache_path

from edam_gui.core.errors import InputFileError, OutputError
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.safe_npy import load_npz

if TYPE_CHECKING:
    from edam_gui.model.pass_outputs import PassOutputs

_MEMORY_BYTES: Final = 256 << 20
_DISK_BYTES: Final = 4 << 30
_CHECK_EVERY: Final = 64


class PassCache:
    """Passes by photo and model. Thread-safe.

    Parameters
    ----------
    folder
        Where files go; the user's cache folder by default.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder or user_cache_path("edam-gui") / "passes"
        self._lock = threading.Lock()
        self._memory: OrderedDict[str, PassOutputs] = OrderedDict()
        self._bytes = 0
        self._written = 0

    def key(self, path: Path, model: dict[str, Any]) -> str:
        """Name the passes of a photo under a model: its file's identity and all that decides the masks.

        Raises
        ------
        InputFileError
            The photo is gone.
        """
        try:
            status = path.stat()
        except OSError as error:
            raise InputFileError(path, f"cannot be read ({error.strerror})") from error
        decisive = {k: v for k, v in model.items() if k != "model"}
        text = json.dumps([str(path.resolve()), status.st_size, status.st_mtime_ns, decisive], sort_keys=True)
        return hashlib.sha256(text.encode(errors="surrogateescape")).hexdigest()

    def get(self, key: str) -> PassOutputs | None:
        """Return the passes kept under a key; a file that cannot be used counts as none."""
        with self._lock:
            if key in self._memory:
                self._memory.move_to_end(key)
                return self._memory[key]
        passes = self._read(key)
        if passes is not None:
            self._remember(key, passes)
        return passes

    def has(self, key: str) -> bool:
        """Whether there are passes under a key, without reading them."""
        with self._lock:
            if key in self._memory:
                return True
        return self._file(key).exists()

    def put(self, key: str, passes: PassOutputs) -> None:
        """Keep passes; that a cache file cannot be written costs time later, no result."""
        self._remember(key, passes)
        try:
            write_bytes(self._file(key), _encode(passes))
        except OutputError:
            return
        self._written += 1
        if self._written % _CHECK_EVERY == 1:
            self._shrink_disk()

    def _remember(self, key: str, passes: PassOutputs) -> None:
        size = sum(m.nbytes for m in passes.merged)
        with self._lock:
            if key not in self._memory:
                self._memory[key] = passes
                self._bytes += size
            while self._bytes > _MEMORY_BYTES and len(self._memory) > 1:
                _, old = self._memory.popitem(last=False)
                self._bytes -= sum(m.nbytes for m in old.merged)

    def _file(self, key: str) -> Path:
        return self._folder / key[:2] / f"{key}.npz"

    def _read(self, key: str) -> PassOutputs | None:
        file = self._file(key)
        if not file.exists():
            return None
        try:
            return _decode(load_npz(file, max_bytes=256 << 20))
        except (InputFileError, KeyError, ValueError):
            return None  # a damaged cache file is as good as none: the passes are made again

    def _shrink_disk(self) -> None:
        """Remove the files used longest ago while the folder is over its budget."""
        files = [(entry.stat(), Path(entry)) for entry in _files_below(self._folder)]
        total = sum(status.st_size for status, _ in files)
        for status, path in sorted(files, key=lambda f: f[0].st_mtime):
            if total <= _DISK_BYTES:
                return
            path.unlink(missing_ok=True)
            total -= status.st_size


def _files_below(folder: Path) -> list[os.DirEntry[str]]:
    found: list[os.DirEntry[str]] = []
    with os.scandir(folder) as parts:
        for part in parts:
            if part.is_dir():
                with os.scandir(part.path) as files:
                    found.extend(f for f in files if f.name.endswith(".npz"))
    return found


def _encode(passes: PassOutputs) -> bytes:
    buffer = io.BytesIO()
    arrays: dict[str, Any] = {f"merged_{i}": m for i, m in enumerate(passes.merged)}
    numbers = [passes.passes, *passes.size, *passes.working_size, int(passes.has_background)]
    notices = np.frombuffer(json.dumps(passes.notices).encode(), np.uint8)
    np.savez(buffer, numbers=np.array(numbers, np.int64), notices=notices, **arrays)
    return buffer.getvalue()


def _decode(arrays: dict[str, Any]) -> PassOutputs:
    from edam_gui.model.pass_outputs import PassOutputs

    count, height, width, working_height, working_width, has_background = arrays["numbers"].tolist()
    merged = tuple(arrays[f"merged_{i}"] for i in range(sum(name.startswith("merged_") for name in arrays)))
    if not merged or any(m.dtype != np.float32 or m.ndim != 3 for m in merged):
        raise ValueError("not passes")
    return PassOutputs(
        merged=merged,
        passes=count,
        size=(height, width),
        working_size=(working_height, working_width),
        notices=tuple(json.loads(arrays["notices"].tobytes())),
        has_background=bool(has_background),
    )
