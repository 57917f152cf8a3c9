from __future__ import annotations

import dataclasses

import numpy as np
import pytest
import skimage.data
import torch
from torch.nn import functional

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import Cancelled, OptionError
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.core.options import ScoreForm
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.model.checkpoint import LoadedModel
from edam_gui.model.checkpoint_info import BackgroundKind, CheckpointInfo
from edam_gui.model.inference import InferenceOptions, normalise_photo, run_passes, scaled_size, suggest
from edam_gui.model.network import EdamNetwork
from edam_gui.model.pass_outputs import PassOutputs
from edam_gui.model.precision import Precision
from tests.model.plain_inference import plain_sums

CPU = torch.device("cpu")
CAT, DOG = PASCAL_VOC.index("cat"), PASCAL_VOC.index("dog")


@pytest.fixture(scope="module")
def cat_photo() -> UInt8Array:
    photo: UInt8Array = skimage.data.chelsea()
    return photo


def _run(model: LoadedModel, pixels: UInt8Array, options: InferenceOptions | None = None) -> PassOutputs:
    return run_passes(model.network, model.info, pixels, options or InferenceOptions(), CPU)


@pytest.mark.parametrize("size", [(120, 160), (107, 91)])
def test_the_fast_path_equals_eight_plain_passes(
    stored: LoadedModel, ready: LoadedModel, cat_photo: UInt8Array, size: tuple[int, int]
) -> None:
    pixels = np.ascontiguousarray(cat_photo[40 : 40 + size[0], 80 : 80 + size[1]])
    expected = plain_sums(stored, pixels)
    masks = _run(ready, pixels).masks(range(1, 21))
    assert masks.classes == tuple(range(1, 21))
    assert masks.passes == 8
    assert np.abs(masks.values - expected[1:]).max() <= 2e-5 * expected.max()


def test_a_background_channel_comes_first_where_the_network_has_one(
    fresh_network: EdamNetwork, fresh_info: CheckpointInfo, cat_photo: UInt8Array
) -> None:
    pixels = np.ascontiguousarray(cat_photo[:70, :90])
    options = InferenceOptions(scales=(1.0, 0.5))
    expected = plain_sums(LoadedModel(fresh_network, fresh_info, ""), pixels, options.scales)
    masks = run_passes(fresh_network, fresh_info, pixels, options, CPU).masks({5, 2})
    assert masks.classes == (0, 2, 5)
    assert masks.passes == 4
    assert np.abs(masks.values - expected[[0, 2, 5]]).max() <= 2e-5 * expected.max()
    without = dataclasses.replace(fresh_info, background=BackgroundKind.NONE)
    assert run_passes(fresh_network, without, pixels, options, CPU).masks({5, 2}).classes == (2, 5)


