"""A viewer of runs loads neither torch nor Qt, and training loads no project."""

from __future__ import annotations

import subprocess
import sys

import pytest

VIEWER = ("events", "run_folder", "control", "config_text", "presets", "manifest", "process", "lock", "schedule")
CODE = """
import importlib, pkgutil, sys
for name in {blocked}:
    sys.modules[name] = None
for name in {modules}:
    importlib.import_module("edam_gui.training." + name)
"""


def run_python(code: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=120, check=False)


@pytest.mark.parametrize(
    ("blocked", "modules"),
    [
        (["torch", "PySide6", "pyqtgraph", "edam_gui.model"], VIEWER),
        (["PySide6", "pyqtgraph", "edam_gui.project", "edam_gui.session"], ("run", "check", "estimate", "trainer")),
    ],
)
def test_modules_load_without(blocked: list[str], modules: tuple[str, ...]) -> None:
    result = run_python(CODE.format(blocked=blocked, modules=modules))
    assert result.returncode == 0, result.stderr
