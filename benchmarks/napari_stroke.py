"""napari's Labels layer painting a stroke; run by bench_edits.py with a Python that has napari, not by itself.

Reads one JSON line {height, width, diameter, path: [[x, y], ...]}, then paints and undoes that stroke once for each
further line, and answers with the seconds. The layer sits in a ViewerModel: sliced and coloured, but without a window,
so nothing is drawn - the kindest case for napari.
"""

from __future__ import annotations

import json
import math
import sys
import time

import numpy as np
from napari.components import ViewerModel


def main() -> None:
    case = json.loads(sys.stdin.readline())
    layer = ViewerModel().add_labels(np.zeros((case["height"], case["width"]), np.uint8))
    layer.mode = "paint"
    layer.brush_size = case["diameter"]
    layer.selected_label = 7
    # napari's coordinates are of pixel centres.
    path = [(y - 0.5, x - 0.5) for x, y in case["path"]]
    for _ in sys.stdin:
        moves = []
        with layer.block_history():
            last = path[0]
            for point in path:
                start = time.perf_counter()
                layer._draw(7, last, point)
                moves.append(time.perf_counter() - start)
                last = point
            start = time.perf_counter()
        finish = time.perf_counter() - start
        painted = int(np.count_nonzero(layer.data))
        undo = math.inf
        for _ in range(3):
            start = time.perf_counter()
            layer.undo()
            undo = min(undo, time.perf_counter() - start)
            assert not layer.data.any()
            layer.redo()
        layer.undo()
        print(json.dumps({"moves": moves, "finish": finish, "undo": undo, "painted": painted}), flush=True)


if __name__ == "__main__":
    main()
