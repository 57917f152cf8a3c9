"""A band of 'ignore' along borders."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np

from edam_gui.core.arrays import BoolArray, UInt8Array
from edam_gui.core.edits.cleanup.common import box_of, check_length, within
from edam_gui.core.edits.components import label_areas
from edam_gui.core.edits.relabel import Relabel
from edam_gui.core.label_set import IGNORE


def ignore_band(labels: UInt8Array, width: int, classes: Collection[int] | None = None) -> Relabel | None:
    """Set 255 along the borders between labels, as in the PASCAL VOC label maps.

    The band lies half on either side; of an odd width the side with the higher label (with background: the class)
    has the odd pixel. Borders of areas that are 255 already are none.

    Parameters
    ----------
    labels
        (H, W) uint8.
    width
        Of the whole band, px, 1..1000.
    classes
        Only borders with one of these labels on a side; all borders without.

    Raises
    ------
    OptionError
        The width is out of range.
    """
    check_length("The width of the band", width, 1)
    thin, thick = width // 2, (width + 1) // 2
    after = labels.copy()
    for label in label_areas(labels):
        box = box_of(labels, label, thick)
        if label == IGNORE or box is None:
            continue
        part = labels[box.slices]
        counts = _counts(label, classes)[part]
        own = part == label
        near = within(counts & (part < label), thick)
        if thin:
            near |= within(counts & (part > label), thin)
        after[box.slices][near & own] = IGNORE
    return Relabel.of(labels, after)


def _counts(label: int, classes: Collection[int] | None) -> BoolArray:
    """Return (256,) bool: the labels towards which `label` has a border that counts."""
    table = np.full(256, classes is None or label in classes)
    if classes is not None:
        table[sorted(classes)] = True
    table[[label, IGNORE]] = False
    return table
