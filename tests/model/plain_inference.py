"""Multi-scale inference written down plainly, as the authors do it: what the fast path must equal."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional

from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.imaging.photo import resize_photo
from edam_gui.model.checkpoint import LoadedModel

SCALES = (1.0, 0.5, 1.5, 2.0)


def plain_sums(model: LoadedModel, pixels: UInt8Array, scales: tuple[float, ...] = SCALES) -> Float32Array:
    """Return the sums of all K+1 masks over 8 sequential passes of batch 1, (K+1, H, W) float32."""
    height, width = pixels.shape[:2]
    total = torch.zeros(len(model.info.classes) + 1, height, width)
    for scale in scales:
        resized = resize_photo(pixels, (max(1, round(width * scale)), max(1, round(height * scale))))
        values = (resized / 255.0 - np.array(model.info.mean)) / np.array(model.info.std)
        x = torch.from_numpy(np.ascontiguousarray(values.transpose(2, 0, 1), np.float32))[None]
        for flip in (False, True):
            with torch.inference_mode():
                masks = model.network(x.flip(-1) if flip else x)
            full = functional.interpolate(masks, (height, width), mode="bilinear", align_corners=False)[0]
            total += full.flip(-1) if flip else full
    return total.numpy()
