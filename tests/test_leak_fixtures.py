"""The fixtures that catch leaks do catch them."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

LEAKS = {
    "thread": (
        "import threading, time\ndef test_it():\n"
        "    threading.Thread(target=time.sleep, args=(4,), daemon=True).start()\n"
    ),
    "timer": (
        "from PySide6.QtCore import QTimer\nkept = []\ndef test_it(qapp):\n"
        "    timer = QTimer()\n    kept.append(timer)\n    timer.start(1000)\n"
    ),
    "qt message": "from PySide6.QtCore import qWarning\ndef test_it(qapp):\n    qWarning('something is wrong')\n",
    "warning": "import warnings\ndef test_it():\n    warnings.warn('old', DeprecationWarning)\n",
}


def run_in_suite(code: str, tmp_path: Path) -> "subprocess.CompletedProcess[str]":
    """Run a test file under this suite's own configuration."""
    root = Path(__file__).parents[1]
    file = tmp_path / "test_leak.py"
    file.write_text(code)
    command = [sys.executable, "-m", "pytest", "-q", "-c", str(root / "pyproject.toml"), "--rootdir", str(root)]
    return subprocess.run(
        [*command, "-p", "tests.conftest", str(file)],
        cwd=root,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
        env={**os.environ, "PYTHONPATH": str(root)},
    )


@pytest.mark.parametrize("kind", LEAKS)
def test_a_leak_fails_the_test_that_made_it(kind: str, tmp_path: Path) -> None:
    result = run_in_suite(LEAKS[kind], tmp_path)
    assert result.returncode == 1, result.stdout


def test_a_clean_test_passes(tmp_path: Path) -> None:
    result = run_in_suite("def test_it(qapp, isolated_home):\n    pass\n", tmp_path)
    assert result.returncode == 0, result.stdout + result.stderr
