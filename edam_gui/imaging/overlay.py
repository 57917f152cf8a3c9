"""Label maps and activation masks drawn over photos."""

from __future__ import annotations

import cv2
import numpy as np

from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.core.label_set import BACKGROUND

_CROSS = cv2.getStructuringElement(cv2.MORPH_CROSS, (3, 3))


def blend_labels(pixels: UInt8Array, labels: UInt8Array, palette: UInt8Array, opacity: float = 0.5) -> UInt8Array:
    """Draw the colours of a label map over a photo, with a contour of one pixel along the inside of each region.

    The contour is lighter than dark class colours and darker than light ones, so that it shows on both.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB.
    labels
        (H, W) uint8. Background pixels stay as they are; 255 is drawn in its colour.
    palette
        (256, 3) uint8 RGB.
    opacity
        0 shows the photo, 1 the plain colours.

    Returns
    -------
    UInt8Array
        (H, W, 3) uint8 RGB, a new array.
    """
    _check(pixels, labels.shape, opacity)
    if palette.shape != (256, 3):
        raise ValueError(f"a palette is (256, 3), not {palette.shape}")
    result = pixels.copy()
    region = labels != BACKGROUND
    if not region.any():
        return result
    fill = cv2.addWeighted(pixels, 1 - opacity, palette[labels], opacity, 0)
    cv2.copyTo(fill, region.view(np.uint8), result)
    border = (cv2.dilate(labels, _CROSS) != cv2.erode(labels, _CROSS)) & region
    contrast = min(1.0, 1.6 * opacity)
    line = cv2.addWeighted(fill, 1 - contrast, _contour_palette(palette)[labels], contrast, 0)
    cv2.copyTo(line, border.view(np.uint8), result)
    return result


def blend_mask(pixels: UInt8Array, values: Float32Array, opacity: float = 0.6) -> UInt8Array:
    """Draw an activation mask over a photo in the colours of `inferno`, a perceptually uniform colour map.

    The opacity of a pixel is `opacity` times its value, so that the photo shows where activation is low.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB.
    values
        (H, W) float32 in [0, 1]; values outside are clipped, NaN counts as 0.
    opacity
        Opacity where the value is 1.

    Returns
    -------
    UInt8Array
        (H, W, 3) uint8 RGB, a new array.
    """
    _check(pixels, values.shape, opacity)
    levels = cv2.convertScaleAbs(np.nan_to_num(values, nan=0.0).clip(0, 1), alpha=255.0)
    # out = ((256 - a) * photo + a * colour + 128) / 256, with both terms of the level looked up.
    weight = np.rint(np.arange(256) * (opacity * 256 / 255)).astype(np.uint16)
    colors = inferno().astype(np.uint16) * weight[:, None] + np.uint16(128)
    mixed = pixels.astype(np.uint16)
    mixed *= (256 - weight)[levels][:, :, None]
    mixed += colors[levels]
    mixed >>= 8
    return mixed.astype(np.uint8)


def inferno() -> UInt8Array:
    """Return the `inferno` colour map, (256, 3) uint8 RGB, for legends and for `blend_mask`."""
    ramp = np.arange(256, dtype=np.uint8)[:, None]
    return np.ascontiguousarray(cv2.applyColorMap(ramp, cv2.COLORMAP_INFERNO)[:, 0, ::-1])


def _check(pixels: UInt8Array, shape: tuple[int, ...], opacity: float) -> None:
    if pixels.ndim != 3 or pixels.shape[2] != 3 or pixels.shape[:2] != shape:
        raise ValueError(f"photo {pixels.shape} and map {shape} do not belong together")
    if not 0 <= opacity <= 1:
        raise ValueError(f"opacity must lie between 0 and 1, not {opacity}")


def _contour_palette(palette: UInt8Array) -> UInt8Array:
    luma = palette.astype(np.float32) @ np.array([0.299, 0.587, 0.114], np.float32)
    target = np.where(luma < 128, np.float32(255), np.float32(0))[:, None]
    return np.rint(0.35 * palette + 0.65 * target).astype(np.uint8)
