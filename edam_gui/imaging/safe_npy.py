"""`.npy` and `.npz` files from outside: sizes are checked before memory is taken, no pickle is executed."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, Final, NamedTuple

import numpy as np

from edam_gui.core.arrays import AnyArray
from edam_gui.core.errors import InputFileError
from edam_gui.imaging.bounded_read import read_bounded
from edam_gui.imaging.numeric_pickle import checked_count, numeric_dtype, read_numeric_pickle
from edam_gui.imaging.pickle_machine import MORE_THAN_DATA, PickleRefused

MAX_BYTES: Final = 2 << 30
_MAX_MEMBERS: Final = 64
_MAX_DIRECTORY: Final = 64 << 10
_MAX_HEADER: Final = 64 << 10
_MAGIC: Final = b"\x93NUMPY"
_NOT_NPY: Final = "is not a NumPy .npy file, or it is damaged"
_NOT_NPZ: Final = "is not a NumPy .npz file, or it is damaged"

_END_RECORD: Final = struct.Struct("<4sHHHHLLH")
_ZIP64_LOCATOR: Final = 20


class _Header(NamedTuple):
    """`dtype` is `None` for object arrays."""

    dtype: np.dtype[Any] | None
    fortran: bool
    shape: tuple[int, ...]
    elements: int
    length: int

    @property
    def nbytes(self) -> int:
        return self.elements * self.dtype.itemsize if self.dtype is not None else 0


class _Unsuitable(ValueError):
    """The text ends the sentence "FILE: ..."."""


def load_npy(path: Path, *, max_bytes: int = MAX_BYTES) -> AnyArray | dict[object, object]:
    """Read a numeric array, or a pickled dictionary of numbers, names and numeric arrays.

    Dictionaries as written by numpy 1 and 2 on Python 2 and 3, pickle protocols 0 to 5, with or without the `.npy`
    header, torch tensors among the values included. Arrays are read-only views of the file's bytes.

    Parameters
    ----------
    path
        The `.npy` file.
    max_bytes
        Larger files are refused unread.

    Returns
    -------
    array or dict
        A dict has str or int keys; its values are arrays, str, bool, int, float, None, or flat tuples of these.

    Raises
    ------
    InputFileError
        The file is missing, too large, damaged, or holds anything else.
    """
    data = read_bounded(path, max_bytes)
    try:
        if not data.startswith(_MAGIC):
            return _bare_pickle(data)
        header = _parse_header(data, _NOT_NPY)
        if header.dtype is None:
            stream = io.BytesIO(data)
            stream.seek(header.length)
            return read_numeric_pickle(stream)
        if header.length + header.nbytes != len(data):
            raise _Unsuitable(
                f"is cut short or damaged: its header announces {header.nbytes} bytes of numbers, "
                f"it holds {len(data) - header.length}"
            )
        return _array(header, data)
    except (PickleRefused, _Unsuitable) as error:
        raise InputFileError(path, str(error)) from None


def _bare_pickle(data: bytes) -> AnyArray | dict[object, object]:
    """Read what `ndarray.dump` and plain pickling write: no header."""
    if data[:1] not in (b"\x80", b"(", b"]", b"}", b"c"):
        raise _Unsuitable(_NOT_NPY)
    return read_numeric_pickle(io.BytesIO(data))


def _parse_header(data: bytes, unsuitable: str) -> _Header:
    """Read the magic, the version and the header's three entries; nothing is evaluated."""
    version = data[6:7]
    length_bytes = 2 if version == b"\x01" else 4
    start = 8 + length_bytes
    if version not in (b"\x01", b"\x02", b"\x03") or len(data) < start:
        raise _Unsuitable(unsuitable)
    length = int.from_bytes(data[8:start], "little")
    if length > _MAX_HEADER or len(data) < start + length:
        raise _Unsuitable(unsuitable)
    text = data[start : start + length].decode("latin-1")
    descr = re.search(r"""['"]descr['"]\s*:\s*['"]([^'"]*)['"]""", text)
    order = re.search(r"""['"]fortran_order['"]\s*:\s*(True|False)""", text)
    shape = re.search(r"""['"]shape['"]\s*:\s*\(([0-9L,\s]*)\)""", text)
    if order is None or shape is None:
        raise _Unsuitable(unsuitable)
    if descr is None:  # a structured dtype
        raise _Unsuitable(MORE_THAN_DATA)
    # Python 2 on Windows wrote long integers, 4L.
    words = [word.strip().rstrip("L") for word in shape[1].split(",") if word.strip()]
    if any(not word.isdigit() or len(word) > 12 for word in words):
        raise _Unsuitable(unsuitable)
    sides = tuple(int(word) for word in words)
    count = checked_count(sides)
    if count is None:
        raise _Unsuitable("announces an array larger than any file")
    dtype = None if descr[1] == "|O" else numeric_dtype(descr[1])
    if dtype is None and descr[1] != "|O":
        raise _Unsuitable(MORE_THAN_DATA)
    return _Header(dtype, order[1] == "True", sides, count, start + length)


