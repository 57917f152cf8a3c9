"""Remove islands."""

from __future__ import annotations

from collections.abc import Collection

import cv2
import numpy as np

from edam_gui.core.arrays import Int32Array, UInt8Array
from edam_gui.core.edits.cleanup.common import box_of, foreground
from edam_gui.core.edits.relabel import Relabel
from edam_gui.core.label_set import IGNORE

_NEIGHBOURS = [(r, c) for r in (-1, 0, 1) for c in (-1, 0, 1) if (r, c) != (0, 0)]


def remove_islands(labels: UInt8Array, smaller_than: int, classes: Collection[int] | None = None) -> Relabel | None:
    """Give small 8-connected components of classes the label they share the longest border with.

    The border is counted in pairs of 8-neighbours; other islands do not count, 'ignore' (255) only where there is
    nothing else; the lowest label wins a tie. Islands that touch nothing but islands go after those. Components of
    background and of 255 are no islands (`fill_holes` is for those).

    Parameters
    ----------
    labels
        (H, W) uint8.
    smaller_than
        Components with fewer pixels go.
    classes
        Only these; all without.
    """
    after = labels.copy()
    while True:
        ids = _find_islands(after, smaller_than, classes)
        # What has been dissolved cannot leave new islands, so most maps take one round.
        if ids is None or not _dissolve(after, ids):
            return Relabel.of(labels, after)


def _find_islands(labels: UInt8Array, smaller_than: int, classes: Collection[int] | None) -> Int32Array | None:
    """Return (H, W) int32: number of the island of every pixel, 0 = none; `None` without islands."""
    ids = None
    count = 0
    for label in foreground(labels, classes):
        box = box_of(labels, label)
        if box is None:
            continue
        own = cv2.inRange(labels[box.slices], label, label)
        found, parts, stats, _ = cv2.connectedComponentsWithStats(own, connectivity=8, ltype=cv2.CV_32S)
        small = stats[:, cv2.CC_STAT_AREA] < smaller_than
        small[0] = False
        number = int(small.sum())
        if not number:
            continue
        table = np.zeros(found, np.int32)
        table[small] = np.arange(count + 1, count + number + 1, dtype=np.int32)
        if ids is None:
            ids = np.zeros(labels.shape, np.int32)
        ids[box.slices] += table[parts]
        count += number
    return ids


def _dissolve(labels: UInt8Array, ids: Int32Array) -> bool:
    """Relabel, in place, every island that touches what stays; return whether that lets others follow."""
    rows, columns = np.nonzero(ids)
    own = ids[rows, columns]
    pairs = []
    for down, right in _NEIGHBOURS:
        r, c = rows + down, columns + right
        inside = (r >= 0) & (r < ids.shape[0]) & (c >= 0) & (c < ids.shape[1])
        r, c, island = r[inside], c[inside], own[inside]
        stays = ids[r, c] == 0
        pairs.append(island[stays].astype(np.int64) * 256 + labels[r[stays], c[stays]])
    keys, counts = np.unique(np.concatenate(pairs), return_counts=True)
    if not keys.size:
        return False
    island, label = keys // 256, keys % 256
    order = np.lexsort((label, -counts, label == IGNORE, island))
    best, first = np.unique(island[order], return_index=True)
    # Islands without a vote keep their label for the next round.
    table = np.full(int(own.max()) + 1, -1, np.int64)
    table[best] = label[order][first]
    new = table[own]
    labels[rows[new >= 0], columns[new >= 0]] = new[new >= 0].astype(np.uint8)
    return best.size < np.unique(own).size
