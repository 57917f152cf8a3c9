"""How a photo is given to a network: size, normalisation, channel order; and how long it may take."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final, TypeVar

import numpy as np

from edam_gui.core.arrays import AnyArray, UInt8Array
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.imaging.onnx_saliency.model_file import MAX_SIDE, OnnxFile
from edam_gui.imaging.photo import resize_photo

T = TypeVar("T")
Triple = tuple[float, float, float]

IMAGENET_MEAN: Final[Triple] = (0.485, 0.456, 0.406)
IMAGENET_STD: Final[Triple] = (0.229, 0.224, 0.225)
DEFAULT_SIDE: Final = 320


@dataclass(frozen=True)
class OnnxOptions:
    """What the user says about a network; `None` = from the file, else the defaults.

    Parameters
    ----------
    size
        (width, height) of the input, where the file leaves it open.
    mean, std
        Per channel in the order R, G, B, on the 0..1 scale, or on the 0..255 scale if any mean is above 1.
    bgr
        Whether the network takes blue first.
    seconds
        Longest time for loading, and for each photo.
    memory_bytes
        Most memory of the network's process (where the system can limit it).

    Raises
    ------
    OptionError
        A value is out of range.
    """

    size: tuple[int, int] | None = None
    mean: Triple | None = None
    std: Triple | None = None
    bgr: bool | None = None
    seconds: float = 120.0
    memory_bytes: int = 8 << 30

    def __post_init__(self) -> None:
        if self.size is not None and not all(1 <= side <= MAX_SIDE for side in self.size):
            raise OptionError(f"The input size of a network is 1 to {MAX_SIDE} pixels.")
        if not all(math.isfinite(value) for value in (*(self.mean or ()), *(self.std or ()))):
            raise OptionError("Mean and standard deviation must be finite numbers.")
        if self.std is not None and min(self.std) <= 0:
            raise OptionError("Each standard deviation must be above 0.")
        if (self.mean is None) != (self.std is None):
            raise OptionError("Mean and standard deviation go together: give both or neither.")
        if not (math.isfinite(self.seconds) and self.seconds > 0):
            raise OptionError("The time limit must be a number of seconds above 0.")


@dataclass(frozen=True)
class InputForm:
    """How a photo is given to a network, every value resolved.

    Parameters
    ----------
    width, height
        Size of the input.
    mean, std
        As in `OnnxOptions`; not used for 8-bit inputs.
    bgr, channels_first, dtype
        Order of the channels, order of the axes, type of the numbers.
    """

    width: int
    height: int
    mean: Triple
    std: Triple
    bgr: bool
    channels_first: bool
    dtype: str

    def prepare(self, pixels: UInt8Array) -> AnyArray:
        """Return the input for a photo, (1, 3, H, W) or (1, H, W, 3): resized bicubically, then normalised.

        Parameters
        ----------
        pixels
            (H, W, 3) uint8 RGB.
        """
        values: AnyArray = resize_photo(pixels, (self.width, self.height))
        if self.dtype != "uint8":
            scale = 1.0 if max(self.mean) > 1 else 255.0
            values = (values / scale - np.array(self.mean)) / np.array(self.std)
        if self.bgr:
            values = values[:, :, ::-1]
        if self.channels_first:
            values = values.transpose(2, 0, 1)
        return np.ascontiguousarray(values[None], self.dtype)

    def to_json(self) -> dict[str, Any]:
        """Return every value, for `--json`."""
        form = {"size": [self.width, self.height], "order": "bgr" if self.bgr else "rgb"}
        return form if self.dtype == "uint8" else form | {"mean": list(self.mean), "std": list(self.std)}


def resolve_form(file: OnnxFile, options: OnnxOptions) -> InputForm:
    """Decide how photos are given to a network.

    Size: the file's own, else the option, else the file's metadata `input_size`, else 320 x 320. Mean and standard
    deviation: option, else metadata `mean` and `std`, else ImageNet's. Channel order: option, else metadata
    `channel_order` (`rgb` or `bgr`), else RGB.

    Raises
    ------
    OptionError
        The size option contradicts the file, or normalisation is given to a network that takes 8-bit pixels.
    InputFileError
        A metadata entry that is needed cannot be understood.
    """
    image, notes = file.image, _Metadata(file.path, file.metadata)
    if image.dtype == "uint8" and options.mean is not None:
        raise OptionError(f"{file.path} takes 8-bit pixels as they are; mean and standard deviation have no use there.")
    options = _with_metadata(options, notes, size_is_open=None in (image.width, image.height))
    width, height = options.size or (image.width or DEFAULT_SIDE, image.height or DEFAULT_SIDE)
    for what, wanted, own in (("wide", width, image.width), ("high", height, image.height)):
        if own is not None and own != wanted:
            raise OptionError(f"{file.path} takes images {own} pixels {what}, not {wanted}; leave the size out.")
    return InputForm(
        width=width,
        height=height,
        mean=options.mean or IMAGENET_MEAN,
        std=options.std or IMAGENET_STD,
        bgr=bool(options.bgr),
        channels_first=image.channels_first,
        dtype=image.dtype,
    )


def _with_metadata(options: OnnxOptions, notes: _Metadata, *, size_is_open: bool) -> OnnxOptions:
    if options.size is None and size_is_open:
        options = notes.complete(options, lambda: {"size": notes.get("input_size", parse_size)})
    if options.mean is None:
        options = notes.complete(
            options, lambda: {"mean": notes.get("mean", parse_triple), "std": notes.get("std", parse_triple)}
        )
    if options.bgr is None:
        options = notes.complete(options, lambda: {"bgr": notes.get("channel_order", parse_order)})
    return options


class _Metadata:
    """Metadata entries of a file, read when they are needed."""

    def __init__(self, path: Path, entries: Mapping[str, str]) -> None:
        self._path = path
        self._entries = entries

    def get(self, key: str, parse: Callable[[str], T]) -> T | None:
        return parse(self._entries[key]) if key in self._entries else None

    def complete(self, options: OnnxOptions, values: Callable[[], dict[str, Any]]) -> OnnxOptions:
        try:
            return replace(options, **values())
        except OptionError as error:
            raise InputFileError(
                self._path,
                f"carries metadata that cannot be used ({str(error).rstrip('.')}); give the values as options",
            ) from None


def parse_size(words: str) -> tuple[int, int]:
    """Read `320`, `320x240`, `320,240` or `[320, 240]` (width first).

    Raises
    ------
    OptionError
        It is none of these.
    """
    parts = words.lower().strip(" []()").replace("x", ",").split(",")
    try:
        sides = [int(part) for part in parts]
    except ValueError:
        sides = []
    if len(sides) not in (1, 2):
        raise OptionError(f"A size is one number or two, such as 320 or 320x240, not '{words[:40]}'.")
    return sides[0], sides[-1]


def parse_triple(words: str) -> Triple:
    """Read `0.5`, `0.485,0.456,0.406` or `[0.485, 0.456, 0.406]` (red, green, blue).

    Raises
    ------
    OptionError
        It is none of these.
    """
    try:
        numbers = [float(part) for part in words.strip(" []()").split(",")]
    except ValueError:
        numbers = []
    if len(numbers) not in (1, 3):
        raise OptionError(f"Mean and standard deviation are one number or three with commas, not '{words[:40]}'.")
    return numbers[0], numbers[len(numbers) // 2], numbers[-1]


def parse_order(words: str) -> bool:
    """Read `rgb` or `bgr`; return whether it is `bgr`.

    Raises
    ------
    OptionError
        It is neither.
    """
    if words.lower() not in ("rgb", "bgr"):
        raise OptionError(f"The channel order is 'rgb' or 'bgr', not '{words[:40]}'.")
    return words.lower() == "bgr"
