"""`import-checkpoint`, and `label` with a checkpoint of the authors' code."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from edam_gui.core.label_set import PASCAL_VOC
from tests.batch.conftest import Data, Run, read_json
from tests.golden import data as golden
from tests.model.authors_file import filled_file, hollow_file

ON_CPU = ("--device", "cpu")


@pytest.fixture
def checkpoint(tmp_path: Path) -> Path:
    """All weights 1, but none of class 1 ("bicycle" is class 2): its mask is 0 everywhere."""
    masks = torch.ones(21)
    masks[0] = 0
    return hollow_file(
        tmp_path / "edam.pth",
        lambda s: s | {"mask_layer.weight": masks[:, None, None, None].expand(21, 4096, 3, 3)},
    )


def test_a_pth_file_labels_directly_and_after_import(data: Data, checkpoint: Path, run: Run) -> None:
    imported = data.root / "models" / "edam.safetensors"
    (data.root / "voc.json").write_text(json.dumps(PASCAL_VOC.names[1:]))
    result = run("import-checkpoint", checkpoint, "--out", imported, "--classes", data.root / "voc.json")
    assert result.exit_code == 0, result.stderr
    assert "resnet38, 20 classes; from edam.pth, SHA-256" in result.stderr
    (data.root / "labels.csv").write_text("syna_000101,aeroplane,bicycle\n")
    photo = data.photos / "syna_000101.png"
    maps = []
    for model, out in ((checkpoint, data.root / "a"), (imported, data.root / "b")):
        report = out.with_suffix(".json")
        result = run(
            *("label", photo, "--labels", data.root / "labels.csv", "--saliency", data.saliency, "--model", model),
            *("--out", out, "--json", report, "--scales", "0.1", *ON_CPU),
        )
        assert result.exit_code == 0, result.stderr
        options = read_json(report)["options"]
        assert (options["dialect"], options["score_form"]) == ("reference", "max")
        assert (options["theta"], options["alpha"], options["beta"]) == (20, 1e-6, 0.99999)
        with Image.open(out / "syna_000101.png") as image:
            maps.append(np.asarray(image))
    assert np.array_equal(*maps)
    bicycle = PASCAL_VOC.index("bicycle")
    assert (maps[0][golden.saliency("syna_000101") > 20] == bicycle).all(), "salient: the class with a mask"


def test_a_photo_without_label_is_not_silently_background(data: Data, checkpoint: Path, run: Run) -> None:
    result = run("label", data.photos / "syna_000101.png", "--model", checkpoint, "--out", data.out, *ON_CPU)
    assert result.exit_code == 2
    assert "syna_000101.png: its classes are unknown, and the model edam.pth suggests none" in result.stderr
    assert not (data.out / "syna_000101.png").exists()


def test_bfloat16_is_refused_with_a_sentence(data: Data, checkpoint: Path, run: Run) -> None:
    result = run("label", data.photos, "--model", checkpoint, "--out", data.out, "--precision", "bf16", *ON_CPU)
    assert result.exit_code == 2
    assert "bf16 is not offered for this checkpoint's network" in result.stderr


def test_a_file_that_is_no_checkpoint_is_named(data: Data, run: Run) -> None:
    for arguments in (
        ("import-checkpoint", data.root / "labels.csv"),
        ("label", data.photos, "--model", data.root / "labels.csv"),
    ):
        result = run(*arguments, "--out", data.root / "x.safetensors")
        assert result.exit_code == 2
        assert "labels.csv: this is " in result.stderr


@pytest.mark.slow
def test_the_authors_label_maps_come_out_of_their_checkpoint(data: Data, run: Run) -> None:
    checkpoint = filled_file(data.root / "edam.pth", 1)
    result = run(
        *("label", data.photos, "--labels", data.root / "labels.csv", "--saliency", data.saliency),
        *("--model", checkpoint, "--out", data.out, *ON_CPU),
    )
    assert result.exit_code == 0, result.stderr
    checkpoint.unlink()
    for name in golden.NAMES:
        with Image.open(data.out / f"{name}.png") as image:
            labels = np.asarray(image)
        expected = golden.load("labels", name)["infer_sal"][0]  # theta 20, alpha 1e-6, beta 0.99999
        assert (labels != expected).mean() <= 0.001, name
