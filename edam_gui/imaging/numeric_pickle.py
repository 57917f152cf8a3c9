"""What pickled `.npy` dictionaries may hold: numbers, names, numeric arrays, and torch tensors read as arrays.

Every builder here is ours; numpy and torch names only select one. Arrays are views of the payload's bytes, so what
is built never takes more memory than the file has bytes.
"""

from __future__ import annotations

import io
import re
import struct
from collections.abc import Mapping
from typing import Any, Final

import numpy as np

from edam_gui.core.arrays import AnyArray
from edam_gui.imaging.pickle_machine import DAMAGED, MORE_THAN_DATA, Draft, Global, PickleMachine, PickleRefused

_NUMERIC: Final = re.compile(r"[<>=|]?(?:b1|[iu][1248]|f[248]|[US][1-9][0-9]{0,5})")
_MAX_DIMENSIONS: Final = 8
_MAX_SIDE: Final = 2**31

_TORCH_MAGIC: Final = 0x1950A86A20F9469CFC6C
_TORCH_DTYPES: Final = {
    "DoubleStorage": "<f8",
    "FloatStorage": "<f4",
    "HalfStorage": "<f2",
    "LongStorage": "<i8",
    "IntStorage": "<i4",
    "ShortStorage": "<i2",
    "CharStorage": "<i1",
    "ByteStorage": "<u1",
    "BoolStorage": "|b1",
}


def numeric_dtype(text: str) -> np.dtype[Any] | None:
    """Return the dtype of a short description such as ``<f4``, `None` unless it is numeric or text."""
    return np.dtype(text) if _NUMERIC.fullmatch(text) else None


def checked_count(shape: tuple[int, ...]) -> int | None:
    """Return how many elements an array of that shape holds, `None` for a shape nobody has."""
    if len(shape) > _MAX_DIMENSIONS or any(not 0 <= side < _MAX_SIDE for side in shape):
        return None
    count = 1
    for side in shape:
        count *= max(side, 1)
    return None if count >= 2**40 else (0 if 0 in shape else count)


def read_numeric_pickle(stream: io.BytesIO) -> AnyArray | dict[object, object]:
    """Read one pickle that holds a numeric array, a dictionary, or numpy's 0-d object array around a dictionary.

    Returns
    -------
    array or dict
        Keys are str or int. Values are arrays (read-only), str, bool, int, float, None, or flat tuples of these.

    Raises
    ------
    PickleRefused
        The pickle is damaged or holds anything else.
    """
    value = PickleMachine(stream, _NAMES).run()
    if isinstance(value, _ArrayDraft) and value.objects is not None:
        value = value.only_object()
    if isinstance(value, dict):
        return {_plain_key(key): _plain_value(item) for key, item in value.items()}
    array = _plain_value(value)
    if isinstance(array, np.ndarray):
        return array
    raise PickleRefused("holds neither an array nor a dictionary of arrays")


def _plain_key(key: object) -> str | int:
    if isinstance(key, bytes):
        return _text(key)
    if isinstance(key, (str, int)):
        return key
    raise PickleRefused(MORE_THAN_DATA)


def _plain_value(value: object) -> object:
    if isinstance(value, (list, tuple)):
        return tuple(_plain_item(item) for item in value)
    if isinstance(value, _ArrayDraft):
        return value.numbers()
    return value if isinstance(value, np.ndarray) else _plain_item(value)


def _plain_item(value: object) -> object:
    if isinstance(value, bytes):
        return _text(value)
    if value is None or isinstance(value, (str, bool, int, float)):
        return value
    raise PickleRefused(MORE_THAN_DATA)


def _text(value: object) -> str:
    """Read a str, or the bytes that Python 2 wrote for one."""
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        try:
            return value.decode("utf-8")
        except UnicodeDecodeError:
            return value.decode("latin-1")
    raise PickleRefused(DAMAGED)


def _shape(value: object) -> tuple[int, ...]:
    if isinstance(value, tuple) and all(type(side) is int for side in value):
        return value
    raise PickleRefused(DAMAGED)


