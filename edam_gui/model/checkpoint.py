"""Checkpoints on disk: safetensors with one metadata key, `edam`; the authors' are read too."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save
from torch import Tensor

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.imaging.atomic import write_bytes
from edam_gui.model.authors_checkpoint import read_authors_checkpoint
from edam_gui.model.backbones import build_backbone
from edam_gui.model.checkpoint_entries import check_shapes, checked_tensor
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.da_layer import DALayer
from edam_gui.model.mxnet_params import is_mxnet_file
from edam_gui.model.network import EdamNetwork
from edam_gui.model.torch_file import is_torch_file

METADATA_KEY: Final = "edam"
_MAX_HEADER_BYTES: Final = 16 * 2**20
CMA_PREFIX: Final = "cma."
_DA_WEIGHT: Final = "da_layer.conv.weight"
_DA_BIAS: Final = "da_layer.conv.bias"
_MAX_KERNEL: Final = 15


@dataclass(frozen=True, eq=False)
class LoadedModel:
    """A network with what its checkpoint says about it.

    Parameters
    ----------
    network
        In eval mode, on the CPU, float32, batch norms as stored; see `EdamNetwork.prepare_for_inference`.
    info
        The metadata.
    sha256
        Of the file, in hexadecimal.
    """

    network: EdamNetwork
    info: CheckpointInfo
    sha256: str


def save_checkpoint(
    path: Path,
    network: EdamNetwork,
    info: CheckpointInfo,
    *,
    cma: Mapping[str, Tensor] | None = None,
    dtype: torch.dtype = torch.float32,
) -> None:
    """Write a checkpoint, whole or not at all.

    Parameters
    ----------
    path
        Replaced if it is there.
    network
        Not folded.
    info
        Written into the metadata; `info.cma` says whether there is a CMA module.
    cma
        State dict of the CMA module, if any.
    dtype
        Of floating-point weights on disk: float32, float16 or bfloat16.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    entries = {**network.state_dict(), **{f"{CMA_PREFIX}{name}": value for name, value in (cma or {}).items()}}
    state = {
        name: (value.to(dtype) if value.is_floating_point() else value).detach().cpu().contiguous()
        for name, value in entries.items()
    }
    write_bytes(path, save(state, metadata={METADATA_KEY: info.to_json()}))


def load_checkpoint(path: Path) -> LoadedModel:
    """Read a checkpoint, ours or the authors'; nothing in it is executed, no memory taken on the word of its header.

    Raises
    ------
    InputFileError
        The file is missing, no checkpoint, truncated, or its entries do not fit the network it names; missing,
        unexpected and mis-shaped entries are named.
    OptionError
        It is an authors' checkpoint whose classes are unknown.
    """
    try:
        if not is_foreign(path):
            return _load_own(path)
        sha256 = file_sha256(path)
        checkpoint = read_authors_checkpoint(path, provenance={"file": path.name, "sha256": sha256})
        return LoadedModel(checkpoint.network, checkpoint.info, sha256)
    except OSError as error:
        raise InputFileError(path, f"the file cannot be read ({error.strerror or error}).") from None


def is_foreign(path: Path) -> bool:
    """Tell by content whether a file is a PyTorch checkpoint instead of one of this program.

    Raises
    ------
    InputFileError
        It holds MXNet's weights of a trunk, from which no masks can be made.
    OSError
        It cannot be read.
    """
    with path.open("rb") as file:
        start = file.read(16)
        size = path.stat().st_size
    if is_mxnet_file(start):
        _fail(
            path,
            "these are MXNet weights of a trunk alone, to start a training from; they make no masks.",
        )
    return is_torch_file(start) and not _is_sound_length(start, size)


def _load_own(path: Path) -> LoadedModel:
    try:
        info = _read_info(path)
        with safe_open(path, framework="pt", device="cpu") as file:
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            network = _empty_network(path, info, shapes)
            names = _check_names(path, network, shapes, info)
            state = {name: checked_tensor(path, name, file.get_tensor(name)) for name in names}
        sha256 = file_sha256(path)
    except SafetensorError as error:
        raise InputFileError(path, f"this is not a sound safetensors file ({error}).") from None
    network.to_empty(device="cpu")
    network.load_state_dict({name: value.clone() for name, value in state.items()})
    return LoadedModel(network.eval(), info, sha256)


def _is_sound_length(start: bytes, size: int) -> bool:
    """Whether a file may be safetensors: the length of its header, its first 8 bytes, fits the file."""
    return len(start) >= 8 and 2 <= int.from_bytes(start[:8], "little") <= min(size - 8, _MAX_HEADER_BYTES)


def _read_info(path: Path) -> CheckpointInfo:
    """Read the metadata from the header, after checking the header's own length against the file's."""
    with path.open("rb") as file:
        start = file.read(8)
        if not _is_sound_length(start, path.stat().st_size):
            _fail(path, "this is not a safetensors file, or it is truncated.")
        header = _parse_header(path, file.read(int.from_bytes(start, "little")))
    metadata = header.get("__metadata__")
    text = metadata.get(METADATA_KEY) if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        _fail(
            path, f"this safetensors file has no '{METADATA_KEY}' metadata, so it is not a checkpoint of this program."
        )
    try:
        return CheckpointInfo.from_json(text)
    except OptionError as error:
        _fail(path, f"the checkpoint cannot be used: {str(error).rstrip('.')}.")


def _parse_header(path: Path, content: bytes) -> dict[str, Any]:
    try:
        header = json.loads(content.decode("utf-8"))
    except (ValueError, RecursionError):
        _fail(path, "this is not a safetensors file: its header is not valid JSON.")
    if not isinstance(header, dict):
        _fail(path, "this is not a safetensors file: its header is not an object.")
    return header


def _empty_network(path: Path, info: CheckpointInfo, shapes: Mapping[str, tuple[int, ...]]) -> EdamNetwork:
    """Build the network the metadata name, without memory for its weights."""
    shape = shapes.get(_DA_WEIGHT, ())
    if len(shape) != 4 or shape[2] != shape[3] or shape[2] % 2 == 0 or shape[2] > _MAX_KERNEL:
        _fail(path, f"the entry '{_DA_WEIGHT}' is missing, or it is no square convolution of odd size.")
    try:
        with torch.device("meta"):
            backbone = build_backbone(info.backbone, info.stride)
            da_layer = DALayer(backbone.out_channels, len(info.classes) + 1, shape[2], bias=_DA_BIAS in shapes)
    except OptionError as error:
        raise InputFileError(path, str(error)) from None
    return EdamNetwork(backbone, da_layer, info.mask_form)


def _check_names(
    path: Path, network: EdamNetwork, shapes: Mapping[str, tuple[int, ...]], info: CheckpointInfo
) -> list[str]:
    """Compare the file's entries with the network's; return the network's names."""
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    # Inference needs no CMA module, so its weights are left in the file.
    found = {n: s for n, s in shapes.items() if info.cma is None or not n.startswith(CMA_PREFIX)}
    check_shapes(path, info.backbone, expected, found)
    return list(expected)


def file_sha256(path: Path) -> str:
    """Return a file's hash, in hexadecimal."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _fail(path: Path, cause: str) -> NoReturn:
    raise InputFileError(path, cause)
