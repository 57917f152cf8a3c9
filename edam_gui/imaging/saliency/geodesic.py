"""Geodesic saliency: how much colour changes on the way to the border (Wei, Wen, Zhu, Sun 2012)."""

from __future__ import annotations

import numpy as np

from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.imaging.saliency.superpixel_graph import superpixel_graph


def geodesic(pixels: UInt8Array) -> Float32Array:
    """Return the length of each superpixel's shortest path to the border over colour steps.

    Parameters
    ----------
    pixels
        (H, W, 3) uint8 RGB.

    Returns
    -------
    Float32Array
        (h, w) at the working size, at least 0.
    """
    graph = superpixel_graph(pixels)
    distance = graph.geodesic_distances(graph.neighbours)[:, graph.on_border].min(axis=1)
    return graph.paint(np.asarray(distance, np.float32))
