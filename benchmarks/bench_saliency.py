"""Built-in saliency: seconds a photo, and what it is worth on photos with ground truth.

Run ``make bench`` or ``python benchmarks/bench_saliency.py [--data DIR] [--model NAME|FILE]``. Times are on one core,
for 500x375 and 4000x3000 (the photos that scikit-image ships, resized). With `--data` (a folder with `images/`,
`label_maps/` and `labels.csv`; ../shared/val-data if it is there) the worth follows: max F-measure
(beta^2 = 0.3) and mean absolute error against "any class", and mIoU (%) of Algorithm 1 with the model's masks, in both
dialects: with the published alpha and beta and the best theta; with the best of a grid over all three (chosen on the
same photos, so too good); and cross-validated (chosen on other photos).
"""

from __future__ import annotations

import os

os.environ.setdefault("OMP_NUM_THREADS", "1")  # before numpy is imported

import argparse
import itertools
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
from skimage import data as shipped_photos

from edam_gui.core.activation_masks import Scores
from edam_gui.core.label_set import LabelSet
from edam_gui.core.live_label import LiveLabel
from edam_gui.core.metrics import Confusion
from edam_gui.core.options import Dialect, LabelRule, ScoreForm, Thresholds
from edam_gui.core.pseudo_label import pseudo_label
from edam_gui.imaging.image_labels import read_image_labels
from edam_gui.imaging.label_map_file import read_label_map
from edam_gui.imaging.photo import read_photo, resize_photo
from edam_gui.imaging.saliency import make_saliency, saliency_methods
from edam_gui.model.checkpoint import load_checkpoint
from edam_gui.model.inference import InferenceOptions, run_passes
from edam_gui.model.shipped import find_model
from edam_gui.project.images import list_images

DATA = Path(__file__).parents[2] / "shared" / "val-data"
THETAS = (5, 10, 20, 30, 40, 60, 80)
ALPHAS = (1e-6, 0.2, 0.3, 0.35, 0.4)
BETAS = (0.4, 0.5, 0.6, 0.75, 0.99999)
BACKGROUNDS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5)


@dataclass(frozen=True, eq=False)
class Sample:
    photo: np.ndarray
    truth: np.ndarray
    scores: Scores


def times(rounds: int) -> None:
    photos = [getattr(shipped_photos, name)() for name in ("chelsea", "astronaut", "coffee")]
    for size in ((500, 375), (4000, 3000)):
        resized = [resize_photo(photo, size) for photo in photos]
        for method in saliency_methods():
            seconds = []
            for photo in resized * (rounds if size[0] < 1000 else 1):
                start = time.perf_counter()
                make_saliency(photo, method)
                seconds.append(time.perf_counter() - start)
            print(
                f"{size[0]}x{size[1]} {method:10} median {statistics.median(seconds):.3f} s, worst {max(seconds):.3f} s"
            )


def samples(folder: Path, model: str) -> list[Sample]:
    loaded = load_checkpoint(find_model(model))
    classes = loaded.info.classes
    network = loaded.network.prepare_for_inference(torch.device("cpu"))
    labels = read_image_labels(folder / "labels.csv", classes)
    found = []
    for entry in list_images(folder / "images").entries:
        photo = read_photo(entry.path).pixels
        outputs = run_passes(network, loaded.info, photo, InferenceOptions(), torch.device("cpu"))
        present = labels.lookup(entry.relative) or frozenset()
        truth = read_label_map(folder / "label_maps" / f"{entry.path.stem}.png", classes)
        found.append(Sample(photo, truth, outputs.masks(present).scores(ScoreForm.MAX)))
    return found


def match(maps: list[np.ndarray], found: list[Sample]) -> tuple[float, float]:
    """Return max F-measure (precision and recall averaged over photos per cut) and mean absolute error."""
    rates, errors = [], []
    for saliency, sample in zip(maps, found, strict=True):
        known = sample.truth != 255
        values, object_ = saliency[known], sample.truth[known] > 0
        errors.append(np.abs(values / 255 - object_).mean())
        hits = np.bincount(values[object_], minlength=256)[::-1].cumsum()
        marked = np.bincount(values, minlength=256)[::-1].cumsum()
        rates.append((np.where(marked, hits / np.maximum(marked, 1), 1), hits / max(object_.sum(), 1)))
    precision, recall = np.mean(rates, axis=0)
    measure = 1.3 * precision * recall / np.maximum(0.3 * precision + recall, 1e-9)
    return float(measure.max()), float(np.mean(errors))


