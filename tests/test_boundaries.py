"""What must work without torch and without Qt does, in a Python that cannot import them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.golden.data import HERE, NAMES, load

BLOCK = """
import importlib, pkgutil, sys
for name in {blocked}:
    sys.modules[name] = None  # importing it now raises ImportError
import edam_gui
for package in {packages}:
    module = importlib.import_module("edam_gui." + package)
    for info in pkgutil.walk_packages(getattr(module, "__path__", []), module.__name__ + "."):
        importlib.import_module(info.name)
"""


def run_python(code: str, *arguments: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)], capture_output=True, text=True, timeout=120, check=False
    )


def test_rules_files_and_projects_need_neither_torch_nor_qt() -> None:
    blocked = ["torch", "PySide6", "pyqtgraph"]
    result = run_python(BLOCK.format(blocked=blocked, packages=["core", "imaging", "project", "jobs", "cli"]))
    assert result.returncode == 0, result.stderr


def test_the_model_and_batches_need_no_qt() -> None:
    result = run_python(BLOCK.format(blocked=["PySide6", "pyqtgraph"], packages=["model", "batch"]))
    assert result.returncode == 0, result.stderr


def test_labelling_from_mask_files_never_loads_torch(tmp_path: Path) -> None:
    import numpy as np

    msf = load("msf", NAMES[0])
    (tmp_path / "masks").mkdir()
    maps = dict(zip(msf["present"].tolist(), msf["norm_cam_present"], strict=True))
    np.save(tmp_path / "masks" / f"{NAMES[0]}.npy", maps)
    code = "import sys; sys.modules['torch'] = None\nfrom edam_gui.cli import main; main()"
    result = run_python(
        *(code, "label", HERE / "images" / f"{NAMES[0]}.png", "--masks", tmp_path / "masks"),
        *("--out", tmp_path / "out"),
    )
    assert result.returncode == 0, result.stderr
    assert (tmp_path / "out" / f"{NAMES[0]}.png").exists()