def _view(raw: object, dtype: np.dtype[Any], shape: tuple[int, ...]) -> AnyArray:
    """View bytes as a flat array that fills the shape exactly."""
    count = checked_count(shape)
    if not isinstance(raw, bytes) or count is None or count * dtype.itemsize != len(raw):
        raise PickleRefused("is damaged: an array's shape does not fit its bytes")
    return np.frombuffer(raw, dtype) if count else np.zeros(0, dtype)


class _DtypeDraft(Draft):
    """`numpy.dtype(code, False, True)`, whose byte order arrives by BUILD."""

    def __init__(self, code: object, *_flags: object) -> None:
        self._code = _text(code)
        self._order = ""
        self.is_object = self._code in ("O8", "O4")
        self.is_empty_text = self._code in ("U0", "S0")
        if not (self.is_object or self.is_empty_text) and numeric_dtype(self._code) is None:
            raise PickleRefused(MORE_THAN_DATA)

    def build(self, state: object) -> None:
        # (version, byte order, subdtype, names, fields, itemsize, alignment, flags); metadata would be a ninth.
        if not isinstance(state, tuple) or len(state) != 8 or any(part is not None for part in state[2:5]):
            raise PickleRefused(MORE_THAN_DATA)
        order = _text(state[1])
        if order not in ("<", ">", "=", "|"):
            raise PickleRefused(DAMAGED)
        self._order = order

    def numeric(self) -> np.dtype[Any]:
        if self.is_object or self.is_empty_text:
            raise PickleRefused(MORE_THAN_DATA)
        return np.dtype(self._code if self._order == "|" else self._order + self._code)


class _ArrayDraft(Draft):
    """`_reconstruct(ndarray, (0,), b'b')`, whose shape, dtype and bytes arrive by BUILD."""

    def __init__(self) -> None:
        self._array: AnyArray | None = None
        self.objects: list[object] | None = None
        self._shape: tuple[int, ...] = ()

    def build(self, state: object) -> None:
        if not isinstance(state, tuple) or len(state) != 5 or not isinstance(state[2], _DtypeDraft):
            raise PickleRefused(DAMAGED)
        _version, shape, dtype, fortran, raw = state
        self._shape = _shape(shape)
        if dtype.is_object:
            if not isinstance(raw, list):
                raise PickleRefused(DAMAGED)
            self.objects = raw
            return
        if isinstance(raw, str):  # Python 2 strings, read by a later Python
            raw = _latin1(raw)
        flat = _view(raw, dtype.numeric(), self._shape)
        self._array = flat.reshape(self._shape, order="F" if fortran is True or fortran == 1 else "C")

    def numbers(self) -> AnyArray:
        if self._array is None:
            raise PickleRefused(MORE_THAN_DATA if self.objects is not None else DAMAGED)
        return self._array

    def only_object(self) -> object:
        """Return what a 0-d object array holds."""
        if self.objects is None or self._shape != () or len(self.objects) != 1:
            raise PickleRefused(MORE_THAN_DATA)
        return self.objects[0]


def _reconstruct(subtype: object, _shape: object, _code: object) -> _ArrayDraft:
    if subtype is not _NDARRAY:
        raise PickleRefused(MORE_THAN_DATA)
    return _ArrayDraft()


def _scalar(dtype: object, raw: object) -> object:
    """Build a numpy scalar, as the Python number or str of the same value."""
    if not isinstance(dtype, _DtypeDraft):
        raise PickleRefused(DAMAGED)
    if dtype.is_empty_text:
        return ""
    if isinstance(raw, str):
        raw = _latin1(raw)
    try:
        return _view(raw, dtype.numeric(), (1,))[0].item()
    except UnicodeDecodeError:
        raise PickleRefused(DAMAGED) from None


def _from_buffer(raw: object, dtype: object, shape: object, order: object, axes: object = None) -> AnyArray:
    """Build the array of numpy's protocol 5 form."""
    if not isinstance(dtype, _DtypeDraft):
        raise PickleRefused(DAMAGED)
    sides = _shape(shape)
    flat = _view(raw, dtype.numeric(), sides)
    if order == "K" and axes is not None:
        turned = _shape(axes)
        if sorted(turned) != list(range(len(sides))):
            raise PickleRefused(DAMAGED)
        return flat.reshape(sides).transpose(turned)
    if order not in ("C", "F"):
        raise PickleRefused(DAMAGED)
    return flat.reshape(sides, order="F" if order == "F" else "C")


