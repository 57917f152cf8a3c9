"""What the user painted, as hard constraints of the dense CRF ('respect my strokes')."""

from __future__ import annotations

import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.label_set import IGNORE


def crf_strokes(layer: EditLayer) -> UInt8Array | None:
    """Return what `crf_scores` and `refine_labels` of `imaging.crf` take as `strokes`.

    Returns
    -------
    UInt8Array | None
        (H, W) uint8: the painted class (0 = background), 255 where nothing, or 'ignore', was painted: there the CRF is
        free. `None` if that is everywhere.
    """
    strokes = np.full(layer.size, IGNORE, np.uint8)
    layer.compose(strokes, strokes)
    return strokes if (strokes != IGNORE).any() else None
