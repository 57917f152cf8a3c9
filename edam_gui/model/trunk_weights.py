"""Weights to start a training from: a trunk without DA layer and CMA module."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import torch

from edam_gui.model.backbones.resnet38 import ResNet38, from_mxnet_names
from edam_gui.model.checkpoint_entries import check_shapes, checked_tensor
from edam_gui.model.mxnet_params import read_mxnet_params


def load_mxnet_trunk(backbone: ResNet38, path: Path) -> None:
    """Fill a trunk from the MXNet `.params` file that the authors start from; its classifier is left out.

    Parameters
    ----------
    backbone
        Its batch norms not folded.
    path
        The file.

    Raises
    ------
    InputFileError
        The file is damaged, or entries are missing, unexpected or of the wrong shape; they are named as in the
        network, unexpected ones as in the file. The backbone is then unchanged.
    """
    arrays = read_mxnet_params(path)
    names = from_mxnet_names(arrays)
    expected = {name: tuple(value.shape) for name, value in backbone.state_dict().items() if value.dim()}
    check_shapes(path, "resnet38", expected, {ours: arrays[theirs].shape for theirs, ours in names.items()})
    # MXNet's arrays lie unaligned in the file, and are read-only.
    tensors = {ours: torch.from_numpy(np.array(arrays[theirs])) for theirs, ours in names.items()}
    backbone.load_state_dict({n: checked_tensor(path, n, t) for n, t in tensors.items()}, strict=False)
