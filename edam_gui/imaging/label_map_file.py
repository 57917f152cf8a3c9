"""Label maps in and out of files."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from PIL import Image

from edam_gui.core.arrays import AnyArray, Int32Array, Int64Array, UInt8Array
from edam_gui.core.errors import InputFileError, OutputError
from edam_gui.core.label_set import IGNORE, LabelSet
from edam_gui.core.palette import voc_palette
from edam_gui.imaging.atomic import remove_quietly, write_bytes
from edam_gui.imaging.label_colors import UNKNOWN, WHITE, is_label, map_colors, own_colors, pack_colors, voc_colors
from edam_gui.imaging.photo import Photo, turn_with_photo
from edam_gui.imaging.picture_file import Picture, read_picture

# Runs of equal labels are what a label map consists of: smaller and faster than zlib's search for repeats (measured
# on 500 x 375 maps: 0.25 ms, 2.6 kB, against 0.66 ms, 2.5 kB).
_RUN_LENGTHS: Final = 3


def encode_label_map(labels: UInt8Array) -> bytes:
    """Encode a label map as 8-bit indexed PNG with the whole PASCAL VOC palette.

    Parameters
    ----------
    labels
        (H, W) uint8; 255 = ignore.
    """
    if labels.ndim != 2 or labels.dtype != np.uint8 or not labels.size:
        raise ValueError(f"a label map is (H, W) uint8, not {labels.shape} {labels.dtype}")
    image = Image.fromarray(labels)
    image.putpalette(voc_palette().tobytes())
    buffer = io.BytesIO()
    image.save(buffer, "PNG", compress_type=_RUN_LENGTHS)
    return buffer.getvalue()


def write_label_map(path: Path, labels: UInt8Array) -> None:
    """Write a label map and read it back.

    Parameters
    ----------
    path
        The PNG file; an existing one is replaced as a whole.
    labels
        (H, W) uint8; 255 = ignore.

    Raises
    ------
    OutputError
        The file could not be written, or does not hold what was written to it; it is removed then.
    """
    write_bytes(path, encode_label_map(labels))
    if not _holds(path, labels):
        remove_quietly(path)
        raise OutputError(path, "did not hold the label map when it was read back; it was removed")


def _holds(path: Path, labels: UInt8Array) -> bool:
    try:
        picture = read_picture(path)
    except InputFileError:
        return False
    return (
        picture.palette is not None
        and picture.bits == 8
        and np.array_equal(picture.palette, voc_palette())
        and np.array_equal(picture.samples, labels)
    )


def read_label_map(path: Path, label_set: LabelSet, photo: Photo | None = None, *, resize: bool = False) -> UInt8Array:
    """Read a label map, of this program or of others.

    Indexed and grey pictures hold the indices themselves; the colours of RGB pictures, and of palettes whose indices
    are out of range, are those of the label set or of the VOC palette (white is 'ignore' too).

    Parameters
    ----------
    path
        PNG, BMP or TIFF.
    label_set
        The classes 1..K.
    photo
        The photo it belongs to: the map must have its size, or that of the unrotated photo, with which it is turned.
    resize
        Resize a map of another size than the photo (nearest neighbour) instead of refusing it.

    Returns
    -------
    UInt8Array
        (H, W) uint8, values 0..K and 255.

    Raises
    ------
    InputFileError
        The file is unreadable, lossy, of the wrong size, or holds a number or colour that is no class.
    """
    picture = read_picture(path)
    if picture.lossy:
        raise InputFileError(path, "is compressed with losses, which changes class numbers; save label maps as PNG")
    if picture.palette is not None:
        labels = _from_indices(path, picture.samples, picture.palette, label_set)
    elif picture.samples.ndim == 2:
        labels = _from_grey(path, _stored_numbers(picture), label_set)
    else:
        labels = _from_colors(path, picture.samples, label_set)
    return labels if photo is None else _fit(path, labels, photo, resize)


def _stored_numbers(picture: Picture) -> AnyArray:
    """Undo the scaling of 1, 2 and 4-bit grey to 0..255."""
    if picture.bits >= 8:
        return picture.samples
    return picture.samples // np.uint8(255 // (2**picture.bits - 1))


def _from_grey(path: Path, numbers: AnyArray, label_set: LabelSet) -> UInt8Array:
    largest = int(numbers.max())
    if largest > 255:
        raise InputFileError(path, _number_cause(largest, int(np.count_nonzero(numbers == largest)), label_set))
    labels = numbers.astype(np.uint8, copy=False)
    _refuse_numbers(path, _histogram(labels), label_set)
    return labels


def _from_indices(path: Path, indices: UInt8Array, palette: UInt8Array, label_set: LabelSet) -> UInt8Array:
    counts = _histogram(indices)
    used = np.flatnonzero(counts).astype(np.uint8)
    colors = pack_colors(palette[used])
    by_color = [map_colors(colors, table) for table in (own_colors(label_set), voc_colors(label_set))]
    if is_label(used, label_set).all():
        _refuse_other_order(path, used, colors, by_color, label_set)
        return indices
    complete = [mapped for mapped in by_color if (mapped != UNKNOWN).all()]
    if not complete or len(np.unique(colors)) < len(colors):
        _refuse_numbers(path, counts, label_set)
    table = np.zeros(256, np.uint8)
    table[used] = complete[0]
    return table[indices]


def _refuse_other_order(
    path: Path, used: UInt8Array, colors: Int32Array, by_color: list[Int32Array], label_set: LabelSet
) -> None:
    """Refuse a palette of class colours in another order: which of numbers and colours is meant, the file hides.

    Image editors make such files when they save a coloured label map as indexed. Black and white tell nothing: they
    fill the unused entries of many palettes.
    """
    telling = (used != IGNORE) & (colors != 0) & (colors != WHITE)
    used = used[telling]
    by_color = [mapped[telling] for mapped in by_color]
    if any((mapped == UNKNOWN).any() or (mapped == used).all() for mapped in by_color):
        return
    first = int(np.flatnonzero(by_color[0] != used)[0])
    names = label_set.names
    other = int(by_color[0][first])
    raise InputFileError(
        path,
        f"its numbers and its colours disagree: number {used[first]} ('{names[used[first]]}') has the colour of "
        f"{'the ignore label' if other == IGNORE else repr(names[other])}; save it as RGB to be read by its colours, "
        "or with the VOC palette to be read by its numbers",
    )


def _from_colors(path: Path, pixels: UInt8Array, label_set: LabelSet) -> UInt8Array:
    packed = pack_colors(pixels)
    for table in (own_colors(label_set), voc_colors(label_set)):
        mapped = map_colors(packed, table)
        if not (mapped == UNKNOWN).any():
            return mapped.astype(np.uint8)
    if (pixels == pixels[:, :, :1]).all() and is_label(pixels[:, :, 0], label_set).all():
        return np.ascontiguousarray(pixels[:, :, 0])  # indices, saved three times over
    mapped = map_colors(packed, own_colors(label_set))
    colors, counts = np.unique(packed[mapped == UNKNOWN], return_counts=True)
    color, count = int(colors[counts.argmax()]), int(counts.max())
    rgb = (color >> 16, color >> 8 & 255, color & 255)
    others = len(colors) - 1
    more = "" if not others else ", nor is 1 other colour" if others == 1 else f", nor are {others} other colours"
    raise InputFileError(path, f"the colour {rgb} of {_pixels(count)} is no class of the label set{more}")


def _refuse_numbers(path: Path, counts: Int64Array, label_set: LabelSet) -> None:
    unknown = (counts > 0) & ~is_label(np.arange(256, dtype=np.uint8), label_set)
    if unknown.any():
        number = int(unknown.argmax())
        raise InputFileError(path, _number_cause(number, int(counts[number]), label_set))


def _number_cause(number: int, count: int, label_set: LabelSet) -> str:
    return (
        f"holds the number {number} ({_pixels(count)}), but the label set has classes 1 to {len(label_set)}, "
        "besides 0 for background and 255 for ignore"
    )


def _pixels(count: int) -> str:
    return "1 pixel" if count == 1 else f"{count} pixels"


def _histogram(values: UInt8Array) -> Int64Array:
    return np.bincount(values.ravel(), minlength=256).astype(np.int64, copy=False)


def _fit(path: Path, labels: UInt8Array, photo: Photo, resize: bool) -> UInt8Array:
    labels = turn_with_photo(labels, photo)
    size = labels.shape[1], labels.shape[0]
    if size == photo.size:
        return labels
    if not resize:
        raise InputFileError(
            path,
            f"the label map is {size[0]} x {size[1]}, but the photo is {photo.width} x {photo.height}; "
            "label maps are not resized unless that is asked for",
        )
    return cv2.resize(labels, photo.size, interpolation=cv2.INTER_NEAREST_EXACT).astype(np.uint8, copy=False)
