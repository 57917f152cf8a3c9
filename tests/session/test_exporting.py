"""What is exported is what is on the screen, to the pixel."""

from __future__ import annotations

import re
import signal
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from typer.testing import CliRunner

from edam_gui import cli_output
from edam_gui.batch.label_options import CrfOptions
from edam_gui.cli import app
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.brush import BrushPoint
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.core.options import Dialect, ScoreSource
from edam_gui.core.palette import voc_palette
from edam_gui.imaging.crf.parameters import CrfParameters
from edam_gui.project.export import ExportFormat, ExportReport, ExportRequest
from edam_gui.project.opening import create_project, look_at
from edam_gui.project.store import Query, Status
from edam_gui.session import exporting, headless
from edam_gui.session.model_host import ModelHost
from edam_gui.session.rules import Scope
from tests.session.conftest import Driven
from tests.session.projects import CAT, DOG, PATIENCE_S, make_folder, settle


def on_screen(driven: Driven) -> dict[str, UInt8Array]:
    """Show every image and return its label map."""
    session, queue = driven
    maps = {}
    for image in session.navigator.ids:
        session.navigator.go_to(image)
        settle(session, queue)
        assert session.current is not None
        assert session.current.labels is not None
        maps[session.current.entry.relative.stem] = session.current.labels.copy()
    return maps


def change_things(driven: Driven) -> None:
    """Make every kind of change: thresholds of a class and an image, ticks, strokes on labels and saliency."""
    session, queue = driven
    session.rules.set(theta=100.0, beta=0.6)
    session.rules.choose_scope(Scope.IMAGE, DOG)
    session.rules.set(alpha=0.95)
    session.editing.set_paint(replace(session.editing.paint, label=CAT))
    assert session.editing.begin_stroke(BrushPoint(10, 10))
    session.editing.extend_stroke([BrushPoint(60, 30)])
    session.editing.finish_stroke()
    session.navigator.next()
    settle(session, queue)
    session.ticks.untick(CAT)
    session.editing.set_paint(replace(session.editing.paint, label=255))
    assert session.editing.begin_stroke(BrushPoint(90, 40))
    session.editing.finish_stroke()
    settle(session, queue)


def export(driven: Driven, request: ExportRequest) -> ExportReport:
    session, queue = driven
    reports: list[ExportReport] = []
    session.exporting.finished.connect(reports.append)
    session.exporting.start(request, Query())
    assert queue.run_until(lambda: bool(reports), PATIENCE_S)
    return reports[0]


@pytest.mark.parametrize("dialect", list(Dialect))
@pytest.mark.parametrize("scores", list(ScoreSource))
def test_the_exported_map_is_the_one_on_the_screen(
    driven: Driven, tmp_path: Path, dialect: Dialect, scores: ScoreSource
) -> None:
    session, _ = driven
    session.rules.choose(dialect=dialect, scores=scores)
    session.labelling.set_crf_options(CrfOptions(CrfParameters(iterations=4, bilateral_srgb=20.0), 1.5))
    session.labelling.respect_strokes(True)
    change_things(driven)
    shown = on_screen(driven)
    report = export(driven, ExportRequest(tmp_path / "out", session.label_set))
    assert not report.failed
    assert len(report.written) == len(shown) == 2
    for name, labels in shown.items():
        with Image.open(tmp_path / "out" / "photos" / f"{name}.png") as picture:
            assert picture.mode == "P"
            assert picture.getpalette()[: 21 * 3] == voc_palette()[:21].reshape(-1).tolist()
            np.testing.assert_array_equal(np.asarray(picture), labels)


