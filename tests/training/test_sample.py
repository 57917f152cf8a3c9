from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.training.augment import Jitter, mirrored, random_size
from edam_gui.training.batches import PlannedBatches, make_loader
from edam_gui.training.manifest import Manifest, TrainingImage
from edam_gui.training.sample import MAX_TILES, SampleMaker
from edam_gui.training.sampler import EpochPlan, GroupSampler
from tests.training.tiny import CLASSES, config

INFO = CheckpointInfo(backbone="efficientnet_lite0", stride=32, classes=CLASSES)
PLAIN = {"brightness": 0.0, "contrast": 0.0, "saturation": 0.0, "hue": 0.0}


def rng(seed: int = 0) -> np.random.Generator:
    return np.random.default_rng(seed)


def flat(value: int, height: int = 80, width: int = 60) -> np.ndarray:
    return np.full((height, width, 3), value, np.uint8)


def test_the_long_side_is_drawn_from_the_range_and_the_shape_kept() -> None:
    sizes = [random_size(flat(9, 100, 50), 64, 128, rng(seed)).shape[:2] for seed in range(40)]
    assert min(h for h, _ in sizes) >= 64
    assert max(h for h, _ in sizes) <= 128
    assert len({h for h, _ in sizes}) > 20
    assert all(w == round(h / 2) or abs(w - h / 2) <= 0.5 for h, w in sizes)


def test_mirroring() -> None:
    pixels = rng().integers(0, 256, (4, 5, 3)).astype(np.uint8)
    np.testing.assert_array_equal(mirrored(pixels, 1.0, rng()), pixels[:, ::-1])
    np.testing.assert_array_equal(mirrored(pixels, 0.0, rng()), pixels)


def test_no_jitter_changes_nothing_and_each_kind_its_own_thing() -> None:
    pixels = rng().integers(0, 256, (16, 16, 3)).astype(np.uint8)
    np.testing.assert_array_equal(Jitter(0, 0, 0, 0).apply(pixels, rng()), pixels)
    grey = flat(100, 8, 8)
    np.testing.assert_array_equal(Jitter(0, 0, 1, 0.5).apply(grey, rng()), grey)
    brighter = Jitter(0.5, 0, 0, 0).apply(grey, rng(1))
    assert len(np.unique(brighter)) == 1
    assert 50 <= brighter[0, 0, 0] <= 150
    assert brighter[0, 0, 0] != 100
    red = np.zeros((8, 8, 3), np.uint8)
    red[:, :, 0] = 200
    turned = Jitter(0, 0, 0, 0.5).apply(red, rng(3))[0, 0]
    assert turned.max() == 200
    assert turned[0] < 200 or turned[1:].max() > 0


def test_a_photo_smaller_than_the_square_is_surrounded_by_nothing() -> None:
    settings = config(crop=64, long_side_min=40, long_side_max=40, collage=0.0, **PLAIN)
    sample = SampleMaker(settings, lambda _: flat(200), np.arange(1)).make(0, rng())
    left, top, right, bottom = np.round(sample.boxes[0] * 64).astype(int)
    assert (bottom - top, right - left) == (40, 30)
    inside = np.zeros((64, 64), np.bool_)
    inside[top:bottom, left:right] = True
    np.testing.assert_array_equal(sample.inside, inside)
    assert (sample.pixels[inside] == 200).all()
    assert sample.tiles == (0, -1, -1, -1)


def test_a_larger_photo_is_cut() -> None:
    settings = config(crop=64, long_side_min=200, long_side_max=200, collage=0.0, **PLAIN)
    sample = SampleMaker(settings, lambda _: flat(200, 80, 80), np.arange(1)).make(0, rng())
    assert sample.inside.all()
    np.testing.assert_array_equal(sample.boxes[0], [0, 0, 1, 1])


@pytest.mark.parametrize("seed", range(12))
def test_collages_show_each_photo_in_its_own_box(seed: int) -> None:
    settings = config(collage=1.0, **PLAIN)
    sample = SampleMaker(settings, lambda i: flat(10 * i + 5), np.arange(1, 9)).make(9, rng(seed))
    used = [t for t in sample.tiles if t >= 0]
    assert 2 <= len(used) <= MAX_TILES
    assert 9 in used
    covered = np.zeros((64, 64), np.int64)
    for tile, box in zip(used, sample.boxes, strict=False):
        left, top, right, bottom = np.round(box * 64).astype(int)
        assert (sample.pixels[top:bottom, left:right] == 10 * tile + 5).all()
        covered[top:bottom, left:right] += 1
    assert (covered == 1).all()


def planned(manifest: Manifest, rank: int = 0, world: int = 1, **changes: object) -> PlannedBatches:
    settings = config(**changes)
    plan = GroupSampler(manifest.hot(), 2, settings.negatives, 0.5, 0).plan(1, 4)
    return PlannedBatches(manifest, settings, INFO, plan, 1, rank, world)


def test_batches_hold_photos_and_the_labels_of_all_their_tiles(manifest: Manifest) -> None:
    batch = planned(manifest)[0]
    assert batch.photos.shape == (2, 3, 3, 64, 64)
    assert batch.labels.shape == (2, 3, 3)
    assert (batch.labels[:, :2].sum(-1) > 0).all()
    torch.testing.assert_close(batch.tile_labels.amax(2), batch.labels)
    assert (batch.tile_labels * (1 - batch.tile_used[..., None]) == 0).all()
    assert not batch.problems


def test_processes_share_the_groups_and_get_the_same_pixels(manifest: Manifest) -> None:
    one = planned(manifest, groups=2)
    two = [planned(manifest, rank, 2, groups=1) for rank in range(2)]
    assert len(one) == len(two[0])
    for index in range(len(one)):
        torch.testing.assert_close(one[index].photos, torch.cat([b[index].photos for b in two]), rtol=0, atol=0)


def test_workers_change_nothing(manifest: Manifest) -> None:
    batches = planned(manifest)
    alone, helped = (list(make_loader(batches, 1, workers, pin=False)) for workers in (0, 2))
    assert len(alone) == len(helped) == len(batches) - 1
    for a, b in zip(alone, helped, strict=True):
        torch.testing.assert_close(a.photos, b.photos, rtol=0, atol=0)


def test_a_photo_that_cannot_be_read_is_left_out_and_named(tmp_path: Path) -> None:
    good, bad = tmp_path / "good.png", tmp_path / "bad.png"
    Image.fromarray(flat(50)).save(good)
    bad.write_bytes(b"no picture")
    manifest = Manifest(CLASSES, (TrainingImage(good, (1,)), TrainingImage(bad, (1,))))
    plan = EpochPlan(np.array([[0, 1]]), np.array([0]))
    batch = PlannedBatches(manifest, config(groups=1, negatives=0, collage=0.0), INFO, plan, 0)[0]
    assert batch.weights.tolist() == [[1, 0]]
    assert batch.tile_used[0, 1].sum() == 0
    assert batch.photos[0, 1].abs().max() == 0
    assert len(batch.problems) == 1
    assert "bad.png" in batch.problems[0]
