"""PyTorch checkpoint files (.pth), old and new, read without executing anything in them."""

from __future__ import annotations

import pickle
import struct
import warnings
import zipfile
from pathlib import Path
from typing import Any, Final, NoReturn

import torch
from torch import Tensor

from edam_gui.core.errors import InputFileError

_ZIP_START: Final = b"PK\x03\x04"
_PICKLE_START: Final = b"\x80"
_WRAPPERS: Final = ("state_dict", "model")
_PREFIX: Final = "module."
_MAX_PICKLE_BYTES: Final = 16 * 2**20
# What torch.load raises for damaged and hostile files; it checks little, and lets through what its parts raise.
_LOAD_ERRORS: Final = (
    pickle.UnpicklingError,
    RuntimeError,
    ValueError,
    TypeError,
    LookupError,
    AttributeError,
    EOFError,
    AssertionError,
    ArithmeticError,
    ImportError,
    MemoryError,
    struct.error,
)


def is_torch_file(start: bytes) -> bool:
    """Whether a file that starts so may be a PyTorch checkpoint: a ZIP archive, or a bare pickle."""
    return start.startswith((_ZIP_START, _PICKLE_START))


def read_torch_tensors(path: Path) -> dict[str, Tensor]:
    """Read the tensors of a state dict by name; a prefix `module.` is taken off.

    The archive's tensors stay in the file until they are used. A dictionary that holds the state dict as
    `state_dict` or `model` is taken apart.

    Returns
    -------
    dict
        On the CPU, dense; not checked for shape or value.

    Raises
    ------
    InputFileError
        The file is damaged, wants to execute something, or holds something else than named tensors.
    """
    loaded = _load(path)
    for key in _WRAPPERS:
        if isinstance(loaded, dict) and isinstance(loaded.get(key), dict):
            loaded = loaded[key]
    if not isinstance(loaded, dict) or not loaded or not all(isinstance(name, str) for name in loaded):
        _fail(path, "this PyTorch file holds no state dict (a dictionary of named tensors).")
    tensors: dict[str, Tensor] = {}
    for name, value in loaded.items():
        if not isinstance(value, Tensor) or value.layout != torch.strided or value.device.type != "cpu":
            _fail(path, f"the entry '{name[:80]}' of this PyTorch file is no dense tensor.")
        short = name.removeprefix(_PREFIX)
        if short in tensors:
            _fail(path, f"the entry '{short[:80]}' occurs twice in this PyTorch file, with and without '{_PREFIX}'.")
        tensors[short] = value.detach()
    return tensors


def _load(path: Path) -> Any:
    try:
        # PyTorch warns about files that are then refused, or read all the same; neither is for the user.
        with path.open("rb") as file, warnings.catch_warnings(action="ignore"):
            is_archive = file.read(4) == _ZIP_START
            if is_archive:
                _check_archive(path)
                # Under the suffix .safetensors PyTorch would read the path as something else.
                source: Any = file if path.suffix == ".safetensors" else path
                file.seek(0)
                return torch.load(source, map_location="cpu", weights_only=True, mmap=source is path)
            file.seek(0)
            return torch.load(file, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError:
        _fail(
            path,
            "this is no PyTorch state dict, or it wants to execute code, which was refused "
            "(nothing in the file was executed).",
        )
    except OSError as error:
        _fail(path, f"the file cannot be read ({error.strerror or error}).")
    except (*_LOAD_ERRORS, zipfile.BadZipFile) as error:
        _fail(path, f"this PyTorch file is damaged or truncated ({type(error).__name__}).")


def _check_archive(path: Path) -> None:
    """Refuse an archive that would take more memory than the file has bytes, and programs."""
    with zipfile.ZipFile(path) as archive:
        entries = archive.infolist()
    if any(entry.compress_type != zipfile.ZIP_STORED or entry.file_size > entry.compress_size for entry in entries):
        _fail(path, "this ZIP archive is compressed; PyTorch files are not.")
    names = {entry.filename.rpartition("/")[2] for entry in entries}
    if "constants.pkl" in names:
        _fail(path, "this is a TorchScript program, not a state dict; it was not executed.")
    if "data.pkl" not in names:
        _fail(path, "this ZIP archive is no PyTorch file: it holds no data.pkl.")
    if any(entry.filename.endswith("data.pkl") and entry.file_size > _MAX_PICKLE_BYTES for entry in entries):
        _fail(path, "the table of contents of this PyTorch file is too large for a state dict.")


def _fail(path: Path, cause: str) -> NoReturn:
    raise InputFileError(path, cause)
