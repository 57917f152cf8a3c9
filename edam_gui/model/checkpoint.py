"""Checkpoints on disk: safetensors with one metadata key, `edam`."""

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
from edam_gui.model.backbones import build_backbone
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.da_layer import DALayer
from edam_gui.model.network import EdamNetwork

METADATA_KEY: Final = "edam"
_MAX_HEADER_BYTES: Final = 16 * 2**20
_CMA_PREFIX: Final = "cma."
_DA_WEIGHT: Final = "da_layer.conv.weight"
_DA_BIAS: Final = "da_layer.conv.bias"
_LATER_SUFFIXES: Final = (".pth", ".pt", ".pkl", ".ckpt", ".params")
_PICKLE_STARTS: Final = (b"PK\x03\x04", b"\x80")
_LATER_FORMAT: Final = (
    "this is a PyTorch or MXNet checkpoint (.pth, .params), which this version does not read yet; "
    "a .safetensors checkpoint of this program is needed (nothing in the file was executed)."
)
_MAX_KERNEL: Final = 15
_SHOWN_NAMES: Final = 5


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
    path: Path, network: EdamNetwork, info: CheckpointInfo, *, dtype: torch.dtype = torch.float32
) -> None:
    """Write a checkpoint, whole or not at all.

    Parameters
    ----------
    path
        Replaced if it is there.
    network
        Not folded.
    info
        Written into the metadata.
    dtype
        Of floating-point weights on disk: float32, float16 or bfloat16.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    state = {
        name: (value.to(dtype) if value.is_floating_point() else value).detach().cpu().contiguous()
        for name, value in network.state_dict().items()
    }
    write_bytes(path, save(state, metadata={METADATA_KEY: info.to_json()}))


def load_checkpoint(path: Path) -> LoadedModel:
    """Read a checkpoint; nothing in the file is executed, and no memory is taken on the word of its header.

    Raises
    ------
    InputFileError
        The file is missing, not a checkpoint of this program, truncated, or its entries do not fit the
        network it names; missing, unexpected and mis-shaped entries are named.
    """
    try:
        info = _read_info(path)
        with safe_open(path, framework="pt", device="cpu") as file:
            shapes = {name: tuple(file.get_slice(name).get_shape()) for name in file.keys()}  # noqa: SIM118
            network = _empty_network(path, info, shapes)
            names = _checked_names(path, network, shapes, info)
            state = {name: _checked_tensor(path, name, file.get_tensor(name)) for name in names}
        sha256 = _sha256(path)
    except SafetensorError as error:
        raise InputFileError(path, f"this is not a sound safetensors file ({error}).") from None
    except OSError as error:
        raise InputFileError(path, f"the file cannot be read ({error.strerror or error}).") from None
    network.to_empty(device="cpu")
    network.load_state_dict({name: value.clone() for name, value in state.items()})
    return LoadedModel(network.eval(), info, sha256)


def _read_info(path: Path) -> CheckpointInfo:
    """Read the metadata from the header, after checking the header's own length against the file's."""
    with path.open("rb") as file:
        start = file.read(8)
        size = path.stat().st_size
        length = int.from_bytes(start, "little")
        is_sound = len(start) == 8 and length <= size - 8 and 2 <= length <= _MAX_HEADER_BYTES
        if path.suffix.lower() in _LATER_SUFFIXES or (not is_sound and start.startswith(_PICKLE_STARTS)):
            _fail(path, _LATER_FORMAT)
        if not is_sound:
            _fail(path, "this is not a safetensors file, or it is truncated.")
        header = _parse_header(path, file.read(length))
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


def _checked_names(
    path: Path, network: EdamNetwork, shapes: Mapping[str, tuple[int, ...]], info: CheckpointInfo
) -> list[str]:
    """Compare the file's entries with the network's, and name what differs."""
    expected = {name: tuple(value.shape) for name, value in network.state_dict().items()}
    # Inference needs no CMA module, so its weights are left in the file.
    found = {n: s for n, s in shapes.items() if info.cma is None or not n.startswith(_CMA_PREFIX)}
    problems = []
    if missing := sorted(expected.keys() - found.keys()):
        problems.append(f"missing entries: {_listed(missing)}")
    if unexpected := sorted(found.keys() - expected.keys()):
        problems.append(f"unexpected entries: {_listed(unexpected)}")
    wrong = [
        f"{name} ({_by(found[name])} instead of {_by(expected[name])})"
        for name in sorted(expected.keys() & found.keys())
        if found[name] != expected[name]
    ]
    if wrong:
        problems.append(f"entries of the wrong shape: {_listed(wrong)}")
    if problems:
        _fail(path, f"the checkpoint does not fit the network '{info.backbone}': {'; '.join(problems)}.")
    return list(expected)


def _checked_tensor(path: Path, name: str, value: Tensor) -> Tensor:
    if value.dtype == torch.int64 and name.endswith("num_batches_tracked"):
        return value
    if not value.is_floating_point():
        kind = str(value.dtype).removeprefix("torch.")
        _fail(path, f"the entry '{name}' holds {kind} numbers, not floating-point ones.")
    if not bool(torch.isfinite(value).all()):
        _fail(path, f"the entry '{name}' holds values that are not finite.")
    if name.endswith("running_var") and bool((value < 0).any()):
        _fail(path, f"the entry '{name}' holds negative variances.")
    return value.to(torch.float32)


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _listed(names: list[str]) -> str:
    shown = ", ".join(name if len(name) <= 80 else name[:77] + "..." for name in names[:_SHOWN_NAMES])
    return shown if len(names) <= _SHOWN_NAMES else f"{shown} and {len(names) - _SHOWN_NAMES} more"


def _by(shape: tuple[int, ...]) -> str:
    return "x".join(map(str, shape)) or "single number"


def _fail(path: Path, cause: str) -> NoReturn:
    raise InputFileError(path, cause)