def _array(header: _Header, data: bytes) -> AnyArray:
    if header.dtype is None or header.elements == 0:
        return np.zeros(header.shape, header.dtype)
    flat = np.frombuffer(data, header.dtype, header.elements, header.length)
    return flat.reshape(header.shape, order="F" if header.fortran else "C")


def load_npz(path: Path, *, max_bytes: int = MAX_BYTES) -> dict[str, AnyArray]:
    """Read the numeric arrays of a `.npz` archive.

    Parameters
    ----------
    path
        The `.npz` file, stored or deflated.
    max_bytes
        Limit of the file and of all its arrays together once unpacked.

    Returns
    -------
    dict
        Array name -> read-only array.

    Raises
    ------
    InputFileError
        The file is missing, damaged, no `.npz`, larger unpacked than allowed, or holds more than numbers and text.
    """
    data = read_bounded(path, max_bytes)
    try:
        _check_directory(data)
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            return _members(archive, max_bytes)
    except _Unsuitable as error:
        raise InputFileError(path, str(error)) from None
    except (zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError, ValueError):
        # RuntimeError: encrypted; NotImplementedError: a method or version that zipfile does not know.
        raise InputFileError(path, _NOT_NPZ) from None


def _check_directory(data: bytes) -> None:
    """Refuse a huge directory before zipfile builds an object per entry. numpy writes no comment and no zip64."""
    if len(data) < _END_RECORD.size:
        raise _Unsuitable(_NOT_NPZ)
    start = len(data) - _END_RECORD.size
    signature, _disk, _first, _here, members, directory, _offset, comment = _END_RECORD.unpack_from(data, start)
    locator = data[max(start - _ZIP64_LOCATOR, 0) : start]
    if signature != b"PK\x05\x06" or comment or locator.startswith(b"PK\x06\x07"):
        raise _Unsuitable(_NOT_NPZ)
    if members > _MAX_MEMBERS or directory > _MAX_DIRECTORY:
        raise _Unsuitable(f"holds more than {_MAX_MEMBERS} arrays; it was not opened")


def _members(archive: zipfile.ZipFile, max_bytes: int) -> dict[str, AnyArray]:
    infos = archive.infolist()
    if sum(info.file_size for info in infos) > max_bytes:
        raise _Unsuitable(f"unpacks to more than {max_bytes >> 20} MiB; it was not opened")
    arrays: dict[str, AnyArray] = {}
    for info in infos:
        name = info.filename.removesuffix(".npy")
        if (
            name == info.filename
            or name in arrays
            or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
        ):
            raise _Unsuitable(_NOT_NPZ)
        arrays[name] = _member(archive, info)
    return arrays


def _member(archive: zipfile.ZipFile, info: zipfile.ZipInfo) -> AnyArray:
    with archive.open(info) as stream:
        start = stream.read(min(_MAX_HEADER, info.file_size))
        if not start.startswith(_MAGIC):
            raise _Unsuitable(_NOT_NPZ)
        header = _parse_header(start, _NOT_NPZ)
        if header.dtype is None:
            raise _Unsuitable(MORE_THAN_DATA)
        # What the header announces decides, not how far the archive says it can be unpacked.
        if header.length + header.nbytes != info.file_size:
            raise _Unsuitable(f"is damaged: the size of its array '{info.filename}' does not fit its header")
        return _array(header, start + stream.read(info.file_size - len(start)))