def test_flips_one_after_the_other_give_the_same_masks(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    pixels = np.ascontiguousarray(cat_photo[:90, :130])
    batched = _run(ready, pixels).masks([CAT]).values
    single = _run(ready, pixels, InferenceOptions(batch_flips=False)).masks([CAT]).values
    np.testing.assert_allclose(batched, single, atol=2e-5 * batched.max())


def test_without_flips_there_are_half_the_passes(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    outputs = _run(ready, np.ascontiguousarray(cat_photo[:64, :64]), InferenceOptions(scales=(1.0,), flip=False))
    assert outputs.passes == 1
    assert outputs.masks([CAT]).passes == 1


def test_resizing_equals_torch() -> None:
    low = np.random.default_rng(0).random((21, 12, 17), dtype=np.float32)
    outputs = PassOutputs((low,), 2, (375, 501), (375, 501))
    expected = functional.interpolate(torch.from_numpy(low)[None], (375, 501), mode="bilinear", align_corners=False)
    values = outputs.masks(range(1, 21)).values
    np.testing.assert_allclose(values, expected[0].numpy(), atol=1e-5)
    assert outputs.masks([3], size=(30, 40)).values.shape == (1 + 1, 30, 40)


def test_progress_counts_passes_and_ends_at_all(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    pixels = np.ascontiguousarray(cat_photo[:64, :64])
    seen: list[tuple[int, int]] = []
    run_passes(
        ready.network,
        ready.info,
        pixels,
        InferenceOptions(),
        CPU,
        progress=lambda done, total: seen.append((done, total)),
    )
    assert seen == [(2, 8), (4, 8), (6, 8), (8, 8)]


def test_cancelling_stops_before_the_next_pass(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    pixels = np.ascontiguousarray(cat_photo[:64, :64])
    seen: list[int] = []
    with pytest.raises(Cancelled):
        run_passes(
            ready.network,
            ready.info,
            pixels,
            InferenceOptions(batch_flips=False),
            CPU,
            progress=lambda done, _total: seen.append(done),
            cancelled=lambda: len(seen) == 3,
        )
    assert seen == [1, 2, 3]


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 1), (7, 31), (31, 33), (1, 3000), (2000, 2), (65, 64)])
def test_photos_of_any_size_get_masks_of_their_size(ready: LoadedModel, size: tuple[int, int]) -> None:
    pixels = np.random.default_rng(7).integers(0, 256, (*size, 3), dtype=np.uint8)
    outputs = _run(ready, pixels)
    masks = outputs.masks([CAT, DOG])
    assert masks.values.shape == (2, *size)
    assert masks.values.dtype == np.float32
    assert np.isfinite(masks.values).all()
    assert outputs.notices == ()


def test_no_class_gives_no_mask(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    outputs = _run(ready, np.ascontiguousarray(cat_photo[:40, :50]), InferenceOptions(scales=(1.0,)))
    assert outputs.masks([]).values.shape == (0, 40, 50)
    with pytest.raises(ValueError, match=r"1\.\.20"):
        outputs.masks([21])


def test_a_very_large_photo_is_worked_on_smaller_and_says_so(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    options = InferenceOptions(scales=(1.0,), max_working_pixels=10_000)
    outputs = _run(ready, cat_photo, options)
    height, width = outputs.working_size
    assert 9_500 < height * width <= 10_300
    assert len(outputs.notices) == 1
    assert "451x300 pixels" in outputs.notices[0]
    assert f"working size of {width}x{height}" in outputs.notices[0]
    assert outputs.masks([CAT]).values.shape == (1, 300, 451)
    # The masks are those of the photo at that size, enlarged.
    plain = _run(ready, cat_photo, InferenceOptions(scales=(width / 451,)))
    np.testing.assert_allclose(outputs.merged[0], plain.merged[0], atol=1e-4)


def test_normalisation_is_the_published_one(ready: LoadedModel, fresh_info: CheckpointInfo) -> None:
    pixels = np.random.default_rng(1).integers(0, 256, (5, 6, 3), dtype=np.uint8)
    expected = (pixels / 255.0 - np.array([0.485, 0.456, 0.406])) / np.array([0.229, 0.224, 0.225])
    values = normalise_photo(pixels, fresh_info)
    assert values.shape == (1, 3, 5, 6)
    assert np.array_equal(values[0].permute(1, 2, 0).numpy(), expected.astype(np.float32))


def test_sizes_round_half_to_even() -> None:
    assert scaled_size((157, 107), 0.5) == (78, 54)
    assert scaled_size((1, 101), 0.5) == (1, 50)


@pytest.mark.parametrize("scales", [(), (0.0,), (-1.0,), (float("nan"),), (float("inf"),), (100.0,)])
def test_impossible_scales_are_refused(scales: tuple[float, ...]) -> None:
    with pytest.raises(OptionError, match="Scales must be"):
        InferenceOptions(scales=scales)


def test_masks_that_are_not_finite_are_refused(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    class Broken(EdamNetwork):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return super().forward(x) * float("nan")

    broken = Broken(ready.network.backbone, ready.network.da_layer, ready.network.mask_form)
    with pytest.raises(OptionError, match="not finite"):
        run_passes(broken, ready.info, cat_photo[:64, :64], InferenceOptions(scales=(1.0,)), CPU)


def test_a_device_out_of_memory_is_one_sentence(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    class Hungry(EdamNetwork):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            raise torch.OutOfMemoryError("CUDA out of memory")

    hungry = Hungry(ready.network.backbone, ready.network.da_layer, ready.network.mask_form)
    with pytest.raises(OptionError, match="'cpu' ran out of memory"):
        run_passes(hungry, ready.info, cat_photo[:64, :64], InferenceOptions(scales=(1.0,)), CPU)


def test_bfloat16_convolutions_keep_the_label_map(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    rule = ready.info.recommended.no_saliency.rule
    exact, short = (
        pseudo_label(_run(ready, cat_photo, options).masks([CAT]).scores(ScoreForm.MAX), None, rule)
        for options in (InferenceOptions(scales=(1.0,)), InferenceOptions(scales=(1.0,), precision=Precision.BF16))
    )
    assert (exact == short).mean() > 0.97


def test_the_shipped_model_finds_the_cat(ready: LoadedModel, cat_photo: UInt8Array) -> None:
    outputs = _run(ready, cat_photo)
    assert suggest(ready.info, outputs.pooled()) == {CAT}
    masks = outputs.masks([CAT])
    y, x = np.unravel_index(int(masks.values[0].argmax()), masks.values[0].shape)
    assert 40 < y < 290  # the face; the photo is 300 x 451
    assert 60 < x < 360
    recommended = ready.info.recommended.no_saliency
    label_map = pseudo_label(masks.scores(recommended.score_form), None, recommended.rule)
    assert 0.15 < (label_map == CAT).mean() < 0.9
    assert label_map[150, 220] == CAT
    assert label_map[5, 5] == 0


def test_suggestion_compares_each_class_with_its_own_threshold(fresh_info: CheckpointInfo) -> None:
    info = dataclasses.replace(fresh_info, suggestion_thresholds=(1.0, 2.0) + (float("inf"),) * 18)
    assert suggest(info, np.array([1.5, 1.5] + [99.0] * 18, np.float32)) == {1}
    assert suggest(info, np.array([1.0, 2.5] + [99.0] * 18, np.float32)) == {2}