def _latin1(text: str) -> bytes:
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError:
        raise PickleRefused(DAMAGED) from None


def _encode(text: object, encoding: object) -> bytes:
    """Build the bytes that protocols 0 to 2 write as `_codecs.encode(text, 'latin1')`."""
    if not isinstance(text, str) or _text(encoding) not in ("latin1", "latin-1"):
        raise PickleRefused(MORE_THAN_DATA)
    return _latin1(text)


def _empty_bytes() -> bytes:
    return b""


def _ordered_dict(*arguments: object) -> dict[object, object]:
    if arguments:
        raise PickleRefused(MORE_THAN_DATA)
    return {}


def _torch_storage(raw: object) -> AnyArray:
    """Read the bytes of a torch storage, (n,): magic, version, system, the storage's id, keys, count, numbers."""
    if not isinstance(raw, bytes):
        raise PickleRefused(DAMAGED)
    stream = io.BytesIO(raw)
    if PickleMachine(stream, {}).run() != _TORCH_MAGIC:
        raise PickleRefused("holds a torch tensor in a form that is not read")
    PickleMachine(stream, {}).run()
    system = PickleMachine(stream, {}).run()
    if not isinstance(system, dict) or system.get("little_endian") is not True:
        raise PickleRefused("holds a torch tensor in a form that is not read")
    dtype = PickleMachine(stream, _TORCH_NAMES, _storage_dtype).run()
    PickleMachine(stream, {}).run()
    header = stream.read(8)
    if not isinstance(dtype, np.dtype) or len(header) != 8:
        raise PickleRefused(DAMAGED)
    return _view(stream.read(), dtype, struct.unpack("<q", header))


def _storage_dtype(identity: object) -> np.dtype[Any]:
    if not isinstance(identity, tuple) or len(identity) < 2 or not isinstance(identity[1], Global):
        raise PickleRefused(DAMAGED)
    return np.dtype(_TORCH_DTYPES[identity[1].name])


def _torch_tensor(storage: object, offset: object, size: object, stride: object, *_hooks: object) -> AnyArray:
    """Build a tensor's array, a view of its storage."""
    sides, steps = _shape(size), _shape(stride)
    count = checked_count(sides)
    if (
        not isinstance(storage, np.ndarray)
        or storage.ndim != 1
        or type(offset) is not int
        or count is None
        or len(steps) != len(sides)
        or min((offset, *steps)) < 0
    ):
        raise PickleRefused(DAMAGED)
    if count == 0:
        return np.zeros(sides, storage.dtype)
    last = offset + sum((side - 1) * step for side, step in zip(sides, steps, strict=True))
    # An expanded tensor (stride 0) would look larger than its bytes; nobody saves masks that way.
    if last >= storage.size or count > storage.size:
        raise PickleRefused("is damaged: a tensor's shape does not fit its bytes")
    in_bytes = tuple(step * storage.itemsize for step in steps)
    return np.lib.stride_tricks.as_strided(storage[offset:], sides, in_bytes, writeable=False)


_NDARRAY: Final = Global("numpy.ndarray")
_TORCH_NAMES: Final[Mapping[tuple[str, str], Global]] = {("torch", name): Global(name) for name in _TORCH_DTYPES}
_NAMES: Final[Mapping[tuple[str, str], Global]] = {
    ("numpy", "ndarray"): _NDARRAY,
    ("numpy", "dtype"): Global("numpy.dtype", _DtypeDraft),
    ("_codecs", "encode"): Global("encode", _encode),
    ("collections", "OrderedDict"): Global("OrderedDict", _ordered_dict),
    ("torch._utils", "_rebuild_tensor_v2"): Global("tensor", _torch_tensor),
    ("torch.storage", "_load_from_bytes"): Global("storage", _torch_storage),
    **{(module, "bytes"): Global("bytes", _empty_bytes) for module in ("builtins", "__builtin__")},
    # numpy 1 and numpy 2 spell the package differently.
    **{
        (f"{package}.{module}", name): Global(name, builder)
        for package in ("numpy.core", "numpy._core")
        for module, name, builder in (
            ("multiarray", "_reconstruct", _reconstruct),
            ("multiarray", "scalar", _scalar),
            ("numeric", "_frombuffer", _from_buffer),
        )
    },
}
