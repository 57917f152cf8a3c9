"""`saliency`: a folder of photos to a folder of saliency maps, end to end."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edam_gui.imaging.photo import read_photo
from edam_gui.imaging.saliency import make_saliency
from tests.batch.conftest import Data, Run, read_json
from tests.golden.data import NAMES
from tests.imaging.onnx_models import brightness, network, save


def grey(path: Path) -> np.ndarray:
    with Image.open(path) as image:
        assert image.format == "PNG"
        assert image.mode == "L"
        return np.asarray(image)


def test_every_photo_gets_an_8_bit_grey_map_of_its_size(data: Data, run: Run) -> None:
    report = data.root / "report.json"
    result = run("saliency", data.photos, "--out", data.out, "--json", report)
    assert result.exit_code == 0, result.stderr
    for name in NAMES:
        pixels = read_photo(data.photos / f"{name}.png").pixels
        np.testing.assert_array_equal(grey(data.out / f"{name}.png"), make_saliency(pixels))
    content = read_json(report)
    assert content["options"]["method"] == "rbd"
    assert [i["image"] for i in content["images"]] == [f"{name}.png" for name in sorted(NAMES)]
    assert read_json(data.out / "run.json")["state"] == "done"


def test_the_maps_serve_label_as_any_other(data: Data, run: Run) -> None:
    run("saliency", data.photos, "--out", data.out)
    labelled = data.root / "labels"
    result = run("label", data.photos, "--out", labelled, "--masks", data.masks, "--saliency", data.out)
    assert result.exit_code == 0, result.stderr
    assert len(list(labelled.glob("*.png"))) == 3
    assert "resized" not in result.stderr


def test_a_method_is_chosen_by_name(data: Data, run: Run) -> None:
    result = run("saliency", data.photos / f"{NAMES[0]}.png", "--out", data.out, "--method", "frequency")
    assert result.exit_code == 0, result.stderr
    pixels = read_photo(data.photos / f"{NAMES[0]}.png").pixels
    np.testing.assert_array_equal(grey(data.out / f"{NAMES[0]}.png"), make_saliency(pixels, "frequency"))


def test_names_mirror_the_photos(data: Data, run: Run) -> None:
    (data.photos / "sub").mkdir()
    (data.photos / f"{NAMES[0]}.png").rename(data.photos / "sub" / "a.png")
    with Image.open(data.photos / f"{NAMES[1]}.png") as image:
        image.save(data.photos / f"{NAMES[1]}.jpg")
    run("saliency", data.photos, "--out", data.out, "--method", "frequency")
    found = sorted(p.relative_to(data.out).as_posix() for p in data.out.rglob("*.png"))
    assert found == sorted(["sub/a.png", f"{NAMES[1]}.jpg.png", f"{NAMES[1]}.png.png", f"{NAMES[2]}.png"])


def test_a_list_chooses_the_photos(data: Data, run: Run) -> None:
    chosen = data.root / "list.txt"
    chosen.write_text(f"{NAMES[2]}\nnowhere\n")
    result = run("saliency", data.photos, "--out", data.out, "--list", chosen, "--method", "frequency")
    assert result.exit_code == 1, "the line that names no photo is a failure"
    assert "nowhere" in result.stderr
    assert [p.name for p in data.out.glob("*.png")] == [f"{NAMES[2]}.png"]


def test_one_bad_photo_is_named_and_the_rest_is_done(data: Data, run: Run) -> None:
    (data.photos / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    report = data.root / "report.json"
    result = run("saliency", data.photos, "--out", data.out, "--method", "frequency", "--json", report)
    assert result.exit_code == 1
    assert "broken.jpg" in result.stderr
    assert "Traceback" not in result.stderr
    assert [f["image"] for f in read_json(report)["failed"]] == ["broken.jpg"]
    assert len(list(data.out.glob("*.png"))) == 3


def test_resume_keeps_valid_maps_and_makes_the_others(data: Data, run: Run) -> None:
    command = ("saliency", data.photos, "--out", data.out, "--method", "frequency")
    run(*command)
    kept, cut, wrong = (data.out / f"{name}.png" for name in NAMES)
    whole = {path: path.read_bytes() for path in (kept, cut, wrong)}
    cut.write_bytes(whole[cut][: len(whole[cut]) // 2])
    Image.new("L", (3, 3)).save(wrong)
    os.utime(kept, ns=(2**62, 2**62))
    report = data.root / "report.json"
    result = run(*command, "--resume", "--json", report)
    assert result.exit_code == 0, result.stderr
    assert read_json(report)["kept"] == [f"{NAMES[0]}.png"]
    assert kept.stat().st_mtime_ns == 2**62
    assert {path: path.read_bytes() for path in (kept, cut, wrong)} == whole


def test_resume_with_another_method_stops_unless_told_to_overwrite(data: Data, run: Run) -> None:
    run("saliency", data.photos, "--out", data.out, "--method", "frequency")
    again = ("saliency", data.photos, "--out", data.out, "--method", "mbd", "--resume")
    result = run(*again)
    assert result.exit_code == 2
    assert "--overwrite" in result.stderr
    assert run(*again, "--overwrite").exit_code == 0
    pixels = read_photo(data.photos / f"{NAMES[0]}.png").pixels
    np.testing.assert_array_equal(grey(data.out / f"{NAMES[0]}.png"), make_saliency(pixels, "mbd"))


def test_maps_of_an_earlier_run_below_the_photos_are_no_photos(data: Data, run: Run) -> None:
    for _ in range(2):
        result = run("saliency", data.photos, "--out", data.photos / "maps", "--method", "frequency")
        assert result.exit_code == 0, result.stderr
    assert sorted(p.name for p in (data.photos / "maps").rglob("*.png")) == [f"{name}.png" for name in sorted(NAMES)]


def test_a_network_makes_the_maps(data: Data, run: Run) -> None:
    net = save(data.root / "net.onnx", network(brightness(), shape=(1, 3, "H", "W")))
    report = data.root / "report.json"
    result = run(
        *("saliency", data.photos, "--out", data.out, "--onnx", net, "--onnx-size", "64x48"),
        *("--onnx-mean", "0", "--onnx-std", "1", "--json", report),
    )
    assert result.exit_code == 0, result.stderr
    options = read_json(report)["options"]
    assert (options["method"], options["size"], options["mean"]) == ("onnx", [64, 48], [0, 0, 0])
    for name in NAMES:
        pixels = read_photo(data.photos / f"{name}.png").pixels
        found = grey(data.out / f"{name}.png")
        assert found.shape == pixels.shape[:2]
        assert np.corrcoef(found.reshape(-1), pixels.mean(axis=2).reshape(-1))[0, 1] > 0.8


def test_a_photo_the_network_fails_on_is_named(data: Data, run: Run) -> None:
    from onnx import helper

    net = save(data.root / "net.onnx", network([helper.make_node("Identity", ["image"], ["map"])]))
    result = run("saliency", data.photos, "--out", data.out, "--onnx", net)
    assert result.exit_code == 2, "nothing was made"
    assert f"{NAMES[0]}.png: has no saliency map" in result.stderr


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--method", "magic"], "no saliency method 'magic'"),
        (["--method", "rbd", "--onnx", "net.onnx"], "either --method or --onnx"),
        (["--onnx-size", "320"], "add --onnx FILE"),
        (["--onnx", "photos"], "is a folder"),
        (["--onnx", "nowhere.onnx"], "does not exist"),
        (["--onnx", "labels.csv"], "not an ONNX file"),
        (["--onnx", "labels.csv", "--onnx-mean", "0.5"], "go together"),
        (["--onnx", "labels.csv", "--onnx-size", "big"], "320x240"),
        (["--onnx", "labels.csv", "--onnx-order", "grb"], "'rgb' or 'bgr'"),
    ],
)
def test_unusable_options_are_one_sentence(
    data: Data, run: Run, monkeypatch: pytest.MonkeyPatch, arguments: list[str], sentence: str
) -> None:
    monkeypatch.chdir(data.root)
    result = run("saliency", "photos", "--out", "out", *arguments)
    assert result.exit_code == 2
    assert sentence in result.stderr
    assert not (data.out / f"{NAMES[0]}.png").exists()


def test_maps_are_not_written_among_the_photos(data: Data, run: Run) -> None:
    result = run("saliency", data.photos, "--out", data.photos)
    assert result.exit_code == 2
    assert "choose another --out" in result.stderr
