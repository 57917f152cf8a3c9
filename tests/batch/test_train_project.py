"""A project's ticks as training data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from edam_gui.batch.train_project import resolve_project
from edam_gui.batch.train_validation import ValidationRequest
from edam_gui.cli import app
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.imaging.label_map_file import write_label_map
from edam_gui.project.opening import create_project, look_at, set_role
from edam_gui.project.store import ProjectStore, Role, Status, Ticks
from edam_gui.project.store.changes import SetStatus, SetTicks
from edam_gui.training.run_folder import open_run

CAT, DOG = PASCAL_VOC.index("cat"), PASCAL_VOC.index("dog")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Six photos: cat, cat and an unconfirmed dog, only suggested, unknown, no class, skipped."""
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(6):
        Image.fromarray(np.full((40, 50, 3), 40 * number, np.uint8)).save(folder / f"p{number}.png")
    with create_project(look_at(folder), PASCAL_VOC) as store:
        ids = store.ids()
        ticks = [
            Ticks(frozenset({CAT})),
            Ticks(frozenset({CAT, DOG}), frozenset({DOG})),
            Ticks(frozenset({DOG}), frozenset({DOG})),
            None,
            Ticks(frozenset()),
            Ticks(frozenset({CAT})),
        ]
        store.submit(*(SetTicks(image, known) for image, known in zip(ids, ticks, strict=True)))
        store.submit(SetStatus(ids[0], Status.ACCEPTED), SetStatus(ids[5], Status.SKIPPED))
    return folder


def test_only_confirmed_ticks_count(project: Path) -> None:
    manifest, problems = resolve_project(project)
    assert [(image.path.name, image.classes) for image in manifest.images] == [
        ("p0.png", (CAT,)),
        ("p1.png", (CAT,)),
        ("p4.png", ()),
    ]
    assert manifest.unlabelled == 2
    assert not problems
    assert manifest.label_set.names == PASCAL_VOC.names


def test_accepted_images_alone(project: Path) -> None:
    manifest, _ = resolve_project(project, accepted_only=True)
    assert [image.path.name for image in manifest.images] == ["p0.png"]


def test_images_with_ground_truth_are_for_validation(project: Path, tmp_path: Path) -> None:
    truth = tmp_path / "truth"
    write_label_map(truth / "p3.png", np.zeros((40, 50), np.uint8))
    with ProjectStore.open(project / "project.edam") as store:
        set_role(store, Role.GROUND_TRUTH, truth)
    manifest, _ = resolve_project(project, granted=[truth])
    assert [(v.path.name, v.label_map) for v in manifest.validation] == [("p3.png", truth / "p3.png")]
    with pytest.raises(OptionError, match="--allow"):
        resolve_project(project)


def test_the_command_validates_on_other_label_maps_if_told_to(project: Path, tmp_path: Path) -> None:
    own, other = tmp_path / "own", tmp_path / "other"
    write_label_map(own / "p3.png", np.zeros((40, 50), np.uint8))
    write_label_map(other / "p1.png", np.zeros((40, 50), np.uint8))
    with ProjectStore.open(project / "project.edam") as store:
        set_role(store, Role.GROUND_TRUTH, own)
    command = ["train", str(tmp_path / "run"), "--project", str(project), "--allow", str(own), "--prepare"]
    found = CliRunner().invoke(app, [*command, "--val-gt", str(other)])
    assert found.exit_code == 0, found.output
    assert [v.label_map for v in open_run(tmp_path / "run")[2].validation] == [other / "p1.png"]
    assert "1 of 1 images for validation are learned from too" in " ".join(found.output.split())


def test_the_label_maps_may_have_photos_and_labels_of_their_own(project: Path, tmp_path: Path) -> None:
    held_out = tmp_path / "held-out"
    (held_out / "images").mkdir(parents=True)
    Image.new("RGB", (50, 40)).save(held_out / "images" / "new.png")
    write_label_map(held_out / "label_maps" / "new.png", np.zeros((40, 50), np.uint8))
    (tmp_path / "labels.csv").write_text("new,dog\n")
    wanted = ValidationRequest(held_out, None, tmp_path / "labels.csv")
    manifest, _ = resolve_project(project, validation=wanted)
    assert [(v.path.name, v.classes) for v in manifest.validation] == [("new.png", (DOG,))]
    (held_out / "label_maps" / "new.png").rename(held_out / "label_maps" / "other.png")
    with pytest.raises(InputFileError, match="holds no label map"):
        resolve_project(project, validation=wanted)


def test_a_project_that_is_open_elsewhere_can_be_read(project: Path) -> None:
    with ProjectStore.open(project / "project.edam"):
        assert len(resolve_project(project)[0].images) == 3


def test_without_ticks_there_is_nothing_to_learn(project: Path) -> None:
    with ProjectStore.open(project / "project.edam") as store:
        store.submit(*(SetTicks(image, None) for image in store.ids()))
    with pytest.raises(OptionError, match="no image has a confirmed class"):
        resolve_project(project)


def test_the_command_prepares_a_run_of_a_project_and_lists_it(project: Path, tmp_path: Path) -> None:
    run = project / "runs" / "one"
    found = CliRunner().invoke(app, ["train", str(run), "--project", str(project), "--prepare", "crop=64"])
    assert found.exit_code == 0, found.output
    _, config, manifest = open_run(run)
    assert config.crop == 64
    assert len(manifest.images) == 3
    listed = CliRunner().invoke(app, ["runs", str(project), "--json", "-"])
    assert listed.exit_code == 0
    assert '"state": "prepared"' in listed.output
    assert str(run) in listed.output
    assert CliRunner().invoke(app, ["runs", str(tmp_path / "nothing")]).exit_code == 2
    everywhere = CliRunner().invoke(app, ["runs", "--json", "-"])
    assert str(run) in everywhere.output, "runs of the command line are listed without naming their folder, too"


def test_samples_of_runs_are_no_photos_of_the_project(project: Path) -> None:
    (project / "runs" / "one" / "samples").mkdir(parents=True)
    for name in ("config.json", "manifest.json", "events.jsonl"):
        (project / "runs" / "one" / name).write_text("{}")
    (project / "runs" / "one" / "samples" / "p.png").write_bytes((project / "p0.png").read_bytes())
    (project / "project.edam").unlink()
    with create_project(look_at(project), PASCAL_VOC) as store:
        assert store.count() == 6
