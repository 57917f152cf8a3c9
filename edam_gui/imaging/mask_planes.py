"""Planes of activation maps as files hold them, before they are fitted to a photo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array
from edam_gui.core.errors import InputFileError
from edam_gui.core.label_set import BACKGROUND, LabelSet
from edam_gui.core.options import ScoreForm
from edam_gui.imaging.safe_npy import load_npy, load_npz

_NO_MASKS: Final = "holds no activation masks"


class MaskKeys(StrEnum):
    """What the keys of an authors' dictionary count: classes from 0, or the background and then classes from 1."""

    CAM = "cam"
    CRF = "crf"


@dataclass(frozen=True, eq=False)
class MaskPlanes:
    """What a file holds.

    Parameters
    ----------
    planes
        Class index (0 = background) -> (h, w) numeric array; not yet looked into.
    form
        Score form that the file states; `None` if it says nothing.
    passes
        Number of passes that the file states, 1 otherwise.
    raw_max
        Class index -> maximum of the sum over passes; empty if the file does not state it.
    notices
        Sentences for the user on what was assumed.
    """

    planes: Mapping[int, AnyArray]
    form: ScoreForm | None = None
    passes: int = 1
    raw_max: Mapping[int, float] | None = None
    notices: tuple[str, ...] = ()


def read_planes(path: Path, label_set: LabelSet, mask_keys: MaskKeys, max_bytes: int) -> MaskPlanes:
    """Read the planes of a `.npy` or `.npz` file, in every form of `read_activation_masks`.

    Raises
    ------
    InputFileError
        The file is unreadable, of no known form, or names a class outside the label set.
    """
    suffix = path.suffix.lower()
    if suffix == ".npz":
        return _from_npz(path, load_npz(path, max_bytes=max_bytes), label_set)
    if suffix != ".npy":
        raise InputFileError(path, "is no activation map file; .npy and .npz are read")
    content = load_npy(path, max_bytes=max_bytes)
    if isinstance(content, np.ndarray):
        return _from_stack(path, content, label_set)
    if "keys" in content:
        return MaskPlanes(_from_irn(path, content, label_set, mask_keys))
    return MaskPlanes(_from_dict(path, content, label_set, mask_keys))


def _from_dict(
    path: Path, content: Mapping[object, object], label_set: LabelSet, mask_keys: MaskKeys
) -> dict[int, AnyArray]:
    """Read the authors' files: {class index: (h, w)}."""
    planes: dict[int, AnyArray] = {}
    for key, value in content.items():
        if type(key) is not int:
            raise InputFileError(path, f"{_NO_MASKS}: '{key}' is not a class index")
        if not isinstance(value, np.ndarray) or value.ndim != 2:
            raise InputFileError(path, f"holds something other than a mask (height x width) under the key {key}")
        planes[_class_of_key(path, key, label_set, mask_keys)] = value
    return planes


def _class_of_key(path: Path, key: int, label_set: LabelSet, mask_keys: MaskKeys) -> int:
    shift = 1 if mask_keys is MaskKeys.CAM else 0
    first, last = 1 - shift, len(label_set) - shift
    if first <= key <= last or (mask_keys is MaskKeys.CRF and key == BACKGROUND):
        return key + shift
    hint = ""
    if mask_keys is MaskKeys.CAM and key == len(label_set):
        hint = "; if 0 is the background in this file, use --mask-keys crf"
    raise InputFileError(
        path, f"holds a mask for class index {key}, but the {len(label_set)} classes are {first} to {last} here{hint}"
    )


def _from_irn(
    path: Path, content: Mapping[object, object], label_set: LabelSet, mask_keys: MaskKeys
) -> dict[int, AnyArray]:
    """Read IRN's files: `keys` (n,), and (n, h, w) under `high_res`, or else under `cam`.

    Background-padded keys, as IRN's later steps make them, are told by their number: one more than there are masks.
    """
    stack = next((content[name] for name in ("high_res", "cam") if content.get(name) is not None), None)
    if not isinstance(stack, np.ndarray) or stack.ndim != 3:
        raise InputFileError(path, "holds 'keys' but no 'high_res' or 'cam' masks (classes x height x width)")
    keys = _integers(path, "keys", content["keys"])
    if len(keys) == len(stack) + 1 and keys[0] == BACKGROUND:
        keys, mask_keys = keys[1:], MaskKeys.CRF
        if BACKGROUND in keys:
            raise InputFileError(path, "names the background twice in 'keys'")
    if len(keys) != len(stack):
        raise InputFileError(path, f"holds {len(stack)} masks, but 'keys' names {len(keys)}")
    indices = [_class_of_key(path, key, label_set, mask_keys) for key in keys]
    return _zip_planes(path, indices, stack)


