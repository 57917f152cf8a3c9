"""The dense CRF on a torch device: what `DenseCrf` gives, here on the CPU."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
import torch

from edam_gui.core.errors import Cancelled, OptionError
from edam_gui.imaging.crf.parameters import CrfParameters
from edam_gui.imaging.crf.refine import crf_scores, most_likely
from edam_gui.imaging.dense_crf import DenseCrf
from edam_gui.model.torch_crf import TorchCrf
from edam_gui.model.torch_messages import TorchMessages
from tests.golden.data import NAMES, load, picture, present_only

CPU = torch.device("cpu")
GOLDEN = NAMES[0]


def blobs(height: int, width: int) -> tuple[np.ndarray, np.ndarray]:
    """A photo of coloured blocks and noise, and soft probabilities of four labels."""
    rng = np.random.default_rng(0)
    blocks = rng.integers(0, 200, (-(-height // 20), -(-width // 20), 3), dtype=np.uint8)
    photo = blocks.repeat(20, axis=0).repeat(20, axis=1)[:height, :width]
    photo = photo + rng.integers(0, 20, photo.shape, dtype=np.uint8)
    start = rng.random((4, height, width), dtype=np.float32)
    return photo, start


def assert_same(q: np.ndarray, expected: np.ndarray) -> None:
    difference = np.abs(q - expected)
    assert q.dtype == np.float32
    assert difference.mean() < 1e-5
    assert difference.max() < 1e-3
    assert (q.argmax(axis=0) == expected.argmax(axis=0)).mean() >= 0.999


@pytest.mark.parametrize("name", NAMES)
def test_crf_golden_probabilities_and_labels(name: str) -> None:
    golden = load("crf", name)
    crf = TorchCrf(picture(name), device=CPU)
    assert_same(crf.run(golden["input_probs"]), golden["q"])
    labels = most_likely(crf_scores(crf, present_only(name)))
    assert (labels == load("labels", name)["crf_argmax"]).mean() >= 0.999


@pytest.mark.parametrize(
    "parameters",
    [
        CrfParameters(),
        CrfParameters(iterations=10, gaussian_compat=1, bilateral_compat=4, bilateral_srgb=5),
        CrfParameters(gaussian_compat=0),
        CrfParameters(bilateral_compat=0),
        CrfParameters(iterations=0),
        CrfParameters(gaussian_compat=0, bilateral_compat=0),
    ],
)
def test_agrees_with_the_cpu_engine(parameters: CrfParameters) -> None:
    photo, start = blobs(150, 210)
    expected = DenseCrf(photo, parameters).run(start)
    assert_same(TorchCrf(photo, parameters, device=CPU).run(start), expected)
    # The lattices of the defaults are replaced, or kept, as the parameters want it.
    assert_same(TorchCrf(photo, device=CPU).with_parameters(parameters).run(start), expected)


def test_a_plain_photo_whose_vertices_have_thousands_of_pixels() -> None:
    photo, start = np.full((200, 300, 3), 90, np.uint8), blobs(200, 300)[1]
    assert_same(TorchCrf(photo, device=CPU).run(start), DenseCrf(photo).run(start))


def test_equal_to_the_bit_when_run_again() -> None:
    photo, start = blobs(150, 210)
    crf = TorchCrf(photo, device=CPU)
    np.testing.assert_array_equal(crf.run(start), crf.run(start))
    np.testing.assert_array_equal(crf.run(start), TorchCrf(photo, device=CPU).run(start))


@pytest.mark.parametrize("max_pixels", [1_000_000, 6_000])
def test_fixed_pixels_keep_their_label_and_pull_as_on_the_cpu(max_pixels: int) -> None:
    photo, start = blobs(120, 170)
    fixed = np.full((120, 170), -1, np.int16)
    fixed[20:24, 10:90] = 3
    fixed[100, 150] = 0
    crf = TorchCrf(photo, device=CPU, max_working_pixels=max_pixels)
    cpu = DenseCrf(photo, max_working_pixels=max_pixels)
    assert crf.notices == cpu.notices
    assert bool(crf.notices) == (max_pixels == 6_000)
    q = crf.run(start, fixed=fixed)
    assert_same(q, cpu.run(start, fixed=fixed))
    for channel in (0, 3):
        np.testing.assert_array_equal(q[channel][fixed == channel], 1)
    assert not np.array_equal(q, crf.run(start))


def test_a_single_label_is_certain() -> None:
    photo = blobs(9, 7)[0]
    np.testing.assert_array_equal(TorchCrf(photo, device=CPU).run(np.full((1, 9, 7), 0.2, np.float32)), 1)


@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (2, 3)])
def test_tiny_photos(size: tuple[int, int]) -> None:
    photo, start = blobs(*size)
    assert_same(TorchCrf(photo, device=CPU).run(start), DenseCrf(photo).run(start))


def test_inputs_stay_as_they_were_and_may_be_read_only() -> None:
    photo, start = blobs(40, 50)
    fixed = np.full((40, 50), -1, np.int64)
    copies = photo.copy(), start.copy()
    for array in (photo, start, fixed):
        array.setflags(write=False)
    q = TorchCrf(photo, device=CPU).run(start[::-1, ::-1], fixed=fixed)
    assert q.flags.writeable
    np.testing.assert_array_equal(photo, copies[0])
    np.testing.assert_array_equal(start, copies[1])


def test_progress_counts_iterations() -> None:
    seen: list[tuple[int, int]] = []
    photo, start = blobs(40, 50)
    TorchCrf(photo, device=CPU).run(start, progress=lambda done, total: seen.append((done, total)))
    assert seen == [(1, 3), (2, 3), (3, 3)]


def test_cancelling_at_any_step_stops_building_and_running() -> None:
    photo, start = blobs(60, 80)
    for patience in itertools.count():
        asked = itertools.count()
        try:
            TorchCrf(photo, device=CPU, cancelled=lambda: next(asked) >= patience)  # noqa: B023
        except Cancelled:
            continue
        break
    assert patience > 5
    crf = TorchCrf(photo, device=CPU)
    expected = crf.run(start)
    for patience in itertools.count():
        asked = itertools.count()
        try:
            crf.run(start, cancelled=lambda: next(asked) >= patience)  # noqa: B023
        except Cancelled:
            continue
        break
    assert patience > 3
    np.testing.assert_array_equal(crf.run(start), expected)


def test_a_full_device_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    photo, start = blobs(20, 30)
    crf = TorchCrf(photo, device=CPU)

    def full(*arguments: object) -> torch.Tensor:
        raise torch.OutOfMemoryError

    monkeypatch.setattr(TorchMessages, "splat", full)
    with pytest.raises(OptionError, match="'cpu' ran out of memory"):
        crf.run(start)


def test_arrays_that_do_not_belong_together() -> None:
    with pytest.raises(ValueError, match="belong"):
        TorchCrf(blobs(4, 6)[0], device=CPU).run(np.zeros((2, 5, 5), np.float32))
