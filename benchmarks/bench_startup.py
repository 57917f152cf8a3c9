"""From nothing to a painted window: a fresh process each time, against what importing Qt, numpy and cv2 alone takes.

The window is painted before torch is imported; `torch loaded` says when the model is there. Run it on a machine with a
screen, or by xvfb-run; offscreen otherwise.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

OURS = """
import json, sys, time
from edam_gui.start import window_path
from edam_gui.gui.system_libraries import prepare_window_or_exit
prepare_window_or_exit()
from edam_gui.gui import app
from PySide6.QtCore import QEvent, QObject, QTimer
program = app.build(None)
class Painted(QObject):
    at = None
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and self.at is None:
            self.at = time.time()
            self.torch = "torch" in sys.modules
        return False
painted = Painted()
program.window.workspace.empty.installEventFilter(painted)
def look():
    if painted.at is not None and program.session.model.is_ready:
        print(json.dumps({"painted": painted.at, "model": time.time(), "torch_at_paint": painted.torch}))
        program.app.quit()
timer = QTimer(); timer.timeout.connect(look); timer.start(5)
program.app.exec()
program.close()
"""


def ours(home: Path) -> dict[str, float]:
    environment = {**os.environ, "HOME": str(home), "EDAM_GUI_SETTINGS": str(home / "settings.ini")}
    started = time.time()
    result = subprocess.run(
        [sys.executable, "-c", OURS], env=environment, capture_output=True, text=True, timeout=120, check=True
    )
    told = json.loads(result.stdout.splitlines()[-1])
    assert not told["torch_at_paint"], "torch was imported before the window was painted"
    return {"painted": told["painted"] - started, "model ready": told["model"] - started}


def imports(names: str) -> float:
    started = time.time()
    subprocess.run([sys.executable, "-c", f"import {names}"], check=True, timeout=120)
    return time.time() - started


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=7)
    rounds = parser.parse_args().rounds
    os.environ.setdefault("QT_QPA_PLATFORM", "" if os.environ.get("DISPLAY") else "offscreen")
    figures: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as home:
        for _ in range(rounds):
            for name, value in ours(Path(home)).items():
                figures.setdefault(name, []).append(value)
            names = "PySide6.QtWidgets, PySide6.QtSvg, numpy, cv2"
            figures.setdefault("bare imports of Qt, numpy, cv2", []).append(imports(names))
            figures.setdefault("import of torch", []).append(imports("torch"))
    for name, values in figures.items():
        print(f"{name:32} median {statistics.median(values):6.2f} s   {min(values):.2f} .. {max(values):.2f}")
    ratio = statistics.median(figures["painted"]) / statistics.median(figures["bare imports of Qt, numpy, cv2"])
    print(f"painted window / bare imports     {ratio:.2f}")


if __name__ == "__main__":
    main()
