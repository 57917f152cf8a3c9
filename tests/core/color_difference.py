"""How different colours look, to full colour vision and to the two common forms of colour blindness."""

from __future__ import annotations

from typing import Final

import numpy as np

from edam_gui.core.arrays import Float64Array

VISIONS: Final = {
    "full": np.eye(3),
    "deuteranopia": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "protanopia": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
}
"""Matrices for linear RGB at full severity: Machado, Oliveira and Fernandes, IEEE TVCG 15(6), 2009."""

_XYZ: Final = np.array(
    [[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]
)
_WHITE: Final = np.array([0.95047, 1.0, 1.08883])


def lab(rgb: Float64Array, vision: str = "full") -> Float64Array:
    """Return CIELAB (D65) of sRGB colours (..., 3), 0..255, as a form of colour vision sees them."""
    value = rgb / 255.0
    linear = np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4)
    seen = np.clip(linear @ VISIONS[vision].T, 0.0, 1.0)
    ratio = (seen @ _XYZ.T) / _WHITE
    x, y, z = np.moveaxis(np.where(ratio > 216 / 24389, np.cbrt(ratio), (24389 / 27 * ratio + 16) / 116), -1, 0)
    return np.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -1)


def ciede2000(one: Float64Array, other: Float64Array) -> Float64Array:
    """Return the CIEDE2000 difference of CIELAB colours (..., 3), as Sharma, Wu and Dalal (2005) write it."""
    light1, a1, b1 = np.moveaxis(one, -1, 0)
    light2, a2, b2 = np.moveaxis(other, -1, 0)
    mean = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    stretch = 1.5 - 0.5 * np.sqrt(mean**7 / (mean**7 + 25.0**7))
    chroma1, chroma2 = np.hypot(stretch * a1, b1), np.hypot(stretch * a2, b2)
    hue1, hue2 = (np.degrees(np.arctan2(b, stretch * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    grey = chroma1 * chroma2 == 0
    turn = np.where(grey, 0.0, (hue2 - hue1 + 180) % 360 - 180)
    wide = np.abs(hue1 - hue2) > 180
    total = hue1 + hue2
    hue = np.where(grey, total, np.where(wide, np.where(total < 360, total + 360, total - 360), total) / 2)
    light, chroma = (light1 + light2) / 2, (chroma1 + chroma2) / 2
    shape = 1.0
    for weight, times, offset in ((-0.17, 1, -30), (0.24, 2, 0), (0.32, 3, 6), (-0.20, 4, -63)):
        shape = shape + weight * np.cos(np.radians(times * hue + offset))
    d_light = (light2 - light1) / (1 + 0.015 * (light - 50) ** 2 / np.sqrt(20 + (light - 50) ** 2))
    d_chroma = (chroma2 - chroma1) / (1 + 0.045 * chroma)
    d_hue = 2 * np.sqrt(chroma1 * chroma2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * chroma * shape)
    twist = 2 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    blue = -twist * np.sin(np.radians(60 * np.exp(-(((hue - 275) / 25) ** 2))))
    return np.sqrt(d_light**2 + d_chroma**2 + d_hue**2 + blue * d_chroma * d_hue)