def confusions(sample: Sample, saliency: np.ndarray | None, rules: list[LabelRule], label_set: LabelSet) -> np.ndarray:
    """Return one confusion matrix per rule, (rules, K+1, K+1)."""
    live = None if saliency is None else LiveLabel(sample.scores, saliency)
    labels = np.empty(sample.truth.shape, np.uint8)
    matrices = []
    for rule in rules:
        confusion = Confusion(label_set)
        if live is None:
            labels = pseudo_label(sample.scores, None, rule)
        else:
            live.label_map(rule, labels)
        confusion.add(labels, sample.truth)
        matrices.append(confusion.matrix)
    return np.stack(matrices)


def miou(matrix: np.ndarray, label_set: LabelSet) -> float:
    confusion = Confusion(label_set)
    confusion.matrix = matrix
    return confusion.miou() * 100


def best(matrices: np.ndarray, label_set: LabelSet) -> int:
    total = matrices.sum(axis=0)
    return max(range(len(total)), key=lambda i: miou(total[i], label_set))


def cross_validated(matrices: np.ndarray, label_set: LabelSet) -> str:
    """Choose the rule on four fifths of the photos, count the last fifth; mean and spread over ten shuffles."""
    rng = np.random.default_rng(0)
    figures = []
    for _ in range(10):
        order = rng.permutation(len(matrices))
        total = np.zeros(matrices.shape[2:], np.int64)
        for fold in range(5):
            left_out = order[fold::5]
            rule = best(matrices[np.setdiff1d(order, left_out)], label_set)
            total += matrices[left_out, rule].sum(axis=0)
        figures.append(miou(total, label_set))
    return f"{np.mean(figures):.1f} +- {np.std(figures):.1f}"


def described(maps: list[np.ndarray], found: list[Sample], dialect: Dialect, label_set: LabelSet) -> str:
    rules = [LabelRule(dialect, thresholds=Thresholds(*key)) for key in itertools.product(THETAS, ALPHAS, BETAS)]
    pairs = zip(found, maps, strict=True)
    matrices = np.stack([confusions(sample, saliency, rules, label_set) for sample, saliency in pairs])
    figures = [miou(matrix, label_set) for matrix in matrices.sum(axis=0)]
    published = [i for i, r in enumerate(rules) if (r.thresholds.alpha, r.thresholds.beta) == (1e-6, 0.99999)]
    plain, top = max(published, key=figures.__getitem__), int(np.argmax(figures))
    t = rules[top].thresholds
    return (
        f"{dialect.value} {figures[plain]:.2f} (theta {rules[plain].thresholds.theta:g}), best {figures[top]:.2f} "
        f"(theta {t.theta:g}, alpha {t.alpha:g}, beta {t.beta:g}), "
        f"cross-validated {cross_validated(matrices, label_set)}"
    )


def worth(folder: Path, model: str) -> None:
    label_set = load_checkpoint(find_model(model)).info.classes
    found = samples(folder, model)
    rules = [LabelRule(thresholds=Thresholds(background=b)) for b in BACKGROUNDS]
    matrices = np.stack([confusions(sample, None, rules, label_set) for sample in found])
    top = best(matrices, label_set)
    print(
        f"no saliency: mIoU {miou(matrices.sum(axis=0)[top], label_set):.2f} (background {BACKGROUNDS[top]:g}), "
        f"cross-validated {cross_validated(matrices, label_set)}"
    )
    truth = [np.where((s.truth > 0) & (s.truth != 255), 255, 0).astype(np.uint8) for s in found]
    candidates = {"ground truth": truth}
    for method in saliency_methods():
        candidates[method] = [make_saliency(sample.photo, method) for sample in found]
    for name, maps in candidates.items():
        measure, error = match(maps, found)
        print(
            f"{name:12} F {measure:.3f}, MAE {error:.3f}; mIoU "
            + "; ".join(described(maps, found, d, label_set) for d in Dialect)
        )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", type=Path, default=DATA)
    parser.add_argument("--model", default="efficientnet_lite0_voc")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
    make_saliency(shipped_photos.chelsea())  # imports
    times(options.rounds)
    if (options.data / "label_maps").is_dir():
        worth(options.data, options.model)


if __name__ == "__main__":
    main()
