"""'Ignore' where the label hangs on a hair."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.relabel import Relabel
from edam_gui.core.label_set import IGNORE


def unstable(labels: UInt8Array, others: Iterable[UInt8Array]) -> Relabel | None:
    """Set 255 wherever a label map differs from one made with slightly other thresholds.

    Parameters
    ----------
    labels
        (H, W) uint8, the label map as it is.
    others
        (H, W) uint8 each: what it would be with each threshold one step up or down. Edits must be composed over all
        of them or none, else edited pixels count as unstable.
    """
    after = labels.copy()
    for other in others:
        np.copyto(after, np.uint8(IGNORE), where=other != labels)
    return Relabel.of(labels, after)
