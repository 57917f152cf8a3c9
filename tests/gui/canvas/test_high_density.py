"""On a screen of another pixel density every device pixel is the canvas' own, in a process with such a screen."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

CODE = """
import numpy as np
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication
from edam_gui.gui.annotate.canvas import Canvas

app = QApplication([])
canvas = Canvas()
canvas.resize(301, 203)
labels = np.indices((500, 700)).sum(axis=0).astype(np.uint8) % 2
table = np.zeros((256, 4), np.uint8)
table[0] = (255, 0, 0, 255)
table[1] = (0, 0, 255, 255)
canvas.set_minimap(False)
canvas.set_label_table(table)
canvas.set_labels(labels)
canvas.show()
canvas.actual_size()
app.processEvents()

def shown():
    picture = canvas.grab().toImage().convertToFormat(QImage.Format.Format_RGBX8888)
    pixels = np.frombuffer(picture.constBits(), np.uint8).reshape(picture.height(), picture.width(), 4)
    return pixels[:, :, :3].copy()

pixels = shown()
assert pixels.shape[1] == round(301 * canvas.devicePixelRatioF()), pixels.shape
# One image pixel per device pixel: a chess board stays one, nothing is scaled.
inner = pixels[:-2, :-2]
assert ((inner == (255, 0, 0)).all(axis=2) | (inner == (0, 0, 255)).all(axis=2)).all()
assert (inner[1:] != inner[:-1]).any(axis=2).all()
assert (inner[:, 1:] != inner[:, :-1]).any(axis=2).all()
for box in ((300, 250, 310, 261), (351, 240, 352, 241), (200, 170, 420, 300)):
    labels[box[1]:box[3], box[0]:box[2]] = box[0] % 2
    canvas.labels_changed(box)
    app.processEvents()
part = shown()
canvas.labels_changed()
assert (part == shown()).all()
print("right")
"""


@pytest.mark.parametrize("factor", ["1", "1.25", "1.5", "2"])
def test_pixels_are_crisp_and_parts_are_redrawn_whole(factor: str) -> None:
    environment = os.environ | {"QT_SCALE_FACTOR": factor, "QT_QPA_PLATFORM": "offscreen"}
    result = subprocess.run(
        [sys.executable, "-c", CODE], env=environment, capture_output=True, text=True, timeout=120, check=False
    )
    assert result.stdout == "right\n", result.stderr
