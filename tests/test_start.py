"""What `edam-gui ARGUMENTS` starts: the window or a command."""

from __future__ import annotations

from pathlib import Path

import pytest
import typer.main

from edam_gui.cli import app
from edam_gui.start import COMMANDS, window_path


def test_the_names_that_are_no_places_are_the_commands() -> None:
    assert set(COMMANDS) == {*typer.main.get_command(app).commands, "gui"}


def test_a_place_opens_the_window_and_a_command_runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "photos").mkdir()
    (tmp_path / "label").mkdir()
    assert window_path([]) == ()
    assert window_path(["photos"]) == (Path("photos"),)
    assert window_path(["gui", "photos"]) == (Path("photos"),)
    assert window_path([str(tmp_path / "label")]) == (tmp_path / "label",)
    assert window_path(["label"]) is None
    assert window_path(["nowhere"]) is None
    assert window_path(["--version"]) is None
