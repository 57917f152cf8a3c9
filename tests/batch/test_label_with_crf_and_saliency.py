"""`--scores crf`, `--refine`, `--saliency auto` and `--ignore-saliency`, end to end."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edam_gui.core.label_set import PASCAL_VOC
from tests.batch.conftest import Data, Run, read_json
from tests.golden.data import NAMES, TRIPLES, load, picture


def label_map(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        return np.asarray(image)


def agreement(a: np.ndarray, b: np.ndarray) -> float:
    return float((a == b).mean())


def test_golden_crf_scores_without_saliency_are_the_authors_crf_maps(data: Data, run: Run) -> None:
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, "--scores", "crf")
    assert result.exit_code == 0, result.stderr
    for name in NAMES:
        assert agreement(label_map(data.out / f"{name}.png"), load("labels", name)["crf_argmax"]) >= 0.999


def test_golden_crf_scores_with_saliency_are_the_authors_published_path(data: Data, run: Run) -> None:
    triple = TRIPLES[5]
    result = run(
        *("label", data.photos, "--out", data.out, "--masks", data.masks, "--saliency", data.saliency),
        *("--scores", "crf", "--theta", triple["theta_times_100"], "--alpha", triple["alpha"]),
        *("--beta", triple["beta"]),
    )
    assert result.exit_code == 0, result.stderr
    for name in NAMES:
        assert agreement(label_map(data.out / f"{name}.png"), load("labels", name)["eval_crf_sal"][5]) >= 0.999


def test_refine_moves_borders_but_invents_no_class(data: Data, run: Run) -> None:
    command = ("label", data.photos, "--masks", data.masks, "--background", "0.4")
    run(*command, "--out", data.root / "plain")
    report = data.root / "report.json"
    result = run(*command, "--out", data.out, "--refine", "--crf", "iterations=5", "--json", report)
    assert result.exit_code == 0, result.stderr
    for name in NAMES:
        plain, refined = label_map(data.root / "plain" / f"{name}.png"), label_map(data.out / f"{name}.png")
        assert set(np.unique(refined)) <= set(np.unique(plain))
        assert 0.5 < agreement(plain, refined) < 1
    options = read_json(report)["options"]
    assert options["refine"] is True
    assert options["crf"]["iterations"] == 5


def test_automatic_saliency_is_used_and_recorded(data: Data, run: Run) -> None:
    command = ("label", data.photos, "--masks", data.masks, "--theta", "128")
    report = data.root / "report.json"
    result = run(*command, "--out", data.out, "--saliency", "auto", "--json", report)
    assert result.exit_code == 0, result.stderr
    options = read_json(report)["options"]
    assert (options["saliency"], options["saliency_method"]) == ("auto", "rbd")
    for name in NAMES:
        assert (label_map(data.out / f"{name}.png") == 0).any(), "what is not salient becomes background"


@pytest.mark.parametrize("dialect", ["paper", "reference"])
def test_a_class_that_ignores_saliency_keeps_its_pixels_everywhere(data: Data, run: Run, dialect: str) -> None:
    name = NAMES[0]
    Image.fromarray(np.zeros_like(picture(f"{name}_sal"))).save(data.saliency / f"{name}.png")
    winner_class = PASCAL_VOC.names[int(load("msf", name)["present"][0]) + 1]
    command = ("label", data.photos / f"{name}.png", "--masks", data.masks, "--saliency", data.saliency)
    run(*command, "--out", data.root / "plain", "--dialect", dialect, "--alpha", "0")
    run(*command, "--out", data.out, "--dialect", dialect, "--alpha", "0", "--ignore-saliency", winner_class)
    index = PASCAL_VOC.index(winner_class)
    without = (label_map(data.root / "plain" / f"{name}.png") == index).sum()
    assert (label_map(data.out / f"{name}.png") == index).sum() > max(without, 1000)
