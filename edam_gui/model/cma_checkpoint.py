"""The CMA module of a checkpoint, to go on training with; inference leaves it in the file."""

from __future__ import annotations

from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import LabelSet
from edam_gui.model.authors_checkpoint import read_authors_checkpoint
from edam_gui.model.checkpoint import CMA_PREFIX, is_foreign
from edam_gui.model.checkpoint_entries import check_shapes, checked_tensor
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.cma import CMA, CMASizes


def load_cma(path: Path, info: CheckpointInfo, classes: LabelSet | None = None) -> CMA | None:
    """Read the CMA module from the file whose metadata `load_checkpoint` has read.

    Parameters
    ----------
    path
        Ours, or the authors'.
    info
        Its metadata.
    classes
        As `read_authors_checkpoint` takes them.

    Returns
    -------
    CMA
        In training mode, on the CPU, float32; `None` if the checkpoint holds none.

    Raises
    ------
    InputFileError
        The file cannot be read, or its entries do not fit the sizes it names; they are named.
    """
    if info.cma is None:
        return None
    try:
        sizes = CMASizes.from_mapping(info.cma)
    except OptionError as error:
        raise InputFileError(path, f"its CMA module cannot be used: {error}") from None
    with torch.device("meta"):
        module = CMA(sizes)
    expected = {name: tuple(value.shape) for name, value in module.state_dict().items()}
    try:
        if is_foreign(path):
            found = dict(read_authors_checkpoint(path, classes).cma or {})
        else:
            found = _own_entries(path, expected)
    except SafetensorError as error:
        raise InputFileError(path, f"this is not a sound safetensors file ({error}).") from None
    except OSError as error:
        raise InputFileError(path, f"the file cannot be read ({error.strerror or error}).") from None
    module.to_empty(device="cpu")
    module.load_state_dict(found)
    return module.train()


def _own_entries(path: Path, expected: dict[str, tuple[int, ...]]) -> dict[str, torch.Tensor]:
    with safe_open(path, framework="pt", device="cpu") as file:
        names = [name for name in file.keys() if name.startswith(CMA_PREFIX)]  # noqa: SIM118
        shapes = {name: tuple(file.get_slice(name).get_shape()) for name in names}
        prefixed = {CMA_PREFIX + name: shape for name, shape in expected.items()}
        check_shapes(path, "CMA module", prefixed, shapes)
        return {n.removeprefix(CMA_PREFIX): checked_tensor(path, n, file.get_tensor(n)).clone() for n in names}
