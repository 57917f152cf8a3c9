"""The wheel, installed elsewhere, carries its resources and models and starts."""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import venv
import zipfile
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

ROOT = Path(__file__).parents[1]


def call(*command: object, cwd: Path) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "VIRTUAL_ENV")}
    return subprocess.run(
        [str(c) for c in command], cwd=cwd, env=environment, capture_output=True, text=True, timeout=300, check=False
    )


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    built = call(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    assert built.returncode == 0, built.stdout + built.stderr
    return next(out.glob("*.whl"))


@pytest.fixture(scope="module")
def program(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A second virtual environment; only the dependencies are lent from this one."""
    environment = tmp_path_factory.mktemp("second") / "venv"
    venv.create(environment, with_pip=True)
    python = environment / "bin" / "python"
    installed = call(python, "-m", "pip", "install", "--quiet", "--no-deps", "--no-index", wheel, cwd=environment)
    assert installed.returncode == 0, installed.stderr
    own = call(python, "-c", "import sysconfig; print(sysconfig.get_path('purelib'))", cwd=environment).stdout.strip()
    (Path(own) / "lent.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return environment / "bin" / "edam-gui"


def test_wheel_carries_models_resources_and_licence(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
    assert "edam_gui/_shipped/models/efficientnet_lite0_voc.safetensors" in names
    assert "edam_gui/_shipped/models/efficientnet_lite0_voc.md" in names
    assert "edam_gui/_shipped/resources/imagenet_to_voc.json" in names
    assert any(name.endswith("LICENSE") for name in names)
    assert not any(name.startswith(("tests/", "benchmarks/")) for name in names)


def test_program_starts_and_labels_a_photo_elsewhere(program: Path, tmp_path: Path) -> None:
    assert call(program, "--version", cwd=tmp_path).stdout.startswith("edam-gui ")
    (tmp_path / "cat.png").write_bytes(files("skimage.data").joinpath("chelsea.png").read_bytes())
    where = call(program.parent / "python", "-c", "import edam_gui; print(edam_gui.__file__)", cwd=tmp_path).stdout
    assert str(ROOT) not in where, "the installed package, not the checkout"
    result = call(program, "label", "cat.png", "--out", "out", "--scales", "0.5", cwd=tmp_path)
    assert result.returncode == 0, result.stderr
    with Image.open(tmp_path / "out" / "cat.png") as image:
        assert image.mode == "P"
        assert np.asarray(image).any()


def test_the_installed_window_has_its_icons_themes_and_help(program: Path, tmp_path: Path) -> None:
    code = """
import edam_gui

from edam_gui.gui import app
program = app.build(None)
program.window.help.show_guide().close()
print(program.window.windowTitle(), program.window.book.action("tool.brush").icon().isNull())
program.window.close()
program.close()
"""
    python = program.parent / "python"
    environment = {"QT_QPA_PLATFORM": "offscreen", "HOME": str(tmp_path), "PATH": os.environ["PATH"]}
    result = subprocess.run(
        [str(python), "-c", code],
        cwd=tmp_path,
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines()[-1] == "EDAM GUI False"
