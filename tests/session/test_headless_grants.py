"""A project read without a window reads no file of others either, unless it is named."""

from __future__ import annotations

from pathlib import Path

import pytest

from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.jobs import CancelToken
from edam_gui.project.choices import Choices
from edam_gui.project.export import ExportFormat, ExportRequest
from edam_gui.project.opening import create_project, look_at
from edam_gui.project.store import Query
from edam_gui.project.store.changes import set_choices
from edam_gui.session.headless import export_project
from tests.session.projects import make_folder


def test_a_saliency_network_outside_the_project_must_be_allowed(tmp_path: Path) -> None:
    folder, network = make_folder(tmp_path / "project"), tmp_path / "theirs.onnx"
    network.write_bytes(b"")
    with create_project(look_at(folder), PASCAL_VOC) as store:
        store.submit(set_choices(Choices(saliency_method=str(network))))
    request = ExportRequest(tmp_path / "out", PASCAL_VOC, frozenset({ExportFormat.PNG}))
    with pytest.raises(OptionError, match=f"--allow {network}"):
        export_project(folder, request, Query(), token=CancelToken(), progress=lambda *_: None)
    assert not (tmp_path / "out").exists()
