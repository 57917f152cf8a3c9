"""A tiny data set, drawn, and settings under which a step takes some 20 ms."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.label_map_file import write_label_map
from edam_gui.training.config import MaskFormChoice, TrainConfig, ValidationSaliency
from edam_gui.training.manifest import Manifest, TrainingImage, ValidationImage

CLASSES = LabelSet.from_names(["disc", "box", "cross"])
COLORS = {1: (220, 60, 50), 2: (60, 190, 80), 3: (70, 90, 230)}
SETTINGS = (
    "backbone=efficientnet_lite0",
    "stride=32",
    "kernel_size=1",
    "crop=64",
    "long_side_min=64",
    "long_side_max=96",
    "groups=2",
    "accumulate=1",
    "negatives=1",
    "collage=0.3",
    "pool_loss=0.5",
    "frozen_stages=-1",
    "workers=0",
    "threads=1",
    "samples=1",
    "val_scales=1",
    "val_saliency=none",
    "save_every=3",
    "warmup_steps=2",
    "init=",
    "optimizer=sgd",
    "lr=0.01",
    "calibrate=4",
)
CONFIG = TrainConfig(
    preset="authors",
    backbone="efficientnet_lite0",
    stride=32,
    kernel_size=1,
    mask_form=MaskFormChoice.L2_ABS,
    crop=64,
    long_side_min=64,
    long_side_max=96,
    groups=2,
    accumulate=1,
    negatives=1,
    collage=0.3,
    pool_loss=0.5,
    frozen_stages=-1,
    workers=0,
    samples=1,
    val_scales=(1.0,),
    val_saliency=ValidationSaliency.NONE,
    save_every=3,
    warmup_steps=2,
    lr=0.01,
    calibrate=4,
    max_steps=6,
)


@dataclass(frozen=True)
class Shape:
    classes: tuple[int, ...]
    pixels: np.ndarray
    labels: np.ndarray


def draw(classes: Sequence[int], seed: int, size: int = 72) -> Shape:
    """One object per class on noise."""
    rng = np.random.default_rng(seed)
    pixels = rng.integers(90, 150, (size, size, 3)).astype(np.uint8)
    labels = np.zeros((size, size), np.uint8)
    for place, k in enumerate(classes):
        centre = (18 + 34 * (place % 2), 20 + 30 * (place // 2))
        mask = np.zeros((size, size), np.uint8)
        if k == 1:
            cv2.circle(mask, centre, 13, 1, -1)
        elif k == 2:
            cv2.rectangle(mask, (centre[0] - 12, centre[1] - 12), (centre[0] + 12, centre[1] + 12), 1, -1)
        else:
            cv2.drawMarker(mask, centre, 1, cv2.MARKER_CROSS, 26, 8)
        pixels[mask > 0] = COLORS[k]
        labels[mask > 0] = k
    return Shape(tuple(sorted(classes)), pixels, labels)


def tiny_images() -> list[Shape]:
    combinations = [(1,), (2,), (1, 2), (1,), (2,), (1,), (), (), (3,), (2, 1)]
    return [draw(classes, seed) for seed, classes in enumerate(combinations)]


def write_data(folder: Path) -> Path:
    """Write photos, labels.csv, classes.json and label maps of three photos."""
    images = folder / "images"
    images.mkdir(parents=True)
    (folder / "label_maps").mkdir()
    with (folder / "labels.csv").open("w", newline="") as file:
        rows = csv.writer(file)
        for number, shape in enumerate(tiny_images()):
            Image.fromarray(shape.pixels).save(images / f"p{number}.png")
            rows.writerow([f"p{number}", *(CLASSES.names[k] for k in shape.classes)])
            if number < 3:
                write_label_map(folder / "label_maps" / f"p{number}.png", shape.labels)
    (folder / "classes.json").write_text(CLASSES.to_json())
    return folder


def tiny_manifest(folder: Path, *, validation: bool = True) -> Manifest:
    """Return the manifest of what `write_data` wrote."""
    images = tuple(
        TrainingImage(folder / "images" / f"p{n}.png", shape.classes) for n, shape in enumerate(tiny_images())
    )
    maps = tuple(
        ValidationImage(folder / "images" / f"p{n}.png", folder / "label_maps" / f"p{n}.png") for n in range(3)
    )
    return Manifest(CLASSES, images, maps if validation else ())


def config(**changes: object) -> TrainConfig:
    return replace(CONFIG, **changes)  # type: ignore[arg-type]
