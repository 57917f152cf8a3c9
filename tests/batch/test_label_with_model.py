"""`label` and `demo` with the shipped model on real photos."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.model.checkpoint import load_checkpoint, save_checkpoint
from edam_gui.model.shipped import DEFAULT_MODEL, find_model
from tests.batch.conftest import Run, read_json

CAT = PASCAL_VOC.index("cat")
QUICK = ("--scales", "0.5", "--device", "cpu")


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for name in ("chelsea.png", "motorcycle_left.png"):
        (folder / name).write_bytes(files("skimage.data").joinpath(name).read_bytes())
    return folder


def test_a_cat_becomes_cat_pixels(photos: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("chelsea,cat\nmotorcycle_left,motorbike\n")
    report = tmp_path / "report.json"
    result = run(
        *("label", photos, "--out", tmp_path / "out", "--labels", tmp_path / "labels.csv"),
        *("--json", report, *QUICK),
    )
    assert result.exit_code == 0, result.stderr
    with Image.open(tmp_path / "out" / "chelsea.png") as image:
        labels = np.asarray(image)
    assert labels.shape == (300, 451)
    assert set(np.unique(labels)) == {0, CAT}
    assert (labels[100:260, 120:330] == CAT).mean() > 0.9, "the cat's face is cat"
    content = read_json(report)
    assert content["options"]["model"] == "efficientnet_lite0_voc"
    assert content["options"]["device"] == "cpu"
    assert content["options"]["sources"]["background"] == "checkpoint"
    assert len(content["options"]["model_sha256"]) == 64
    assert [i["suggested"] for i in content["images"]] == [False, False]


def test_without_labels_the_model_suggests_and_says_so(photos: Path, run: Run, tmp_path: Path) -> None:
    report = tmp_path / "report.json"
    result = run("label", photos, "--out", tmp_path / "out", "--json", report, *QUICK)
    assert "any image: the model suggests them" in result.stderr
    assert "Suggested: chelsea.png: " in result.stderr
    images = {i["image"]: i for i in read_json(report)["images"]}
    assert images["chelsea.png"]["suggested"]
    assert "cat" in images["chelsea.png"]["classes"]
    assert "motorbike" in images["motorcycle_left.png"]["classes"]
    again = run("label", photos, "--out", tmp_path / "two", "--labels", tmp_path / "out/suggested.csv", *QUICK)
    assert again.exit_code == 0, again.stderr
    for name in images:
        assert (tmp_path / "out" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_a_label_that_the_photo_does_not_show_is_doubted(photos: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("chelsea,cat,train\n")
    result = run(
        "label", photos / "chelsea.png", "--out", tmp_path / "out", "--labels", tmp_path / "labels.csv", *QUICK
    )
    assert "chelsea.png: The masks hardly answer to train: the photo may not show it." in result.stderr
    assert "hardly answer to cat" not in result.stderr


def test_saved_masks_of_the_model_give_the_same_label_maps(photos: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("chelsea,cat,person\nmotorcycle_left\n")
    labels = ("--labels", tmp_path / "labels.csv")
    first = run("label", photos, "--out", tmp_path / "one", *labels, "--save-masks", tmp_path / "masks", *QUICK)
    again = run("label", photos, "--out", tmp_path / "two", *labels, "--masks", tmp_path / "masks")
    assert (first.exit_code, again.exit_code) == (0, 0), again.stderr
    for name in ("chelsea.png", "motorcycle_left.png"):
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes()


def test_saved_masks_are_used_as_stored_in_the_other_dialect_too(photos: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("chelsea,cat\n")
    labels = ("--labels", tmp_path / "labels.csv", "--dialect", "paper", "--alpha", "0.35")
    photo = photos / "chelsea.png"
    run("label", photo, "--out", tmp_path / "one", *labels, "--save-masks", tmp_path / "masks", *QUICK)
    run("label", photo, "--out", tmp_path / "two", *labels, "--masks", tmp_path / "masks")
    assert (tmp_path / "one/chelsea.png").read_bytes() == (tmp_path / "two/chelsea.png").read_bytes()


@pytest.mark.parametrize(
    ("classes", "sentence"),
    [(["cat", "dog"], "names 2 classes, but efficientnet_lite0_voc.safetensors was made for 20")],
)
def test_a_class_file_that_contradicts_the_checkpoint_is_refused(
    photos: Path, run: Run, tmp_path: Path, classes: list[str], sentence: str
) -> None:
    (tmp_path / "classes.json").write_text(json.dumps(classes))
    result = run("label", photos, "--out", tmp_path / "out", "--classes", tmp_path / "classes.json")
    assert result.exit_code == 2
    assert sentence in result.stderr


def test_classes_in_another_order_are_refused(photos: Path, run: Run, tmp_path: Path) -> None:
    names = [c.name for c in PASCAL_VOC.classes]
    names[0], names[1] = names[1], names[0]
    (tmp_path / "classes.json").write_text(json.dumps(names))
    result = run("label", photos, "--out", tmp_path / "out", "--classes", tmp_path / "classes.json")
    assert result.exit_code == 2
    assert "calls class 1 'bicycle'" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--model", "nowhere.safetensors"], "efficientnet_lite0_voc"),
        (["--device", "abacus"], "abacus"),
        (["--precision", "int3"], "int3"),
        (["--scales", "0"], "Scales must be"),
    ],
)
def test_unusable_model_options_stop_with_a_sentence(
    photos: Path, run: Run, tmp_path: Path, arguments: list[str], sentence: str
) -> None:
    result = run("label", photos, "--out", tmp_path / "out", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not (tmp_path / "out").exists()


def test_a_damaged_checkpoint_is_named(photos: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"\x10\x00\x00\x00\x00\x00\x00\x00{")
    result = run("label", photos, "--out", tmp_path / "out", "--model", tmp_path / "model.safetensors")
    assert result.exit_code == 2
    assert "model.safetensors" in result.stderr


def test_an_image_whose_label_row_names_an_unknown_class_fails_alone(photos: Path, run: Run, tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("chelsea,cat,unicorn\nmotorcycle_left,motorbike\n")
    result = run("label", photos, "--out", tmp_path / "out", "--labels", tmp_path / "labels.csv", *QUICK)
    assert result.exit_code == 1
    assert "unicorn" in result.stderr
    assert [p.name for p in (tmp_path / "out").glob("*.png")] == ["motorcycle_left.png"]


def test_demo_writes_a_project_and_a_contact_sheet(run: Run, tmp_path: Path) -> None:
    out = tmp_path / "demo"
    result = run("demo", "--out", out, "--no-gui")
    assert result.exit_code == 0, result.stderr
    assert len(list((out / "label_maps").glob("*.png"))) == 4
    assert len(list((out / "overlays").glob("*.jpg"))) == 4
    assert "CC0" in (out / "SOURCES.md").read_text()
    with Image.open(out / "contact_sheet.png") as sheet:
        assert sheet.width > 1000
    shutil.rmtree(out / "label_maps")
    assert run("demo", "--out", out).exit_code == 0, "it can be run again into the same folder"


def test_classes_that_the_checkpoint_recommends_ignore_saliency_unless_told_otherwise(
    photos: Path, run: Run, tmp_path: Path
) -> None:
    loaded = load_checkpoint(find_model(DEFAULT_MODEL))
    saliency = replace(loaded.info.recommended.saliency, ignore_saliency=("cat",))
    info = replace(loaded.info, recommended=replace(loaded.info.recommended, saliency=saliency))
    save_checkpoint(tmp_path / "own.safetensors", loaded.network, info)
    Image.fromarray(np.zeros((300, 451), np.uint8)).save(tmp_path / "chelsea.png")
    (tmp_path / "labels.csv").write_text("chelsea,cat\n")
    command = ("label", photos / "chelsea.png", "--labels", tmp_path / "labels.csv", "--saliency", tmp_path)
    shares = {}
    for name, own in (("recommended", ()), ("told", ("--ignore-saliency", "none"))):
        out = tmp_path / name
        result = run(*command, "--model", tmp_path / "own.safetensors", "--out", out, "--theta", "1", *own, *QUICK)
        assert result.exit_code == 0, result.stderr
        with Image.open(out / "chelsea.png") as image:
            shares[name] = (np.asarray(image) == CAT).mean()
    assert shares["recommended"] > shares["told"] + 0.05
