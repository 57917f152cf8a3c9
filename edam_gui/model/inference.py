"""Multi-scale inference: a photo's low-resolution masks from every pass."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import torch
from torch import Tensor

from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.core.errors import Cancelled, OptionError
from edam_gui.imaging.photo import resize_photo
from edam_gui.model.checkpoint_info import BackgroundKind, CheckpointInfo
from edam_gui.model.network import EdamNetwork
from edam_gui.model.pass_outputs import PassOutputs
from edam_gui.model.precision import Precision, arithmetic

MAX_SCALE: Final = 8.0
_BATCHED_FLIP_PIXELS: Final = 2_000_000
"""Above this many pixels a pass and its flip run one after the other, to halve the memory they need."""


@dataclass(frozen=True)
class InferenceOptions:
    """How the passes are made.

    Parameters
    ----------
    scales
        Sizes of the passes relative to the (working size of the) photo.
    flip
        Whether each scale is also run on the mirrored photo.
    precision
        See `Precision`.
    max_working_pixels
        A larger photo is inferred as if it had about this many pixels; its masks still have its own size.
    batch_flips
        Whether photo and mirrored photo run as one batch where memory allows.

    Raises
    ------
    OptionError
        No scale, a scale outside (0, 8], or a working size below one pixel.
    """

    scales: tuple[float, ...] = (1.0, 0.5, 1.5, 2.0)
    flip: bool = True
    precision: Precision = Precision.AUTO
    max_working_pixels: int = 1_000_000
    batch_flips: bool = True

    def __post_init__(self) -> None:
        if not self.scales or not all(math.isfinite(s) and 0 < s <= MAX_SCALE for s in self.scales):
            raise OptionError(f"Scales must be one or more numbers above 0 and up to {MAX_SCALE:g}.")
        if self.max_working_pixels < 1:
            raise OptionError("The working size must be at least one pixel.")

    @property
    def passes(self) -> int:
        """Number of passes summed."""
        return len(self.scales) * (2 if self.flip else 1)


def run_passes(
    network: EdamNetwork,
    info: CheckpointInfo,
    pixels: UInt8Array,
    options: InferenceOptions,
    device: torch.device,
    *,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> PassOutputs:
    """Run the network over all scales and flips of a photo.

    Parameters
    ----------
    network
        On `device`, best after `EdamNetwork.prepare_for_inference`.
    info
        Its checkpoint's metadata.
    pixels
        (H, W, 3) uint8 RGB, as displayed.
    options, device
        How and where.
    progress
        Called with (passes done, passes in all) after each step.
    cancelled
        Looked at before each step.

    Raises
    ------
    Cancelled
        `cancelled` returned true.
    OptionError
        The device ran out of memory, or the network's masks are not finite.
    """
    height, width = pixels.shape[:2]
    working, notices = _working_size((height, width), options.max_working_pixels)
    flips = (False, True) if options.flip else (False,)
    done = 0
    merged: list[Float32Array] = []
    for scale in options.scales:
        size = scaled_size(working, scale)
        photo = normalise_photo(resize_photo(pixels, (size[1], size[0])), info)
        batched = options.batch_flips and options.flip and size[0] * size[1] <= _BATCHED_FLIP_PIXELS
        total: Tensor | None = None
        for group in [flips] if batched else [(f,) for f in flips]:
            if cancelled is not None and cancelled():
                raise Cancelled
            masks = _forward(network, photo, group, options.precision, device)
            total = masks if total is None else total + masks
            done += len(group)
            if progress is not None:
                progress(done, options.passes)
        assert total is not None  # noqa: S101 (there is at least the pass that is not flipped)
        merged.append(_finite(total.cpu().numpy()))
    return PassOutputs(
        merged=tuple(merged),
        passes=options.passes,
        size=(height, width),
        working_size=working,
        notices=notices,
        has_background=info.background is BackgroundKind.CHANNEL,
    )


def suggest(info: CheckpointInfo, pooled: Float32Array) -> frozenset[int]:
    """Return the classes (1..K) whose pooled score, (K,), exceeds the checkpoint's threshold."""
    above = pooled > np.asarray(info.suggestion_thresholds, np.float32)
    return frozenset((np.flatnonzero(above) + 1).tolist())


def scaled_size(size: tuple[int, int], scale: float) -> tuple[int, int]:
    """Return (h, w) at a scale: Python's round (half to even), at least one pixel."""
    return max(1, round(size[0] * scale)), max(1, round(size[1] * scale))


def normalise_photo(pixels: UInt8Array, info: CheckpointInfo) -> Tensor:
    """Return ``(x / 255 - mean) / std``, (1, 3, H, W) float32 in channels-last order, computed in float64."""
    levels = np.arange(256, dtype=np.float64)[:, None] / 255.0
    table = ((levels - np.array(info.mean)) / np.array(info.std)).astype(np.float32)
    values = cv2.LUT(pixels, table[:, None, :])
    return torch.from_numpy(values).permute(2, 0, 1).unsqueeze(0)


def _forward(
    network: EdamNetwork, photo: Tensor, flips: tuple[bool, ...], precision: Precision, device: torch.device
) -> Tensor:
    """Return the masks of some flips, each flipped back, summed: (K+1, h, w) float32."""
    try:
        with torch.inference_mode():
            x = photo.to(device)
            batch = torch.cat([x.flip(-1) if flip else x for flip in flips]) if len(flips) > 1 or flips[0] else x
            with arithmetic(precision, device, float32_only=network.backbone.float32_only):
                masks: Tensor = network(batch)
            total = masks[0].flip(-1) if flips[0] else masks[0]
            return total if len(flips) == 1 else total + masks[1].flip(-1)
    except torch.OutOfMemoryError:
        raise OptionError(f"The device '{device}' ran out of memory; use --device cpu, or smaller --scales.") from None


def _working_size(size: tuple[int, int], max_pixels: int) -> tuple[tuple[int, int], tuple[str, ...]]:
    pixels = size[0] * size[1]
    if pixels <= max_pixels:
        return size, ()
    height, width = scaled_size(size, math.sqrt(max_pixels / pixels))
    notice = (
        f"The photo has {size[1]}x{size[0]} pixels; masks were computed at a working size of {width}x{height} "
        "and enlarged to the photo."
    )
    return (height, width), (notice,)


def _finite(masks: Float32Array) -> Float32Array:
    if not np.isfinite(masks).all():
        raise OptionError("The network's masks are not finite numbers; try --precision fp32, or another checkpoint.")
    return masks
