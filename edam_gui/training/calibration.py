"""Thresholds that suggest classes, chosen for a model on training images."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch

from edam_gui.core.arrays import Float32Array
from edam_gui.core.errors import InputFileError
from edam_gui.imaging.photo import read_photo
from edam_gui.model.checkpoint import load_checkpoint, save_checkpoint
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.cma_checkpoint import load_cma
from edam_gui.model.inference import InferenceOptions, run_passes
from edam_gui.model.network import EdamNetwork
from edam_gui.training.config import TrainConfig
from edam_gui.training.manifest import Manifest
from edam_gui.training.suggestion_thresholds import suggestion_thresholds
from edam_gui.training.validation import inference_copy, spread


class Calibration:
    """Chooses thresholds on the same images for any model.

    Parameters
    ----------
    manifest, config
        Images, and how many of them.
    device
        Where to compute.
    alive
        Called after every image.
    """

    def __init__(
        self, manifest: Manifest, config: TrainConfig, device: torch.device, alive: Callable[[], None]
    ) -> None:
        self._images = spread(manifest.images, config.calibrate)
        self._classes = len(manifest.label_set)
        self._config = config
        self._device = device
        self._alive = alive

    def choose(self, network: EdamNetwork, info: CheckpointInfo, say: Callable[[str], None]) -> tuple[float, ...]:
        """Return a threshold per class; none if no image can be read.

        Parameters
        ----------
        network
            Ready for inference.
        info
            Of its checkpoint.
        say
            Told of images that cannot be read.
        """
        options = InferenceOptions(scales=self._config.val_scales)
        pooled: list[Float32Array] = []
        hot = np.zeros((len(self._images), self._classes), np.bool_)
        for image in self._images:
            try:
                pixels = read_photo(image.path).pixels
            except InputFileError as error:
                say(f"{error}. It is left out.")
                continue
            hot[len(pooled), [c - 1 for c in image.classes]] = True
            pooled.append(run_passes(network, info, pixels, options, self._device).pooled())
            self._alive()
        return suggestion_thresholds(np.stack(pooled), hot[: len(pooled)]) if pooled else ()

    def renew(self, path: Path) -> None:
        """Choose thresholds for a checkpoint, and write it again with them.

        Raises
        ------
        InputFileError
            It is gone, or damaged.
        OutputError
            It cannot be written; the file is as it was.
        """
        model = load_checkpoint(path)
        module = load_cma(path, model.info)
        dtype = torch.float16 if self._config.export_half else torch.float32
        chosen = self.choose(inference_copy(model.network, self._device), model.info, lambda _: None)
        if chosen:
            info = replace(model.info, suggestion_thresholds=chosen)
            save_checkpoint(path, model.network, info, cma=module.state_dict() if module else None, dtype=dtype)
