"""The permutohedral lattice and the numbering of its vertices."""

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from edam_gui.core.errors import OptionError
from edam_gui.imaging.crf.distinct import index_distinct
from edam_gui.imaging.crf.lattice import Lattice, build_lattice
from edam_gui.imaging.crf.workers import Workers, pixel_blocks


def lattice_of(features: np.ndarray) -> Lattice:
    with Workers() as workers:
        return build_lattice(features, workers)


@given(st.lists(st.integers(0, 2**62 - 1) | st.integers(0, 20), max_size=200))
def test_crf_vertices_are_numbered_like_unique(values: list[int]) -> None:
    keys = np.array(values, np.int64)
    distinct, index = index_distinct(keys)
    expected, inverse = np.unique(keys, return_inverse=True)
    np.testing.assert_array_equal(distinct, expected)
    np.testing.assert_array_equal(index, inverse)


def test_crf_vertices_beyond_the_first_table() -> None:
    keys = np.random.default_rng(0).integers(0, 2**62, 600_000)
    keys = np.concatenate([keys, keys[::3]])
    distinct, index = index_distinct(keys)
    assert (np.diff(distinct) > 0).all()
    np.testing.assert_array_equal(distinct[index], keys)


@settings(deadline=None, max_examples=40)
@given(st.integers(1, 5), st.floats(0.01, 100), st.integers(0, 2**31))
def test_crf_weights_are_barycentric_and_neighbours_mutual(dimensions: int, spread: float, seed: int) -> None:
    rng = np.random.default_rng(seed)
    lattice = lattice_of((rng.standard_normal((dimensions, 300)) * spread).astype(np.float32))
    np.testing.assert_allclose(lattice.weights.sum(axis=1), 1, atol=1e-3)
    assert lattice.weights.min() > -1e-3
    assert sorted({*lattice.corners.reshape(-1).tolist()}) == list(range(1, lattice.vertices + 1))
    for before, after in lattice.neighbours:
        at = np.flatnonzero(before)
        np.testing.assert_array_equal(after[before[at]], at)
        assert np.count_nonzero(after) == at.size
        assert before[0] == after[0] == 0


@pytest.mark.parametrize("dimensions", [1, 2, 3, 5])
def test_crf_kernel_is_about_a_gaussian_of_width_one(dimensions: int) -> None:
    """Splat one point, blur, slice: falls with distance as exp(-r^2 / 2) does, on average over places."""
    rng = np.random.default_rng(1)
    direction = rng.standard_normal((dimensions, 4_000))
    direction /= np.sqrt((direction**2).sum(axis=0))
    around = 4 + direction * np.linspace(0, 3.5, 4_000)
    cloud = np.concatenate([rng.random((dimensions, 20_000)) * 8, around], axis=1).astype(np.float32)
    lattice = lattice_of(cloud)
    ones = filtered(lattice, np.ones(cloud.shape[1], np.float32))
    centre = int(np.abs(cloud - 4).max(axis=0).argmin())
    impulse = np.zeros(cloud.shape[1], np.float32)
    impulse[centre] = 1
    response = filtered(lattice, impulse) / ones[centre]
    radius = np.sqrt(((cloud - cloud[:, [centre]]) ** 2).sum(axis=0))
    near, middle, far = (response[(radius > a) & (radius <= b)].mean() for a, b in ((0, 0.7), (1, 1.5), (3, 3.5)))
    assert near > middle > far
    assert far < 0.1 * middle


def test_crf_widths_far_too_small_are_refused() -> None:
    with pytest.raises(OptionError, match="too small"):
        lattice_of(np.array([[0, 1e5]] * 5, np.float32))


def filtered(lattice: Lattice, values: np.ndarray) -> np.ndarray:
    """Splat, blur and slice, plainly."""
    vertices = np.bincount(lattice.corners.reshape(-1), (lattice.weights * values[:, None]).reshape(-1))
    for before, after in lattice.neighbours:
        vertices = vertices + (vertices[before] + vertices[after]) / 2
    return (lattice.weights * vertices[lattice.corners]).sum(axis=1) * lattice.scale


@given(st.integers(1, 10**7))
def test_crf_blocks_cover_every_pixel_once(pixels: int) -> None:
    blocks = pixel_blocks(pixels)
    assert blocks[0].start == 0
    assert blocks[-1].stop == pixels
    assert all(a.stop == b.start for a, b in pairwise(blocks))
    assert len(blocks) <= 8
