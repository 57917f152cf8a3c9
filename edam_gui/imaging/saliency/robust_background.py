"""Saliency optimisation from robust background detection (Zhu, Liang, Wei, Sun 2014)."""

from __future__ import annotations

from typing import Final

import cv2
import numpy as np

from edam_gui.core.arrays import BoolArray, Float32Array, UInt8Array
from edam_gui.imaging.saliency.maps import stretch
from edam_gui.imaging.saliency.superpixel_graph import SuperpixelGraph, superpixel_graph

_GEODESIC_SIGMA: Final = 7.0
_BOUNDARY_SIGMA: Final = 1.0
_PLACE_SIGMA: Final = 0.4
_SMOOTH_SIGMA: Final = 10.0
_SMOOTH_FLOOR: Final = 0.1
_BACKGROUND_WEIGHT: Final = 5.0


def robust_background(pixels: UInt8Array) -> Float32Array:
    """Return how far each region is from being connected background.

    A region that touches the photo's border along much of its length is background (boundary connectivity);
    contrast to such regions speaks for the foreground; a least-squares problem over the superpixels weighs both
    against smoothness.

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
    linked = graph.linked_border()
    background = background_probability(graph, linked)
    foreground = background_weighted_contrast(graph, background)
    return graph.paint(_optimise(graph, linked, background, foreground))


def background_probability(graph: SuperpixelGraph, linked: BoolArray) -> Float32Array:
    """Return (n,) probabilities in [0, 1] from boundary connectivity (equations 2 to 5).

    Parameters
    ----------
    graph, linked
        The superpixels, and their links with the border closed.
    """
    distance = graph.geodesic_distances(linked)
    near = _falloff(distance, _GEODESIC_SIGMA)
    area = near.sum(axis=1)
    length = near[:, graph.on_border].sum(axis=1)
    connectivity = length / np.sqrt(area)
    return np.asarray(1 - _falloff(connectivity, _BOUNDARY_SIGMA), np.float32)


def background_weighted_contrast(graph: SuperpixelGraph, background: Float32Array) -> Float32Array:
    """Return (n,) contrast to likely background, in [0, 1] (equation 7); what is below Otsu's cut counts as none."""
    share = graph.pixels / graph.pixels.mean()
    nearby = _falloff(graph.place_distance, _PLACE_SIGMA)
    contrast = stretch((graph.color_distance * nearby * (background * share)[None]).sum(axis=1))
    levels = np.rint(contrast * 255).astype(np.uint8)
    cut, _ = cv2.threshold(levels[None], 0, 255, cv2.THRESH_OTSU)
    return np.where(levels < cut, np.float32(0), contrast)


def _optimise(
    graph: SuperpixelGraph, linked: BoolArray, background: Float32Array, foreground: Float32Array
) -> Float32Array:
    """Minimise sum bg s^2 + fg (s - 1)^2 + w (s_i - s_j)^2 (equation 9)."""
    steps = linked.astype(np.float32)
    within_two = linked | (steps @ steps > 0)
    np.fill_diagonal(within_two, False)
    smooth = np.where(within_two, _falloff(graph.color_distance, _SMOOTH_SIGMA) + np.float32(_SMOOTH_FLOOR), 0)
    matrix = -smooth.astype(np.float64)
    diagonal = smooth.sum(axis=1) + _BACKGROUND_WEIGHT * background + foreground
    # The tiny term keeps a photo that is one superpixel without any evidence solvable.
    matrix[np.diag_indices_from(matrix)] = diagonal + 1e-9
    solution = np.linalg.solve(matrix, foreground.astype(np.float64))
    return np.asarray(np.maximum(solution, 0), np.float32)


def _falloff(distance: Float32Array, sigma: float) -> Float32Array:
    return np.asarray(np.exp(-np.square(distance) / np.float32(2 * sigma * sigma)), np.float32)
