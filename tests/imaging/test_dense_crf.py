"""The dense CRF as its users meet it: edges, strokes, reruns, cancelling, large photos."""

import itertools
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from edam_gui.core.errors import Cancelled, OptionError
from edam_gui.imaging.crf.parameters import CrfParameters
from edam_gui.imaging.dense_crf import DenseCrf
from tests.golden.data import NAMES, load, picture

GOLDEN = NAMES[0]


def halves(height: int, width: int, edge: int, seed: int = 0) -> np.ndarray:
    """A dark and a bright half with a little noise; the edge is left of column `edge`."""
    photo = np.full((height, width, 3), 60, np.uint8)
    photo[:, edge:] = (190, 170, 150)
    return photo + np.random.default_rng(seed).integers(0, 8, photo.shape, dtype=np.uint8)


def ramp(height: int, width: int, centre: float, blur: float) -> np.ndarray:
    """Two labels that meet in a soft, misplaced boundary at column `centre`."""
    right = 1 / (1 + np.exp(-(np.arange(width) - centre) / blur))
    return np.broadcast_to(np.stack([1 - right, right])[:, None], (2, height, width)).astype(np.float32)


def test_labels_move_to_the_edge_of_the_object() -> None:
    photo, start = halves(80, 120, 60), ramp(80, 120, 50, 10)
    labels = DenseCrf(photo).run(start).argmax(axis=0)
    np.testing.assert_array_equal(labels, np.broadcast_to(np.arange(120) >= 60, (80, 120)))


def test_probabilities_sum_to_one() -> None:
    q = DenseCrf(picture(GOLDEN)).run(load("crf", GOLDEN)["input_probs"])
    np.testing.assert_allclose(q.sum(axis=0), 1, atol=1e-5)
    assert q.min() >= 0
    assert q.dtype == np.float32


def exact_crf(photo: np.ndarray, start: np.ndarray, p: CrfParameters) -> np.ndarray:
    """Every pair of pixels, one by one: what the lattice approximates."""
    n, height, width = start.shape
    place = np.stack(np.indices((height, width))).reshape(2, -1).T.astype(np.float64)
    color = photo.reshape(-1, 3).astype(np.float64)

    def kernel(features: np.ndarray) -> np.ndarray:
        distance = ((features[:, None] - features[None]) ** 2).sum(axis=-1)
        matrix = np.exp(-distance / 2)
        root = np.sqrt(matrix.sum(axis=1))
        return matrix / root[:, None] / root[None]

    both = p.gaussian_compat * kernel(place / p.gaussian_sxy)
    both += p.bilateral_compat * kernel(np.hstack([place / p.bilateral_sxy, color / p.bilateral_srgb]))
    log_p = np.log(start.clip(1e-5, 1)).reshape(n, -1).astype(np.float64)
    logits = log_p
    for left in range(p.iterations, -1, -1):
        q = np.exp(logits - logits.max(axis=0))
        q /= q.sum(axis=0)
        if left:
            logits = log_p + q @ both
    return q.reshape(start.shape)


def test_close_to_the_sum_over_all_pairs_of_pixels() -> None:
    rng = np.random.default_rng(3)
    photo = halves(24, 32, 15)
    start = rng.dirichlet((1, 1, 1), (24, 32)).transpose(2, 0, 1).astype(np.float32)
    parameters = CrfParameters(bilateral_sxy=15, bilateral_compat=5)
    exact = exact_crf(photo, start, parameters)
    q = DenseCrf(photo, parameters).run(start)
    assert np.abs(q - exact).mean() < 0.05
    assert (q.argmax(axis=0) == exact.argmax(axis=0)).mean() > 0.9


def test_a_rerun_is_what_a_new_crf_would_give() -> None:
    photo, first = picture(GOLDEN), load("crf", GOLDEN)["input_probs"]
    second = np.ascontiguousarray(first[::-1, ::-1])
    crf = DenseCrf(photo)
    crf.run(first)
    np.testing.assert_array_equal(crf.run(second), DenseCrf(photo).run(second))


