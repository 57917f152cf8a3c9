"""Activation masks of one image, in and out of files."""

from __future__ import annotations

import io
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import cv2
import numpy as np

from edam_gui.core.activation_masks import ActivationMasks
from edam_gui.core.arrays import Float32Array
from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import BACKGROUND, LabelSet
from edam_gui.core.options import ScoreForm
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.mask_planes import MaskKeys as MaskKeys
from edam_gui.imaging.mask_planes import MaskPlanes, read_planes, to_float32
from edam_gui.imaging.photo import Photo, turn_with_photo
from edam_gui.imaging.safe_npy import MAX_BYTES

MASK_SUFFIXES: Final = frozenset({".npy", ".npz"})

# Rounding of float32 sums and quotients may pass 1 by a few units in the last place.
_ROUNDING: Final = 1e-6
_SPARE_BYTES: Final = 64 << 20


@dataclass(frozen=True, eq=False)
class LoadedMasks:
    """Activation masks out of a file.

    Parameters
    ----------
    masks
        Fitted to the photo. `raw_max` is NaN where the file does not state it.
    notices
        Sentences for the user on what was assumed or done to make the masks fit; empty if nothing was.
    """

    masks: ActivationMasks
    notices: tuple[str, ...]


def read_activation_masks(
    path: Path,
    photo: Photo,
    label_set: LabelSet,
    *,
    mask_keys: MaskKeys = MaskKeys.CAM,
    score_form: ScoreForm | None = None,
    present: Collection[int] | None = None,
) -> LoadedMasks:
    """Read the activation masks of a photo.

    - Authors' `.npy`: a pickled dict {class index: (h, w)}. `mask_keys` says whether 0 is the first class (`cam`) or
      the background (`crf`).
    - IRN's `.npy`: a dict with `keys` and `high_res` (preferred) or `cam`, arrays or torch tensors, (n, h, w). n keys
      follow `mask_keys`; n + 1 keys that begin with 0 are the background, which has no mask, and classes from 1.
    - A plain array of K or K + 1 channels: the classes, or the background and the classes.
    - Our `.npz`, see `write_activation_masks`.

    Scores in [0, 1] are used as they are: `masks.scores(score_form)` returns them unchanged (without `score_form`:
    `masks.scores(masks.form or ScoreForm.MEAN)`). Other values are accepted with `score_form` `max` only, which divides
    each mask by its own maximum; negative ones become 0 then, as a ReLU would make them.

    A mask sized like the unrotated photo is turned with it, one of another size is resized bilinearly.

    Parameters
    ----------
    path
        The file.
    photo
        The photo it belongs to.
    label_set
        The classes 1..K.
    mask_keys
        What the keys of a `.npy` dictionary count.
    score_form
        The form that will be asked for; `None`: whatever the file holds.
    present
        Keep the masks of these classes and of the background only.

    Raises
    ------
    InputFileError
        The file is unreadable, of no known form, names a class outside the label set, or holds unsuitable values.
    """
    size = photo.size
    # float64 masks at twice the photo's side for every class and the background, and no more.
    max_bytes = min(MAX_BYTES, _SPARE_BYTES + 32 * size[0] * size[1] * (len(label_set) + 1))
    found = read_planes(path, label_set, mask_keys, max_bytes)
    wanted = range(len(label_set) + 1) if present is None else {BACKGROUND, *present}
    classes = tuple(sorted(index for index in found.planes if index in wanted))
    notices = [*found.notices, *_missing_notice(path, found, label_set, present)]
    values = np.empty((len(classes), size[1], size[0]), np.float32)
    negative, outside = False, False
    for channel, index in enumerate(classes):
        name = label_set.names[index]
        plane = turn_with_photo(to_float32(path, found.planes[index], name), photo)
        low, high = float(plane.min()), float(plane.max())
        if low < 0 or high > _largest(found, index):
            if score_form is not ScoreForm.MAX:
                raise InputFileError(path, _range_cause(name, low, high))
            outside, negative = True, negative or low < 0
            plane = np.maximum(plane, np.float32(0))
        notices.extend(_resize_into(values[channel], plane, path, notices))
    if negative:
        notices.append(f"{path.name}: values below 0 in the activation masks were taken as 0.")
    return LoadedMasks(_masks(found, values, classes, score_form, outside), tuple(notices))


def _largest(found: MaskPlanes, index: int) -> float:
    """Return the largest allowed score; our own mean scores of unbounded masks say how far they reach."""
    stated = found.raw_max[index] / found.passes if found.raw_max and found.form is ScoreForm.MEAN else 0.0
    return max(1.0, stated) * (1 + _ROUNDING)


def _range_cause(name: str, low: float, high: float) -> str:
    return (
        f"holds values from {low:.4g} to {high:.4g} in the mask of {name}, outside 0 to 1; "
        "--score-form max divides each mask by its maximum"
    )


def _missing_notice(
    path: Path, found: MaskPlanes, label_set: LabelSet, present: Collection[int] | None
) -> tuple[str, ...]:
    missing = sorted(set(present or ()) - set(found.planes) - {BACKGROUND})
    if not missing:
        return ()
    names = ", ".join(label_set.names[index] for index in missing)
    return (f"{path.name}: there is no activation mask for {names}.",)


def _resize_into(target: Float32Array, plane: Float32Array, path: Path, said: Collection[str]) -> tuple[str, ...]:
    if plane.shape == target.shape:
        target[...] = plane
        return ()
    height, width = target.shape
    # Half-pixel centres without antialiasing: what `align_corners=False` means elsewhere.
    target[...] = cv2.resize(plane, (width, height), interpolation=cv2.INTER_LINEAR)
    notice = (
        f"{path.name}: the activation masks are {plane.shape[1]} x {plane.shape[0]}, the photo {width} x {height}; "
        "they were resized."
    )
    return () if notice in said else (notice,)


def _masks(
    found: MaskPlanes,
    values: Float32Array,
    classes: tuple[int, ...],
    score_form: ScoreForm | None,
    outside: bool,
) -> ActivationMasks:
    if outside:
        return ActivationMasks.from_sums(values, classes, 1)
    if found.raw_max is not None:
        raw_max = np.array([found.raw_max[index] for index in classes], np.float32)
    else:
        raw_max = np.full(len(classes), np.nan, np.float32)
    return ActivationMasks(values, classes, found.passes, found.form or score_form, raw_max)


def write_activation_masks(path: Path, masks: ActivationMasks, form: ScoreForm) -> None:
    """Write scores so that reading them gives the same numbers, bit for bit.

    A `.npz` of `scores` (n, H, W) float32, `classes` (n,) with 0 = background, `score_form`, `passes` and `raw_max`,
    the maxima of the sums over passes. Not compressed: zlib takes twenty times as long to save a sixth.

    Raises
    ------
    OutputError
        The file could not be written; an existing one is untouched.
    """
    scores = masks.scores(form)
    buffer = io.BytesIO()
    np.savez(
        buffer,
        scores=scores.values,
        classes=np.array(scores.classes, np.int64),
        score_form=np.array(form.value),
        passes=np.array(masks.passes, np.int64),
        raw_max=masks.raw_max,
    )
    write_bytes(path, buffer.getvalue())
