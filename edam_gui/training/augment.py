"""Random changes of one photo: size, mirroring, colours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageEnhance

from edam_gui.core.arrays import UInt8Array
from edam_gui.imaging.photo import resize_photo
from edam_gui.training.config import TrainConfig


@dataclass(frozen=True)
class Jitter:
    """Largest changes of colour: factors within 1 +- value, hue as a share of the colour circle (at most 0.5)."""

    brightness: float
    contrast: float
    saturation: float
    hue: float

    @classmethod
    def of(cls, config: TrainConfig) -> Jitter:
        """Return the settings' jitter."""
        return cls(config.brightness, config.contrast, config.saturation, config.hue)

    def apply(self, pixels: UInt8Array, rng: np.random.Generator) -> UInt8Array:
        """Change brightness, contrast, saturation and hue of (H, W, 3) uint8 RGB, in random order."""
        image = Image.fromarray(pixels)
        for step in rng.permutation(4).tolist():
            image = self._hue(image, rng) if step == 3 else self._enhance(image, step, rng)
        return np.array(image)

    def _enhance(self, image: Image.Image, step: int, rng: np.random.Generator) -> Image.Image:
        strength = (self.brightness, self.contrast, self.saturation)[step]
        if strength == 0:
            return image
        kind = (ImageEnhance.Brightness, ImageEnhance.Contrast, ImageEnhance.Color)[step]
        return kind(image).enhance(rng.uniform(max(0.0, 1 - strength), 1 + strength))

    def _hue(self, image: Image.Image, rng: np.random.Generator) -> Image.Image:
        if self.hue == 0:
            return image
        turn = np.uint8(round(rng.uniform(-self.hue, self.hue) * 255) % 256)
        values = np.array(image.convert("HSV"))
        values[:, :, 0] += turn  # the circle of hues is closed, and so are uint8 numbers
        return _from_hsv(values)


def _from_hsv(values: UInt8Array) -> Image.Image:
    height, width = values.shape[:2]
    return Image.frombytes("HSV", (width, height), values.tobytes()).convert("RGB")


def mirrored(pixels: UInt8Array, probability: float, rng: np.random.Generator) -> UInt8Array:
    """Mirror left and right with a probability."""
    return np.ascontiguousarray(pixels[:, ::-1]) if rng.random() < probability else pixels


def random_size(pixels: UInt8Array, shortest: int, longest: int, rng: np.random.Generator) -> UInt8Array:
    """Resize so that the long side has a random number of pixels in `shortest`..`longest`."""
    height, width = pixels.shape[:2]
    factor = int(rng.integers(shortest, longest + 1)) / max(height, width)
    return resize_photo(pixels, (max(1, round(width * factor)), max(1, round(height * factor))))