def test_equal_to_the_bit_on_one_core_and_from_many_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, start = halves(300, 400, 170), ramp(300, 400, 150, 20)
    crf = DenseCrf(photo)
    expected = crf.run(start)
    with ThreadPoolExecutor(4) as pool:
        for result in pool.map(lambda _: crf.run(start), range(8)):
            np.testing.assert_array_equal(result, expected)
    monkeypatch.setattr(os, "cpu_count", lambda: 1)
    np.testing.assert_array_equal(DenseCrf(photo).run(start), expected)


def test_inputs_stay_as_they_were() -> None:
    photo, start = picture(GOLDEN).copy(), load("crf", GOLDEN)["input_probs"].copy()
    fixed = np.full(photo.shape[:2], -1, np.int32)
    DenseCrf(photo).run(start, fixed=fixed)
    np.testing.assert_array_equal(photo, picture(GOLDEN))
    np.testing.assert_array_equal(start, load("crf", GOLDEN)["input_probs"])


def test_strokes_keep_their_label_and_pull_their_surroundings() -> None:
    photo = halves(60, 90, 45)
    undecided = np.full((2, 60, 90), 0.5, np.float32)
    fixed = np.full((60, 90), -1, np.int16)
    fixed[20:40, 10:14] = 0
    fixed[20:40, 75:79] = 1
    # One pixel painted against all evidence.
    fixed[5, 80] = 0
    q = DenseCrf(photo).run(undecided, fixed=fixed)
    for channel in (0, 1):
        np.testing.assert_array_equal(q[channel][fixed == channel], 1)
    labels = q.argmax(axis=0)
    assert (labels[:, :45] == 0).mean() > 0.99
    assert (labels[:, 45:] == 1).mean() > 0.99


@pytest.mark.parametrize("start", [np.ones((1, 9, 7), np.float32), np.full((1, 9, 7), 0.2, np.float32)])
def test_a_single_label_is_certain(start: np.ndarray) -> None:
    np.testing.assert_array_equal(DenseCrf(halves(9, 7, 3)).run(start), 1)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (2, 3)])
def test_tiny_photos(size: tuple[int, int]) -> None:
    start = np.broadcast_to(np.array([0.9, 0.1], np.float32)[:, None, None], (2, *size)).copy()
    q = DenseCrf(np.zeros((*size, 3), np.uint8)).run(start)
    assert (q[0] > 0.9).all()


@pytest.mark.parametrize("parameters", [CrfParameters(iterations=0), CrfParameters(3, 3, 0, 80, 13, 0)])
def test_without_iterations_or_terms_the_start_is_normalised(parameters: CrfParameters) -> None:
    start = load("crf", GOLDEN)["input_probs"]
    q = DenseCrf(picture(GOLDEN), parameters).run(start)
    clipped = start.clip(1e-5, 1)
    np.testing.assert_allclose(q, clipped / clipped.sum(axis=0), rtol=1e-4)


@pytest.mark.parametrize(
    "parameters",
    [
        CrfParameters(iterations=5, gaussian_compat=1, bilateral_compat=4),
        CrfParameters(bilateral_srgb=5),
        CrfParameters(gaussian_compat=0),
    ],
)
def test_other_parameters_for_the_same_photo(parameters: CrfParameters) -> None:
    start = load("crf", GOLDEN)["input_probs"]
    changed = DenseCrf(picture(GOLDEN)).with_parameters(parameters).run(start)
    np.testing.assert_array_equal(changed, DenseCrf(picture(GOLDEN), parameters).run(start))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("iterations", -1),
        ("iterations", 101),
        ("gaussian_sxy", 0.0),
        ("bilateral_sxy", float("nan")),
        ("bilateral_srgb", -3.0),
        ("bilateral_compat", float("inf")),
        ("gaussian_compat", -1.0),
    ],
)
def test_unusable_parameters_are_named(name: str, value: float) -> None:
    with pytest.raises(OptionError, match="iterations" if name == "iterations" else name):
        CrfParameters(**{name: value})


