from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from edam_gui.imaging.label_map_file import write_label_map
from tests.batch.conftest import Data, Run, read_json
from tests.golden.data import HERE, NAMES, load

GOLDEN = json.loads((HERE / "labels/eval_golden.json").read_text())["results"]


@pytest.fixture
def predictions(data: Data) -> Path:
    for name in NAMES:
        write_label_map(data.root / "pred" / f"{name}.png", load("labels", name)["infer_sal"][5])
    return data.root / "pred"


def test_figures_equal_the_authors(data: Data, run: Run, predictions: Path) -> None:
    report = data.root / "report.json"
    result = run("evaluate", "--pred", predictions, "--gt", data.gt, "--absent-as-zero", "--json", report)
    assert result.exit_code == 0, result.stderr
    content = read_json(report)
    expected = GOLDEN["5"]["sal"]
    assert content["miou"] * 100 == pytest.approx(expected["mIoU"], abs=1e-9)
    assert content["per_class"]["bus"]["iou"] * 100 == pytest.approx(expected["bus"], abs=1e-9)
    assert content["images"] == 3
    assert content["missing"] == []
    assert np.array(content["confusion"]).shape == (21, 21)
    assert f"mIoU {expected['mIoU']:.2f} % over 3 image(s)" in result.stdout


def test_a_missing_prediction_is_named(data: Data, run: Run, predictions: Path) -> None:
    (predictions / f"{NAMES[1]}.png").unlink()
    report = data.root / "report.json"
    result = run("evaluate", "--pred", predictions, "--gt", data.gt, "--json", report)
    assert result.exit_code == 1
    assert read_json(report)["missing"] == [f"{NAMES[1]}.png"]
    assert NAMES[1] in result.stderr


def test_a_prediction_of_another_size_is_named_with_both_sizes(data: Data, run: Run, predictions: Path) -> None:
    write_label_map(predictions / f"{NAMES[0]}.png", np.zeros((10, 20), np.uint8))
    result = run("evaluate", "--pred", predictions, "--gt", data.gt)
    assert result.exit_code == 1
    assert "20 x 10" in result.stderr
    assert "160 x 107" in result.stderr
    assert f"{NAMES[0]}.png" in result.stderr


def test_a_list_picks_the_images(data: Data, run: Run, predictions: Path) -> None:
    (data.root / "val.txt").write_text(f"{NAMES[2]}\n")
    report = data.root / "report.json"
    run(
        *("evaluate", "--pred", predictions, "--gt", data.gt, "--list", data.root / "val.txt", "--json", report),
    )
    assert read_json(report)["images"] == 1


def test_nothing_in_common_is_said_and_fails(data: Data, run: Run, tmp_path: Path) -> None:
    (tmp_path / "none").mkdir()
    result = run("evaluate", "--pred", tmp_path / "none", "--gt", data.gt)
    assert result.exit_code == 2
    assert "none holds no label map for any image in" in result.stderr


def test_the_last_line_says_how_many_of_how_many(data: Data, run: Run, predictions: Path) -> None:
    (predictions / f"{NAMES[1]}.png").unlink()
    assert "over 2 of 3 image(s)" in run("evaluate", "--pred", predictions, "--gt", data.gt).stdout


def test_a_plot_that_is_no_png_is_refused(data: Data, run: Run, predictions: Path) -> None:
    result = run("evaluate", "--pred", predictions, "--gt", data.gt, "--plot", data.root / "plot.pdf")
    assert result.exit_code == 2
    assert "ends in .png" in result.stderr


def test_a_folder_that_is_not_there_is_named(data: Data, run: Run) -> None:
    for arguments in (("--pred", data.root / "no", "--gt", data.gt), ("--pred", data.gt, "--gt", data.root / "no")):
        result = run("evaluate", *arguments)
        assert result.exit_code == 2
        assert str(data.root / "no") in result.stderr


def test_other_classes_come_from_a_class_file(data: Data, run: Run) -> None:
    shutil.rmtree(data.gt)
    (data.root / "classes.json").write_text('["leaf", "stem"]')
    labels = np.array([[0, 1, 2, 255]], np.uint8)
    write_label_map(data.gt / "a.png", labels)
    write_label_map(data.root / "pred" / "a.png", labels)
    report = data.root / "report.json"
    run(
        *("evaluate", "--pred", data.root / "pred", "--gt", data.gt),
        *("--classes", data.root / "classes.json", "--json", report),
    )
    content = read_json(report)
    assert list(content["per_class"]) == ["background", "leaf", "stem"]
    assert content["miou"] == 1


def test_the_plot_is_a_picture(data: Data, run: Run, predictions: Path) -> None:
    plot = data.root / "plot.png"
    result = run("evaluate", "--pred", predictions, "--gt", data.gt, "--plot", plot)
    assert result.exit_code == 0, result.stderr
    with Image.open(plot) as image:
        assert min(image.size) > 300
