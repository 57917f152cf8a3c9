"""MXNet `.params` files: a list of named arrays, written by `mxnet.nd.save`.

Little-endian. A list is the magic number 0x112, 8 bytes 0, the number of arrays, the arrays, the number of names, the
names (length, UTF-8); numbers of 8 bytes. An array is, in numbers of 4 bytes: version, storage type (version 2 and 3
only), number of dimensions, dimensions (8 bytes each), device type, device index, type of values; then the values. In
the oldest version the number of dimensions takes the version's place and dimensions have 4 bytes. Arrays without
dimensions end after these; the others hold them row-major. (apache/mxnet, src/ndarray/ndarray.cc)
"""

from __future__ import annotations

import math
import mmap
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, NoReturn

import numpy as np
import numpy.typing as npt

from edam_gui.core.errors import InputFileError

_LIST_MAGIC: Final = (0x112).to_bytes(8, "little") + bytes(8)
_V1, _V2, _V3 = 0xF993FAC8, 0xF993FAC9, 0xF993FACA
_MAX_DIMENSIONS: Final = 32
_MAX_NAME_BYTES: Final = 1024
_TYPES: Final[Mapping[int, str]] = {0: "<f4", 1: "<f8", 2: "<f2", 3: "<u1", 4: "<i4", 5: "<i1", 6: "<i8"}
_PREFIXES: Final = ("arg:", "aux:")

Array = npt.NDArray[Any]


def is_mxnet_file(start: bytes) -> bool:
    """Whether a file whose first 16 bytes are these is an MXNet list of arrays."""
    return start[:16] == _LIST_MAGIC


def read_mxnet_params(path: Path) -> dict[str, Array]:
    """Read all arrays by name; the prefixes `arg:` and `aux:` are taken off.

    Nothing is taken into memory on the word of the file: the arrays are read-only views of the file, which is
    mapped.

    Raises
    ------
    InputFileError
        The file cannot be read, is none of these, is damaged, or holds sparse arrays or values of other types than
        float16, float32, float64 and integers.
    """
    try:
        with path.open("rb") as file:
            if not is_mxnet_file(file.read(16)):
                _fail(path, "this is no MXNet parameter file (an NDArray list).")
            content = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
    except OSError as error:
        _fail(path, f"the file cannot be read ({error.strerror or error}).")
    reader = _Reader(path, content)
    arrays = [reader.array() for _ in range(reader.count(least_bytes=4))]
    names = [reader.name() for _ in range(reader.count(least_bytes=8))]
    reader.expect_end()
    if len(names) != len(arrays):
        _fail(path, f"it holds {len(arrays)} arrays but {len(names)} names.")
    named: dict[str, Array] = {}
    for name, array in zip(names, arrays, strict=True):
        if name in named:
            _fail(path, f"the name '{name}' occurs twice.")
        if array is not None:
            named[name] = array
    return named


class _Reader:
    """A walk through the file; nothing is believed that the rest of the file cannot hold."""

    def __init__(self, path: Path, content: memoryview) -> None:
        self._path = path
        self._content = content
        self._at = len(_LIST_MAGIC)

    def count(self, *, least_bytes: int) -> int:
        """Read how many items follow, each of so many bytes or more."""
        count = self._number(8)
        if count * least_bytes > self._left():
            _fail(self._path, "it is damaged or truncated: it claims more entries than it has room for.")
        return count

    def array(self) -> Array | None:
        """Read an array; `None` for one that holds nothing."""
        version = self._number(4)
        if version in (_V2, _V3) and (storage := self._number(4)) != 0:
            _fail(self._path, f"it holds a sparse array (storage type {storage}), which cannot be read.")
        new = version in (_V1, _V2, _V3)
        dimensions = self._number(4) if new else version
        # All bits set is -1: a shape that was unknown.
        is_empty = dimensions == 0xFFFFFFFF if version == _V3 else dimensions == 0
        if is_empty:
            return None
        if dimensions > _MAX_DIMENSIONS:
            _fail(self._path, f"it is damaged: an array claims {dimensions} dimensions.")
        shape = [self._number(8 if new else 4) for _ in range(dimensions)]
        self._take(8)
        kind = self._number(4)
        if kind not in _TYPES:
            _fail(self._path, f"it holds values of a type that cannot be read (number {kind}).")
        return self._values(np.dtype(_TYPES[kind]), shape)

    def name(self) -> str:
        """Read a name without its prefix."""
        length = self._number(8)
        if length > _MAX_NAME_BYTES:
            _fail(self._path, f"it is damaged: a name claims {length} bytes.")
        try:
            name = bytes(self._take(length)).decode()
        except UnicodeDecodeError:
            _fail(self._path, "it is damaged: a name is no UTF-8 text.")
        for prefix in _PREFIXES:
            name = name.removeprefix(prefix)
        return name

    def expect_end(self) -> None:
        """Refuse bytes behind the names."""
        if self._left():
            _fail(self._path, f"it is damaged: {self._left()} bytes follow its end.")

    def _values(self, dtype: np.dtype[Any], shape: list[int]) -> Array | None:
        if 0 in shape:
            return None
        # Python's numbers have no limit, so the product of lying dimensions does not wrap around.
        return np.frombuffer(self._take(math.prod(shape) * dtype.itemsize), dtype).reshape(shape)

    def _number(self, size: int) -> int:
        return int.from_bytes(self._take(size), "little")

    def _take(self, size: int) -> memoryview:
        if size > self._left():
            _fail(self._path, "it is damaged or truncated: it ends in the middle of an entry.")
        self._at += size
        return self._content[self._at - size : self._at]

    def _left(self) -> int:
        return len(self._content) - self._at


def _fail(path: Path, cause: str) -> NoReturn:
    raise InputFileError(path, cause)
