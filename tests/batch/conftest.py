"""A small data set from the golden data: photos, saliency, ground truth, labels, the authors' mask files."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from click.testing import Result
from typer.testing import CliRunner

from edam_gui.cli import app
from edam_gui.core.label_set import PASCAL_VOC
from tests.golden.data import HERE, NAMES, load

Run = Callable[..., Result]


@dataclass(frozen=True)
class Data:
    root: Path

    @property
    def out(self) -> Path:
        return self.root / "out"

    def __getattr__(self, name: str) -> Path:
        return self.root / name


@pytest.fixture
def data(tmp_path: Path) -> Data:
    for folder in ("photos", "saliency", "gt", "masks"):
        (tmp_path / folder).mkdir()
    rows = []
    for name in NAMES:
        shutil.copy(HERE / "images" / f"{name}.png", tmp_path / "photos" / f"{name}.png")
        shutil.copy(HERE / "images" / f"{name}_sal.png", tmp_path / "saliency" / f"{name}.png")
        shutil.copy(HERE / "images" / f"{name}_gt.png", tmp_path / "gt" / f"{name}.png")
        msf = load("msf", name)
        present = [int(k) for k in msf["present"]]
        np.save(tmp_path / "masks" / f"{name}.npy", dict(zip(present, msf["norm_cam_present"], strict=True)))
        rows.append(",".join([name, *(PASCAL_VOC.names[k + 1] for k in present)]))
    (tmp_path / "labels.csv").write_text("\n".join(rows) + "\n")
    return Data(tmp_path)


@pytest.fixture
def run() -> Run:
    """Run a command as the terminal does; exit code, stdout and stderr come back."""

    def run_command(*arguments: object) -> Result:
        result = CliRunner().invoke(app, [str(a) for a in arguments])
        if result.exception is not None and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run_command


def read_json(path: Path) -> dict:
    return json.loads(path.read_text())
