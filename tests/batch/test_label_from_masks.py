"""`label --masks`: mask files of any method to label maps, end to end."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edam_gui.core.palette import voc_palette
from tests.batch.conftest import Data, Run, read_json
from tests.golden.data import NAMES, TRIPLES, load


def label_map(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.mode == "P"
        return np.asarray(image)


def test_the_authors_masks_and_saliency_give_the_authors_label_maps(data: Data, run: Run) -> None:
    triple = TRIPLES[5]
    result = run(
        *("label", data.photos, "--out", data.out, "--masks", data.masks, "--saliency", data.saliency),
        *("--theta", triple["theta_times_100"], "--alpha", triple["alpha"], "--beta", triple["beta"]),
    )
    assert result.exit_code == 0, result.stderr
    for name in NAMES:
        np.testing.assert_array_equal(label_map(data.out / f"{name}.png"), load("labels", name)["infer_sal"][5])


def test_label_maps_carry_the_voc_palette(data: Data, run: Run) -> None:
    run("label", data.photos, "--out", data.out, "--masks", data.masks)
    with Image.open(data.out / f"{NAMES[0]}.png") as image:
        assert image.getpalette() == voc_palette().reshape(-1).tolist()


def test_defaults_are_the_published_reference_values(data: Data, run: Run) -> None:
    report = data.root / "report.json"
    run("label", data.photos, "--out", data.out, "--masks", data.masks, "--saliency", data.saliency, "--json", report)
    options = read_json(report)["options"]
    values = {k: options[k] for k in ("dialect", "rule", "theta", "alpha", "beta", "background", "score_form")}
    assert values == {
        "dialect": "reference",
        "rule": "pixel",
        "theta": 20.0,
        "alpha": 1e-6,
        "beta": 0.99999,
        "background": 0.3,
        "score_form": "as stored",
    }
    assert set(options["sources"].values()) == {"default"}
    for name in NAMES:
        np.testing.assert_array_equal(label_map(data.out / f"{name}.png"), load("labels", name)["infer_sal"][0])


def test_saved_masks_give_the_same_label_maps_again(data: Data, run: Run) -> None:
    saved, again = data.root / "saved", data.root / "again"
    run("label", data.photos, "--out", data.out, "--masks", data.masks, "--background", "0.4", "--save-masks", saved)
    result = run("label", data.photos, "--out", again, "--masks", saved, "--background", "0.4")
    assert result.exit_code == 0, result.stderr
    for name in NAMES:
        np.testing.assert_array_equal(label_map(again / f"{name}.png"), label_map(data.out / f"{name}.png"))


def test_labels_decide_which_classes_may_get_pixels(data: Data, run: Run) -> None:
    labels = data.root / "own.csv"
    labels.write_text(f"{NAMES[0]},aeroplane\n{NAMES[1]}\n")
    report = data.root / "report.json"
    run(
        *("label", data.photos, "--out", data.out, "--masks", data.masks, "--labels", labels),
        *("--background", "0", "--json", report),
    )
    assert set(np.unique(label_map(data.out / f"{NAMES[0]}.png"))) <= {0, 1}
    assert not label_map(data.out / f"{NAMES[1]}.png").any(), "an empty row means no class"
    assert len(np.unique(label_map(data.out / f"{NAMES[2]}.png"))) > 2, "no row: the classes in the mask file"
    images = {i["image"]: i for i in read_json(report)["images"]}
    assert images[f"{NAMES[0]}.png"]["classes"] == ["aeroplane"]


def test_a_labelled_class_without_a_map_is_reported(data: Data, run: Run) -> None:
    labels = data.root / "own.csv"
    labels.write_text(f"{NAMES[0]},aeroplane,sofa\n")
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, "--labels", labels)
    assert "there is no activation mask for sofa" in result.stderr


def test_one_bad_image_is_named_and_the_rest_is_done(data: Data, run: Run) -> None:
    (data.photos / "broken.jpg").write_bytes(b"")
    report = data.root / "report.json"
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, "--json", report)
    assert result.exit_code == 1
    assert "broken.jpg" in result.stderr
    assert "Traceback" not in result.stderr
    content = read_json(report)
    assert [f["image"] for f in content["failed"]] == ["broken.jpg"]
    assert len(content["images"]) == 3
    assert not (data.out / "broken.png").exists()


def test_a_missing_saliency_map_fails_that_image_only(data: Data, run: Run) -> None:
    (data.saliency / f"{NAMES[1]}.png").unlink()
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, "--saliency", data.saliency)
    assert result.exit_code == 1
    assert f"{NAMES[1]}.png: there is no saliency map of this name" in result.stderr
    assert sorted(p.name for p in data.out.glob("*.png")) == [f"{NAMES[0]}.png", f"{NAMES[2]}.png"]


def test_a_saliency_map_of_another_size_is_resized_and_said(data: Data, run: Run) -> None:
    path = data.saliency / f"{NAMES[0]}.png"
    with Image.open(path) as image:
        image.resize((80, 60)).save(path)
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, "--saliency", data.saliency)
    assert result.exit_code == 0
    assert "80" in result.stderr
    assert "160" in result.stderr
    assert label_map(data.out / f"{NAMES[0]}.png").shape == (107, 160)


def test_resume_keeps_valid_label_maps_and_redoes_damaged_ones(data: Data, run: Run) -> None:
    command = ("label", data.photos, "--out", data.out, "--masks", data.masks)
    run(*command)
    kept = data.out / f"{NAMES[0]}.png"
    before = kept.stat().st_mtime_ns
    (data.out / f"{NAMES[1]}.png").write_bytes(b"\x89PNG broken")
    report = data.root / "report.json"
    result = run(*command, "--resume", "--json", report)
    assert result.exit_code == 0
    assert kept.stat().st_mtime_ns == before
    assert [i["image"] for i in read_json(report)["images"]] == [f"{NAMES[1]}.png"]
    assert run(*command, "--resume").exit_code == 0, "all valid already is success"


def test_resume_with_other_options_stops_unless_overwrite(data: Data, run: Run) -> None:
    command = ("label", data.photos, "--out", data.out, "--masks", data.masks)
    run(*command)
    first = label_map(data.out / f"{NAMES[0]}.png")
    stopped = run(*command, "--background", "0.9", "--resume")
    assert stopped.exit_code == 2
    assert "other options" in stopped.stderr
    np.testing.assert_array_equal(label_map(data.out / f"{NAMES[0]}.png"), first)
    assert run(*command, "--background", "0.9", "--resume", "--overwrite").exit_code == 0
    assert (label_map(data.out / f"{NAMES[0]}.png") != first).any()


def test_labels_that_name_no_image_stop_the_run(data: Data, run: Run) -> None:
    labels = data.root / "own.csv"
    labels.write_text("foo,dog\nbar,cat\n")
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, "--labels", labels)
    assert result.exit_code == 2
    assert f"own.csv: names none of the images in {data.photos}" in result.stderr


def test_images_without_a_label_row_are_counted(data: Data, run: Run) -> None:
    labels = data.root / "own.csv"
    labels.write_text(f"{NAMES[0]},aeroplane\n")
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, "--labels", labels)
    assert "2 of 3 images: the classes in the mask file are used" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--theta", "30", "--alpha", "0.2"], "--theta, --alpha have no effect here"),
        (["--dialect", "paper", "--beta", "0.2"], "--beta has no effect here"),
        (["--scores", "crf", "--background", "0.2"], "most likely label of the dense CRF"),
        (["--scales", "1", "--device", "cpu"], "--scales, --device have no effect with --masks"),
        (["--ignore-saliency", "cat"], "--ignore-saliency has no effect"),
        (["--overwrite"], "--overwrite has an effect with --resume only"),
    ],
)
def test_options_without_effect_are_said(data: Data, run: Run, arguments: list[str], sentence: str) -> None:
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, *arguments)
    assert result.exit_code == 0
    assert sentence in result.stderr


def test_options_with_effect_are_not_remarked_on(data: Data, run: Run) -> None:
    result = run(
        *("label", data.photos, "--out", data.out, "--masks", data.masks, "--saliency", data.saliency),
        *("--theta", "30", "--alpha", "0.2", "--beta", "0.5", "--ignore-saliency", "cat"),
    )
    assert "no effect" not in result.stderr


def test_an_older_label_map_of_a_failed_image_is_pointed_out(data: Data, run: Run) -> None:
    command = ("label", data.photos, "--out", data.out, "--masks", data.masks)
    run(*command)
    (data.masks / f"{NAMES[0]}.npy").write_bytes(b"")
    result = run(*command)
    assert result.exit_code == 1
    assert f"an older {data.out / NAMES[0]}.png is still there" in result.stderr


def test_a_damaged_recommendation_file_gets_a_sentence(data: Data, run: Run) -> None:
    (data.masks / "masks.json").write_text('{"recommended": {"saliency": {"theta": "high"}}}')
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks)
    assert result.exit_code == 2
    assert "masks.json: is damaged" in result.stderr


def test_a_damaged_run_file_gets_a_sentence(data: Data, run: Run) -> None:
    data.out.mkdir()
    (data.out / "run.json").write_text("{")
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, "--resume")
    assert result.exit_code == 2
    assert "run.json: is damaged" in result.stderr


def test_run_file_tells_what_the_run_was_made_with(data: Data, run: Run) -> None:
    run("label", data.photos, "--out", data.out, "--masks", data.masks, "--background", "0.35")
    content = read_json(data.out / "run.json")
    assert content["state"] == "done"
    assert content["options"]["background"] == 0.35
    assert content["options"]["sources"]["background"] == "option"
    assert content["written"] == 3
    assert len(content["options_hash"]) == len(content["inputs_hash"]) == 64


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--saliency-method", "rbd"], "goes with --saliency auto"),
        (["--saliency", "auto", "--saliency-method", "magic"], "no saliency method 'magic'"),
        (["--ignore-saliency", "unicorn"], "'unicorn' is not one of the 20 classes"),
        (["--scores", "crf", "--crf", "size=3"], "--crf knows iterations"),
        (["--refine", "--crf", "iterations=many"], "'many' is not a number"),
        (["--refine", "--crf", "bilateral_srgb=0"], "bilateral_srgb must lie between"),
        (["--model", "efficientnet_lite0_voc"], "either --masks or --model"),
        (["--rule", "region"], "'paper' dialect only"),
        (["--alpha", "2"], "alpha must lie between 0 and 1"),
        (["--theta", "nan"], "theta must be a finite number"),
        (["--labels", "nowhere.csv"], "nowhere.csv"),
        (["--list", "nowhere.txt"], "nowhere.txt"),
        (["--classes", "nowhere.json"], "nowhere.json"),
        (["--saliency", "nowhere"], "nowhere"),
        (["--scales", "1,two"], "--scales takes numbers"),
    ],
)
def test_unusable_arguments_stop_with_a_sentence(data: Data, run: Run, arguments: list[str], sentence: str) -> None:
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not list(data.root.glob("out/*.png"))


def test_label_maps_are_not_written_among_the_photos(data: Data, run: Run) -> None:
    result = run("label", data.photos, "--out", data.photos, "--masks", data.masks)
    assert result.exit_code == 2
    assert "choose another --out folder" in result.stderr


def test_an_output_folder_below_the_photos_is_not_labelled_itself(data: Data, run: Run) -> None:
    command = ("label", data.photos, "--out", data.photos / "labels", "--masks", data.masks)
    assert run(*command).exit_code == 0
    report = data.root / "report.json"
    assert run(*command, "--json", report).exit_code == 0
    assert len(read_json(report)["images"]) == 3


def test_masks_saved_as_mean_scores_are_used_as_they_are(data: Data, run: Run) -> None:
    for name in NAMES:
        own = load("msf", name)
        np.savez(
            data.masks / f"{name}.npz",
            scores=own["norm_cam_present"] * np.float32(0.5),
            classes=own["present"] + 1,
            score_form="mean",
            passes=8,
            raw_max=own["norm_cam_present"].max(axis=(1, 2)) * np.float32(4),
        )
        (data.masks / f"{name}.npy").unlink()
    run("label", data.photos, "--out", data.out, "--masks", data.masks, "--background", "0.4")
    own = load("msf", NAMES[0])
    best = own["norm_cam_present"].max(axis=0) * np.float32(0.5)
    expected = np.where(best > np.float32(0.4), own["present"][own["norm_cam_present"].argmax(axis=0)] + 1, 0)
    np.testing.assert_array_equal(label_map(data.out / f"{NAMES[0]}.png"), expected)


def test_an_empty_folder_is_said_to_be_empty(data: Data, run: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    result = run("label", tmp_path / "empty", "--out", data.out, "--masks", data.masks)
    assert result.exit_code == 2
    assert "holds no images" in result.stderr


def test_an_output_folder_that_cannot_be_made_stops_the_run(data: Data, run: Run) -> None:
    (data.root / "file").write_text("in the way")
    result = run("label", data.photos, "--out", data.root / "file" / "out", "--masks", data.masks)
    assert result.exit_code == 2
    assert "file" in result.stderr
    assert "Traceback" not in result.stderr


def test_a_full_disk_fails_each_image_and_leaves_nothing_half_written(
    data: Data, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.replace

    def full(source: object, target: object, **options: object) -> None:
        if str(target).endswith(".png"):
            raise OSError(errno.ENOSPC, "No space left on device")
        real(source, target, **options)

    monkeypatch.setattr(os, "replace", full)
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks)
    assert result.exit_code == 2, "nothing was done"
    assert result.stderr.count("Failed: ") == 3
    assert [p.name for p in data.out.iterdir()] == ["run.json"]


def test_a_hostile_mask_file_runs_nothing(data: Data, run: Run) -> None:
    class Evil:
        def __reduce__(self) -> tuple[object, ...]:
            return os.system, (f"touch {data.root}/executed",)

    np.save(data.masks / f"{NAMES[0]}.npy", {0: Evil()}, allow_pickle=True)
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks)
    assert result.exit_code == 1
    assert f"{NAMES[0]}.npy" in result.stderr
    assert not (data.root / "executed").exists()


def test_json_on_standard_output_is_json_and_nothing_else(data: Data, run: Run) -> None:
    result = run("label", data.photos, "--out", data.out, "--masks", data.masks, "--json", "-")
    assert len(json.loads(result.stdout)["images"]) == 3


def test_two_photos_of_one_stem_keep_their_extensions(data: Data, run: Run) -> None:
    with Image.open(data.photos / f"{NAMES[0]}.png") as image:
        image.convert("RGB").save(data.photos / f"{NAMES[0]}.jpg")
    run("label", data.photos, "--out", data.out, "--masks", data.masks)
    assert (data.out / f"{NAMES[0]}.png.png").exists()
    assert (data.out / f"{NAMES[0]}.jpg.png").exists()


def test_overlays_are_pictures_of_the_photos_size(data: Data, run: Run) -> None:
    run("label", data.photos, "--out", data.out, "--masks", data.masks, "--save-overlays", data.root / "overlays")
    with Image.open(data.root / "overlays" / f"{NAMES[0]}.jpg") as image:
        assert image.size == (160, 107)


def test_a_voc_root_brings_its_own_labels_and_list(data: Data, run: Run) -> None:
    root = data.root / "VOC"
    for folder in ("JPEGImages", "Annotations", "ImageSets/Segmentation"):
        (root / folder).mkdir(parents=True)
    for name in NAMES:
        with Image.open(data.photos / f"{name}.png") as image:
            image.save(root / "JPEGImages" / f"{name}.jpg")
        (root / "Annotations" / f"{name}.xml").write_text(
            "<annotation><object><name>aeroplane</name></object></annotation>"
        )
    (root / "ImageSets/Segmentation/train.txt").write_text(f"{NAMES[0]}\n{NAMES[2]}\n")
    report = data.root / "report.json"
    result = run(
        *("label", root, "--list", root / "ImageSets/Segmentation/train.txt"),
        *("--out", data.out, "--masks", data.masks, "--json", report),
    )
    assert result.exit_code == 0, result.stderr
    images = read_json(report)["images"]
    assert [i["image"] for i in images] == [f"{NAMES[0]}.jpg", f"{NAMES[2]}.jpg"]
    assert images[0]["classes"] == ["aeroplane"]