def test_progress_counts_iterations() -> None:
    seen: list[tuple[int, int]] = []
    crf = DenseCrf(picture(GOLDEN))
    crf.run(load("crf", GOLDEN)["input_probs"], progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_cancelling_at_any_step_stops_building() -> None:
    photo = halves(40, 50, 20)
    for patience in itertools.count():
        asked = itertools.count()
        try:
            DenseCrf(photo, cancelled=lambda: next(asked) >= patience)  # noqa: B023
        except Cancelled:
            continue
        break
    assert patience > 5


def test_cancelling_at_any_step_stops_the_run_and_leaves_the_crf_usable() -> None:
    photo, start = halves(120, 150, 20), ramp(120, 150, 40, 5)
    crf = DenseCrf(photo, max_working_pixels=10_000)
    expected = crf.run(start)
    for patience in itertools.count():
        asked = itertools.count()
        try:
            crf.run(start, cancelled=lambda: next(asked) >= patience)  # noqa: B023
        except Cancelled:
            continue
        break
    assert patience > 5
    np.testing.assert_array_equal(crf.run(start), expected)


def test_a_large_photo_is_worked_on_smaller_and_says_so() -> None:
    photo, start = halves(600, 900, 437), ramp(600, 900, 400, 30)
    crf = DenseCrf(photo, max_working_pixels=60_000)
    assert crf.working_size == (200, 300)
    assert crf.notices == (
        "The photo has 900x600 pixels; the dense CRF worked at 300x200 and its result was enlarged along the "
        "photo's edges.",
    )
    q = crf.run(start)
    np.testing.assert_allclose(q.sum(axis=0), 1, atol=1e-5)
    # Column 437 is inside a pixel of the working size: only the photo itself can tell where the edge is.
    np.testing.assert_array_equal(q.argmax(axis=0), np.broadcast_to(np.arange(900) >= 437, (600, 900)))


def test_a_photo_of_usual_size_is_worked_on_as_it_is() -> None:
    crf = DenseCrf(picture(GOLDEN))
    assert crf.working_size == crf.size
    assert crf.notices == ()


def test_a_thin_stroke_survives_on_a_large_photo() -> None:
    photo = halves(600, 900, 450)
    fixed = np.full((600, 900), -1, np.int16)
    fixed[300, 100:350] = 1
    fixed[100:500, 700] = 0
    q = DenseCrf(photo, max_working_pixels=60_000).run(np.full((2, 600, 900), 0.5, np.float32), fixed=fixed)
    np.testing.assert_array_equal(q[1][fixed == 1], 1)
    labels = q.argmax(axis=0)
    assert (labels[:, :450] == 1).mean() > 0.99
    assert (labels[:, 450:] == 0).mean() > 0.99


@pytest.mark.parametrize(
    ("start", "fixed"),
    [
        (np.zeros((2, 5, 5), np.float32), None),
        (np.zeros((2, 4, 6), np.float64), None),
        (np.zeros((0, 4, 6), np.float32), None),
        (np.zeros((2, 4, 6), np.float32), np.zeros((4, 5), np.int16)),
        (np.zeros((2, 4, 6), np.float32), np.full((4, 6), 2, np.int16)),
        (np.zeros((2, 4, 6), np.float32), np.zeros((4, 6), np.uint8)),
    ],
)
def test_arrays_that_do_not_belong_together(start: np.ndarray, fixed: np.ndarray | None) -> None:
    with pytest.raises(ValueError, match=r"must|belong"):
        DenseCrf(np.zeros((4, 6, 3), np.uint8)).run(start, fixed=fixed)


def test_importing_it_takes_no_scipy() -> None:
    code = "import sys, edam_gui.imaging.dense_crf, edam_gui.imaging.crf.refine; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