def test_the_command_exports_the_same(
    driven: Driven, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = driven
    change_things(driven)
    shown = on_screen(driven)
    session.navigator.set_status(Status.ACCEPTED)
    assert session.project is not None
    accepted = session.current
    assert accepted is not None
    project = session.project.store.path
    session.close()
    monkeypatch.setattr(ModelHost, "load_now", lambda _host, _choice, _match: None)
    result = CliRunner().invoke(app, ["export", str(project), "--out", str(tmp_path / "all"), "--json", "-"])
    assert result.exit_code == 0, result.output
    for name, labels in shown.items():
        with Image.open(tmp_path / "all" / "photos" / f"{name}.png") as picture:
            np.testing.assert_array_equal(np.asarray(picture), labels)
    some = tmp_path / "some"
    result = CliRunner().invoke(app, ["export", str(project), "--out", str(some), "--status", "accepted"])
    assert result.exit_code == 0, result.output
    assert [path.stem for path in some.rglob("p*.png")] == [accepted.entry.relative.stem]


def test_wrong_words_on_the_command_line_are_answered(driven: Driven, tmp_path: Path) -> None:
    session, _ = driven
    assert session.project is not None
    project = str(session.project.store.path)
    for words in (["--status", "done"], ["--format", "tiff"]):
        result = CliRunner().invoke(app, ["export", project, "--out", str(tmp_path / "x"), *words])
        assert result.exit_code == 2
        assert words[0] in result.output
    assert not (tmp_path / "x").exists()


def test_an_export_of_nothing_says_why_and_leaves_nothing(
    driven: Driven, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, _ = driven
    assert session.project is not None
    project = str(session.project.store.path)
    session.close()
    monkeypatch.setattr(ModelHost, "load_now", lambda _host, _choice, _match: None)
    result = CliRunner().invoke(app, ["export", project, "--out", str(tmp_path / "x"), "--status", "accepted"])
    assert result.exit_code == 2
    assert "no image of the project has the status 'accepted'" in result.output.replace("\n", " ")
    assert not (tmp_path / "x").exists()


def test_an_export_that_is_stopped_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    total = 60
    folder = make_folder(tmp_path / "many", images=total)
    create_project(look_at(folder), PASCAL_VOC).close()
    monkeypatch.setattr(ModelHost, "load_now", lambda _host, _choice, _match: None)
    words = ["export", str(folder), "--out", str(tmp_path / "x")]
    count = cli_output.Bar.count

    stopped_at: list[int] = []

    def stop_once(bar: cli_output.Bar, done: int, total: int) -> None:
        count(bar, done, total)
        if done and not stopped_at:
            stopped_at.append(done)
            signal.raise_signal(signal.SIGTERM)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli_output.Bar, "count", stop_once)
        stopped = CliRunner().invoke(app, words)
    assert stopped.exit_code == 130
    told = re.search(r"Stopped: (\d+) of 60 exported; the same command with --resume goes on", stopped.output)
    assert told is not None
    assert 1 <= int(told[1]) < total
    assert "images exported" not in stopped.output
    resumed = CliRunner().invoke(app, [*words, "--resume"])
    assert resumed.exit_code == 0
    assert f"{total - int(told[1])} images exported, {told[1]} kept" in resumed.output


def test_one_label_map_is_written_but_never_over_a_photo(driven: Driven, tmp_path: Path) -> None:
    session, _ = driven
    current = session.current
    assert current is not None
    assert current.labels is not None
    said: list[str] = []
    session.events.message.connect(lambda message: said.append(message.text))
    session.exporting.export_current(tmp_path / "map.png")
    with Image.open(tmp_path / "map.png") as picture:
        np.testing.assert_array_equal(np.asarray(picture), current.labels)
    photo = current.entry.path.read_bytes()
    session.exporting.export_current(current.entry.path)
    assert current.entry.path.read_bytes() == photo
    assert "is a photo of this project" in said[-1]


def test_an_export_among_the_photos_is_refused(driven: Driven, folder: Path) -> None:
    session, queue = driven
    said: list[str] = []
    session.jobs.failed.connect(lambda _info, text: said.append(text))
    session.exporting.start(ExportRequest(folder / "photos", session.label_set, frozenset({ExportFormat.PNG})), Query())
    assert queue.run_until(lambda: bool(said), PATIENCE_S)
    assert sorted(path.name for path in (folder / "photos").glob("*.png")) == ["p0.png", "p1.png"]


def test_folders_outside_the_project_are_named_before_they_are_read(driven: Driven, tmp_path: Path) -> None:
    session, _ = driven
    assert session.project is not None
    path = session.project.store.path
    session.close()
    with headless.opened_project(path, []) as project:
        assert project.store.count() == 2


def test_an_export_while_nothing_can_be_saved_holds_every_stroke_and_says_what_it_may_lack(
    driven: Driven, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session, queue = driven
    assert session.project is not None
    assert session.project.store.flush(10.0)
    monkeypatch.setattr(exporting, "_PATIENCE_S", 0.1)
    (folder / "project.edam").rename(folder / "away")  # its drive was pulled out
    change_things(driven)
    report = export(driven, ExportRequest(tmp_path / "out", session.label_set, frozenset({ExportFormat.PNG})))
    assert any("cannot be saved at the moment" in problem for problem in report.problems)
    for name, labels in on_screen(driven).items():
        with Image.open(tmp_path / "out" / "photos" / f"{name}.png") as picture:
            np.testing.assert_array_equal(np.asarray(picture), labels)
    (folder / "away").rename(folder / "project.edam")
    assert queue.run_until(lambda: not session.project.store.pending(), PATIENCE_S)
