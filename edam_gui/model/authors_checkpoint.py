"""The checkpoints of the authors' released code: ResNet-38, DA layer and CMA module in one state dict.

Accounts for every entry: the trunk under its own names, `mask_layer.weight` as the DA layer with the background moved
to channel 0, the rest as the CMA module. Files without any CMA entry are accepted: masks need none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import torch
from torch import Tensor

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.model.backbones import build_backbone
from edam_gui.model.backbones.resnet38 import STRIDE
from edam_gui.model.checkpoint_entries import Shapes, by, check_shapes, checked_tensor
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.cma.authors import authors_shapes, authors_sizes, from_authors
from edam_gui.model.cma.sizes import CMASizes
from edam_gui.model.da_layer import DALayer, MaskForm
from edam_gui.model.network import EdamNetwork
from edam_gui.model.torch_file import read_torch_tensors

BACKBONE: Final = "resnet38"
_DA_WEIGHT: Final = "mask_layer.weight"
_POSITION: Final = "embedding.position.pe"
_CMA_PREFIXES: Final = ("d_d.", "fc_list.", "trans_list.", "embedding.")
_UNUSED_SUFFIX: Final = "num_batches_tracked"


@dataclass(frozen=True, eq=False)
class AuthorsCheckpoint:
    """What an authors' checkpoint holds.

    Parameters
    ----------
    network
        In eval mode, on the CPU, float32, batch norms as stored.
    info
        Theirs: 1/8, l2_abs masks, ImageNet mean and std, theta 20, alpha 1e-6, beta 0.99999 in the reference dialect.
    cma
        State dict of the CMA module of the sizes `info.cma`; `None` if the file holds none.
    """

    network: EdamNetwork
    info: CheckpointInfo
    cma: Mapping[str, Tensor] | None


def read_authors_checkpoint(
    path: Path, classes: LabelSet | None = None, provenance: Mapping[str, str] | None = None
) -> AuthorsCheckpoint:
    """Read an authors' `.pth` file.

    Parameters
    ----------
    path
        The file.
    classes
        The K classes in the order of its mask channels; without it K must be 20, which are then PASCAL VOC's.
    provenance
        For the metadata.

    Raises
    ------
    InputFileError
        The file is damaged, or missing, unexpected and mis-shaped entries, which are named.
    OptionError
        The number of classes is not the file's.
    """
    tensors = read_torch_tensors(path)
    num_classes = _count_classes(path, tensors)
    label_set = _agreed_classes(path, classes, num_classes)
    with torch.device("meta"):
        backbone = build_backbone(BACKBONE, STRIDE)
        da_layer = DALayer(backbone.out_channels, num_classes + 1)
    network = EdamNetwork(backbone, da_layer, MaskForm.L2_ABS)
    sizes = _cma_sizes(path, tensors, backbone.out_channels, num_classes)
    _check(path, network, tensors, sizes)
    checked = {name: checked_tensor(path, name, value) for name, value in tensors.items()}
    network.to_empty(device="cpu")
    network.load_state_dict(from_authors_names(checked, network))
    info = CheckpointInfo(
        backbone=BACKBONE,
        stride=STRIDE,
        classes=label_set,
        provenance=provenance or {},
        cma=sizes.to_mapping() if sizes else None,
    )
    return AuthorsCheckpoint(network.eval(), info, from_authors(checked) if sizes else None)


def from_authors_names(tensors: Mapping[str, Tensor], network: EdamNetwork) -> dict[str, Tensor]:
    """Return the state dict of the network; the authors' last mask channel, the background, becomes the first.

    Counters of batches, which files older than PyTorch 0.4.1 lack and nothing reads, are set to 0 if missing.
    """
    masks = tensors[_DA_WEIGHT]
    state = {"da_layer.conv.weight": torch.cat([masks[-1:], masks[:-1]])}
    for name in network.backbone.state_dict():
        value = tensors.get(name)
        state[f"backbone.{name}"] = torch.zeros((), dtype=torch.int64) if value is None else value
    return state


def _count_classes(path: Path, tensors: Mapping[str, Tensor]) -> int:
    masks = tensors.get(_DA_WEIGHT)
    if masks is None:
        raise InputFileError(
            path,
            f"this is no checkpoint of the authors' network: the entry '{_DA_WEIGHT}' is missing among "
            f"{len(tensors)} entries (the first is '{next(iter(tensors))[:80]}').",
        )
    if masks.dim() != 4 or masks.shape[0] < 2:
        raise InputFileError(path, f"the entry '{_DA_WEIGHT}' is {by(masks.shape)}, not a convolution to masks.")
    return int(masks.shape[0]) - 1


def _agreed_classes(path: Path, classes: LabelSet | None, num_classes: int) -> LabelSet:
    label_set = classes or PASCAL_VOC
    if len(label_set) == num_classes:
        return label_set
    if classes is None:
        raise OptionError(
            f"{path} has masks for {num_classes} classes, not PASCAL VOC's {len(PASCAL_VOC)}; "
            "import it with import-checkpoint and --classes FILE."
        )
    raise OptionError(f"{path} has masks for {num_classes} classes, but the class file names {len(classes)}.")


def _cma_sizes(path: Path, tensors: Mapping[str, Tensor], in_channels: int, num_classes: int) -> CMASizes | None:
    """Read the CMA module's sizes off the entries that tell them, or take the authors' where those are wrong."""
    if not any(name.startswith(_CMA_PREFIXES) for name in tensors):
        return None
    try:
        sizes = authors_sizes(tensors)
    except (KeyError, ValueError, IndexError):
        sizes = CMASizes(in_channels, num_classes)
    except OptionError as error:
        raise InputFileError(path, f"its CMA module cannot be used: {error}") from None
    return CMASizes(in_channels, num_classes, sizes.width, sizes.heads, sizes.hidden, sizes.image_rows)


def _check(path: Path, network: EdamNetwork, tensors: Mapping[str, Tensor], sizes: CMASizes | None) -> None:
    expected: dict[str, tuple[int, ...]] = {n: tuple(v.shape) for n, v in network.backbone.state_dict().items()}
    expected[_DA_WEIGHT] = tuple(network.da_layer.conv.weight.shape)
    found: Shapes = {name: tuple(value.shape) for name, value in tensors.items()}
    if sizes is not None:
        # The position code is a constant of any length, which is computed anew.
        positions = found.get(_POSITION, (0, 0))
        expected |= authors_shapes(sizes, positions[1] if len(positions) > 1 else 0)
    for name in list(expected):
        if name.endswith(_UNUSED_SUFFIX) and name not in found:
            del expected[name]
    check_shapes(path, f"{BACKBONE} of the authors", expected, found)
