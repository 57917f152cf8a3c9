"""`main.py train` up to the first step, in this process."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from edam_gui.batch.train_data import TrainDataRequest, resolve_data
from edam_gui.cli import app
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.training.config_text import SETTABLE
from edam_gui.training.run_folder import RunFolder, RunState, find_state, open_run
from tests.training.running import data_options
from tests.training.tiny import CLASSES, SETTINGS, tiny_images, write_data


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_data(tmp_path_factory.mktemp("cli") / "set")


def run(*arguments: object) -> Result:
    return CliRunner().invoke(app, ["train", *map(str, arguments)])


def quick(data: Path, *settings: str) -> list[str]:
    keys = {word.partition("=")[0] for word in settings}
    fixed = [word for word in SETTINGS if word.partition("=")[0] not in {*keys, "threads"}]
    return [*data_options(data), *fixed, *settings]


def test_a_run_is_started_resumed_and_made_longer(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "run"
    first = run(folder, *quick(data, "max_steps=3"), "--seed", 5, "--json", tmp_path / "result.json")
    assert first.exit_code == 0, first.output
    assert json.loads((tmp_path / "result.json").read_text()) == {
        "outcome": "finished",
        "sentence": "",
        "step": 3,
        "max_steps": 3,
    }
    assert "mIoU" in first.output
    assert str(RunFolder(folder).best) in first.output.replace("\n", "")
    assert open_run(folder)[1].seed == 5
    again = run(folder, *quick(data, "max_steps=3"))
    assert again.exit_code == 2
    assert "add --resume" in again.output
    longer = run(folder, "--resume", "max_steps=4", "--device", "cpu")
    assert longer.exit_code == 0, longer.output
    assert "step 3 of 4" in longer.output.replace("\n", " ")
    assert open_run(folder)[1].max_steps == 4


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--preset", "huge"], "no preset 'huge'"),
        (["max_step=3"], "did you mean 'max_steps'"),
        ([], "needs either --data"),
        (["--resume"], "holds no training run"),
        (["--project", "x.edam"], "x.edam"),
        (["--device", "tpu"], "no device 'tpu'"),
        (["--project", "x.edam", "--labels", "x.csv"], "--labels cannot be given with --project"),
        (["--resume", "--data", "x"], "--data cannot be given with --resume"),
        (["DATA", "init=nothing.safetensors"], "neither a file nor the name"),
        (["DATA", "--prepare", "init=nothing.safetensors"], "neither a file nor the name"),
        (["DATA", "--prepare", "group_size=1"], "group_size must be"),
    ],
)
def test_what_is_asked_wrongly_is_said_and_leaves_nothing(
    tmp_path: Path, data: Path, arguments: list[str], sentence: str
) -> None:
    if arguments[:1] == ["DATA"]:
        arguments = [*quick(data, *(a for a in arguments[1:] if "=" in a)), *(a for a in arguments[1:] if "=" not in a)]
    result = run(tmp_path / "runs" / "run", *arguments)
    assert result.exit_code == 2
    assert sentence in result.output.replace("\n", " ")
    assert not list(tmp_path.iterdir())
    assert "no training runs" in CliRunner().invoke(app, ["runs"]).output


def test_a_folder_with_other_things_keeps_them_when_a_run_is_refused(tmp_path: Path, data: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    assert run(tmp_path, *quick(data, "init=nothing.safetensors")).exit_code == 2
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_a_setting_is_no_folder(tmp_path: Path, data: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = run("max_steps=5", *quick(data))
    assert result.exit_code == 2
    assert "first argument is the folder of the run" in result.output
    assert not list(tmp_path.iterdir())


def test_photos_and_projects_are_no_run_folders(tmp_path: Path, data: Path) -> None:
    before = sorted(data.rglob("*"))
    for folder in (data / "images", data):
        result = run(folder, *quick(data), "--prepare")
        assert result.exit_code == 2
        assert "would lie among it" in result.output.replace("\n", " ")
    assert sorted(data.rglob("*")) == before
    (tmp_path / "project.edam").touch()
    assert "project.edam" in run(tmp_path, *quick(data), "--prepare").output


def test_nothing_is_done_again(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "run"
    assert run(folder, *quick(data, "max_steps=2")).exit_code == 0
    events = (folder / "events.jsonl").read_bytes()
    for words, sentence in (
        (["max_steps=1"], "already at step 2; max_steps=1 is less"),
        ([], "max_steps=2 is no more"),
    ):
        result = run(folder, "--resume", *words)
        assert result.exit_code == 0
        assert sentence in result.output.replace("\n", " ")
        assert "such as max_steps=4, goes on" in result.output.replace("\n", " ")
    assert open_run(folder)[1].max_steps == 2
    assert (folder / "events.jsonl").read_bytes() == events


def test_help_names_every_setting_with_its_default() -> None:
    text = " ".join(run("--help").output.split())
    assert not [key for key in SETTABLE if f"{key}=" not in text]
    assert "lr=0.003 [authors: 0.001]" in text
    assert "max_steps' above 0 overrides 'epochs'" in text


def test_a_run_stands_for_its_model(tmp_path: Path, data: Path) -> None:
    folder, out = tmp_path / "run", tmp_path / "out"
    assert run(folder, *quick(data, "max_steps=1")).exit_code == 0

    def label(model: Path) -> Result:
        images = [str(data / "images"), "--out", str(out), "--labels", str(data / "labels.csv"), "--model", str(model)]
        return CliRunner().invoke(app, ["label", *images, "--classes", str(data / "classes.json"), "--scales", "1"])

    done = label(folder)
    assert done.exit_code == 0, done.output
    assert f"its model is {RunFolder(folder).best}" in done.output.replace("\n", "")
    wrong = label(RunFolder(folder).state)
    assert wrong.exit_code == 2
    assert f"not a model; give {RunFolder(folder).best}" in wrong.output.replace("\n", "")


def test_an_unknown_class_is_named(tmp_path: Path, data: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("p0,dics\n")
    result = run(tmp_path / "run", *quick(data), "--labels", str(labels))
    assert result.exit_code == 2
    assert "'dics' is not one of the 3 classes; did you mean 'disc'?" in result.output.replace("\n", " ")


def test_settings_that_must_not_change_are_refused_on_resume(tmp_path: Path, data: Path) -> None:
    folder = tmp_path / "run"
    assert run(folder, *quick(data), "--prepare").exit_code == 0
    result = run(folder, "--resume", "--seed", 3)
    assert result.exit_code == 2
    assert "'seed' cannot change" in result.output


def test_a_run_can_be_prepared_checked_and_timed_before_it_starts(tmp_path: Path, data: Path) -> None:
    folder, report = tmp_path / "run", tmp_path / "check.json"
    prepared = run(folder, *quick(data, "max_steps=2"), "--prepare", "--json", report)
    assert prepared.exit_code == 0, prepared.output
    assert f"Ready: 10 images to learn from, 3 to validate on. Start: main.py train {folder} --resume" in (
        prepared.output.replace("\n", "")
    )
    assert json.loads(report.read_text())["check"]["images_per_class"] == {"disc": 5, "box": 4, "cross": 1}
    assert find_state(folder).state is RunState.PREPARED
    timed = run(folder, "--estimate", "--json", report, "--device", "cpu")
    assert timed.exit_code == 0, timed.output
    assert json.loads(report.read_text())["estimate"]["max_steps"] == 2
    assert find_state(folder).state is RunState.PREPARED
    started = run(folder, "--resume", "--device", "cpu")
    assert started.exit_code == 0, started.output
    assert find_state(folder).state is RunState.FINISHED


def test_photos_of_which_all_show_a_class_need_no_negatives(tmp_path: Path, data: Path) -> None:
    labels = tmp_path / "labels.csv"
    labels.write_text("p0,disc\np1,box\np3,disc\n")
    options = [*quick(data), "--labels", str(labels), "--prepare"]
    assert run(tmp_path / "run", *options).exit_code == 0
    _, config, manifest = open_run(tmp_path / "run")
    assert config.negatives == 0
    assert (len(manifest.images), manifest.unlabelled) == (3, 7)


def test_data_become_a_manifest(data: Path, tmp_path: Path) -> None:
    request = TrainDataRequest(data / "images", labels=data / "labels.csv", classes=data / "classes.json")
    manifest, problems = resolve_data(request)
    assert problems == ()
    assert [i.classes for i in manifest.images] == [s.classes for s in tiny_images()]
    assert manifest.label_set == CLASSES
    assert manifest.validation == ()
    listed = tmp_path / "list.txt"
    listed.write_text("p3\np9\n")
    chosen, _ = resolve_data(
        TrainDataRequest(data / "images", listed, data / "labels.csv", data / "classes.json", data)
    )
    assert [i.path.name for i in chosen.images] == ["p3.png", "p9.png"]
    assert [i.path.name for i in chosen.validation] == ["p0.png", "p1.png", "p2.png"]


def test_a_voc_root_needs_no_labels_option(data: Path, tmp_path: Path) -> None:
    root = tmp_path / "VOC"
    shutil.copytree(data / "images", root / "JPEGImages")
    shutil.copytree(data / "label_maps", root / "SegmentationClass")
    (root / "Annotations").mkdir()
    for name, found in (("p0", "disc"), ("p1", "box")):
        text = f"<annotation><object><name>{found}</name></object></annotation>"
        (root / "Annotations" / f"{name}.xml").write_text(text)
    manifest, _ = resolve_data(TrainDataRequest(root, classes=data / "classes.json", val_gt=root))
    assert [i.classes for i in manifest.images] == [(1,), (2,)]
    assert manifest.unlabelled == 8
    assert len(manifest.validation) == 3


def test_validation_labels_may_be_given(data: Path, tmp_path: Path) -> None:
    labels = tmp_path / "val.csv"
    labels.write_text("p0,disc,box\n")
    request = TrainDataRequest(
        data / "images", None, data / "labels.csv", data / "classes.json", data / "label_maps", None, labels
    )
    manifest, _ = resolve_data(request)
    assert [i.classes for i in manifest.validation] == [(1, 2), None, None]


def test_data_that_cannot_be_used_are_named(data: Path, tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="--labels is needed"):
        resolve_data(TrainDataRequest(data / "images"))
    (tmp_path / "other.csv").write_text("nobody,disc\n")
    with pytest.raises(InputFileError, match="names none of the images"):
        resolve_data(TrainDataRequest(data / "images", labels=tmp_path / "other.csv", classes=data / "classes.json"))
    (tmp_path / "maps").mkdir()
    shutil.copy(data / "label_maps" / "p0.png", tmp_path / "maps" / "q.png")
    with pytest.raises(InputFileError, match="holds no label map"):
        resolve_data(
            TrainDataRequest(
                data / "images", None, data / "labels.csv", data / "classes.json", val_gt=tmp_path / "maps"
            )
        )