def _zip_planes(path: Path, indices: Sequence[int], stack: AnyArray) -> dict[int, AnyArray]:
    planes = dict(zip(indices, stack, strict=True))
    if len(planes) != len(indices):
        raise InputFileError(path, "names a class twice")
    return planes


def _integers(path: Path, name: str, value: object) -> list[int]:
    array = np.asarray(value) if isinstance(value, (np.ndarray, tuple, int)) else None
    if array is None or (array.dtype.kind not in "iu" and array.size) or array.ndim > 1:
        raise InputFileError(path, f"holds something other than class indices under '{name}'")
    return [int(number) for number in array.reshape(-1)]


def _from_stack(path: Path, stack: AnyArray, label_set: LabelSet) -> MaskPlanes:
    """Read a plain (n, h, w) array; it does not name its channels, so only n = K and n = K + 1 are understood."""
    count = len(label_set)
    if stack.ndim != 3 or len(stack) not in (count, count + 1):
        raise InputFileError(
            path,
            f"holds an array of {' x '.join(map(str, stack.shape)) or 'one number'} without class indices; "
            f"{count} or {count + 1} channels x height x width are understood",
        )
    if len(stack) == count:
        return MaskPlanes(dict(enumerate(stack, start=1)))
    notice = f"{path.name}: the array has {count + 1} channels; the first was taken as the background."
    return MaskPlanes(dict(enumerate(stack)), notices=(notice,))


def _from_npz(path: Path, arrays: Mapping[str, AnyArray], label_set: LabelSet) -> MaskPlanes:
    """Read our own files."""
    scores, classes = arrays.get("scores"), arrays.get("classes")
    if scores is None or classes is None or scores.ndim != 3:
        raise InputFileError(path, f"{_NO_MASKS} ('scores' and 'classes')")
    indices = _integers(path, "classes", classes)
    if len(indices) != len(scores):
        raise InputFileError(path, f"holds {len(scores)} masks, but 'classes' names {len(indices)}")
    for index in indices:
        if not BACKGROUND <= index <= len(label_set):
            raise InputFileError(
                path,
                f"holds a mask for class index {index}, but the {len(label_set)} classes are 1 to {len(label_set)}",
            )
    planes = _zip_planes(path, indices, scores)
    passes = _integers(path, "passes", arrays.get("passes", np.array(1)))
    if len(passes) != 1 or not 1 <= passes[0] <= 10_000:
        raise InputFileError(path, "states no usable number of passes")
    return MaskPlanes(planes, _stated_form(path, arrays), passes[0], _stated_maxima(path, arrays, indices))


def _stated_form(path: Path, arrays: Mapping[str, AnyArray]) -> ScoreForm | None:
    form = arrays.get("score_form")
    if form is None:
        return None
    if str(form) not in tuple(ScoreForm):
        raise InputFileError(path, "states a score form other than mean and max")
    return ScoreForm(str(form))


def _stated_maxima(path: Path, arrays: Mapping[str, AnyArray], indices: Sequence[int]) -> dict[int, float] | None:
    maxima = arrays.get("raw_max")
    if maxima is None:
        return None
    if maxima.shape != (len(indices),) or maxima.dtype.kind != "f":
        raise InputFileError(path, "states no usable maxima ('raw_max', one per mask)")
    if np.isnan(maxima).all():  # written from masks whose maxima were unknown already
        return None
    if not np.isfinite(maxima).all() or (maxima < 0).any():
        raise InputFileError(path, "states no usable maxima ('raw_max', one per mask)")
    return dict(zip(indices, maxima.astype(np.float32).tolist(), strict=True))


def to_float32(path: Path, plane: AnyArray, name: str) -> Float32Array:
    """Return a plane as finite float32.

    Raises
    ------
    InputFileError
        It is empty, not numeric, or holds NaN or an infinity (also: a float64 too large for float32).
    """
    if plane.dtype.kind not in "fiub" or plane.size == 0:
        raise InputFileError(path, f"holds no numbers in the mask of {name}")
    with np.errstate(over="ignore"):
        values: Float32Array = np.ascontiguousarray(plane, np.float32)
    if not np.isfinite(values).all():
        raise InputFileError(path, f"holds values that are not finite numbers in the mask of {name}")
    return values
