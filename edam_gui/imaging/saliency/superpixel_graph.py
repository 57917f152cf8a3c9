"""A photo as a graph of superpixels: mean colours, places, neighbours."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from edam_gui.core.arrays import BoolArray, Float32Array, Int32Array, Int64Array, UInt8Array
from edam_gui.imaging.saliency.maps import shrink, to_lab
from edam_gui.imaging.saliency.slic import slic_index

WORKING_SIDE: Final = 400
SUPERPIXELS: Final = 300
_SAME_COLOR: Final = 3.0
"""Colour steps up to this cost nothing on a geodesic path: textures and gradients (Zhu et al., section 4.1)."""


@dataclass(frozen=True, eq=False)
class SuperpixelGraph:
    """Superpixels of a photo at its working size; n of them.

    Parameters
    ----------
    index
        (h, w) int32, the superpixel of each pixel, 0..n-1.
    pixels
        (n,) number of pixels.
    color
        (n, 3) mean L*a*b*.
    color_distance
        (n, n) Euclidean distance of the mean colours.
    place_distance
        (n, n) distance of the centres, both sides of the photo being 1 long.
    neighbours
        (n, n) whether two superpixels touch.
    on_border
        (n,) whether it touches the border of the photo.
    """

    index: Int32Array
    pixels: Float32Array
    color: Float32Array
    color_distance: Float32Array
    place_distance: Float32Array
    neighbours: BoolArray
    on_border: BoolArray

    def paint(self, values: Float32Array) -> Float32Array:
        """Return the map, (h, w), of (n,) values."""
        return values[self.index]

    def linked_border(self) -> BoolArray:
        """Return `neighbours` with all superpixels on the border linked to each other."""
        linked = self.neighbours | np.logical_and.outer(self.on_border, self.on_border)
        np.fill_diagonal(linked, False)
        return linked

    def geodesic_distances(self, linked: BoolArray) -> Float32Array:
        """Return the (n, n) lengths of the shortest paths over colour steps.

        Steps as small as the mean step to the most similar neighbour (at least 3 L*a*b* units) count as 0.

        Parameters
        ----------
        linked
            (n, n) where a path may step.
        """
        steps = np.where(linked, self.color_distance, np.float32(np.inf))
        nearest = steps.min(axis=1)
        nearest = nearest[np.isfinite(nearest)]
        free = max(float(nearest.mean()), _SAME_COLOR) if nearest.size else _SAME_COLOR
        lengths = np.maximum(steps - np.float32(free), 0)
        np.fill_diagonal(lengths, 0)
        return _shortest_paths(lengths)


def superpixel_graph(photo: UInt8Array, *, superpixels: int = SUPERPIXELS, side: int = WORKING_SIDE) -> SuperpixelGraph:
    """Cut a photo into about `superpixels` SLIC superpixels (Achanta et al. 2012).

    Parameters
    ----------
    photo
        (H, W, 3) uint8 RGB.
    superpixels
        Number aimed at.
    side
        Longer side of the working size.
    """
    lab = to_lab(shrink(photo, side))
    index = slic_index(lab, superpixels)
    count = int(index.max()) + 1
    flat = index.reshape(-1)
    pixels = np.bincount(flat, minlength=count)
    height, width = index.shape
    rows, columns = np.indices(index.shape, np.float32)
    color = _means(flat, pixels, [lab[:, :, c] for c in range(3)])
    place = _means(flat, pixels, [rows / height, columns / width])
    border = np.zeros(count, np.bool_)
    border[np.concatenate([index[0], index[-1], index[:, 0], index[:, -1]])] = True
    return SuperpixelGraph(
        index=index,
        pixels=pixels.astype(np.float32),
        color=color,
        color_distance=_distances(color),
        place_distance=_distances(place),
        neighbours=_neighbours(index, count),
        on_border=border,
    )


def _means(flat: Int32Array, pixels: Int64Array, planes: list[Float32Array]) -> Float32Array:
    sums = [np.bincount(flat, plane.reshape(-1), len(pixels)) for plane in planes]
    return (np.stack(sums, axis=1) / np.maximum(pixels, 1)[:, None]).astype(np.float32)


def _distances(points: Float32Array) -> Float32Array:
    difference = points[:, None] - points[None]
    return np.asarray(np.sqrt(np.square(difference).sum(axis=2)), np.float32)


def _neighbours(index: Int32Array, count: int) -> BoolArray:
    touching = np.zeros((count, count), np.bool_)
    touching[index[:, :-1], index[:, 1:]] = True
    touching[index[:-1], index[1:]] = True
    touching |= touching.T
    np.fill_diagonal(touching, False)
    return touching


def _shortest_paths(lengths: Float32Array) -> Float32Array:
    """Floyd and Warshall: for some hundred nodes, one pass of whole-matrix steps per node is fastest in numpy."""
    distance = lengths.astype(np.float32)
    through = np.empty_like(distance)
    for node in range(len(distance)):
        np.add(distance[:, node, None], distance[None, node], out=through)
        np.minimum(distance, through, out=distance)
    return distance
