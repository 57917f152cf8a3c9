"""A picture of an evaluation: IoU per class and the confusion matrix."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np

from edam_gui.batch.evaluate import Evaluation
from edam_gui.core.errors import OutputError
from edam_gui.imaging.atomic import write_bytes


def save_evaluation_plot(evaluation: Evaluation, path: Path) -> None:
    """Draw IoU bars and the confusion matrix (rows: share of each true class) into a PNG.

    Raises
    ------
    OutputError
        The file is not called `.png`, or could not be written.
    """
    if path.suffix.lower() != ".png":
        raise OutputError(path, "the plot is a PNG picture; give it a name that ends in .png")
    # Imported here because it takes a second and few runs draw; no pyplot, so no global state.
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figures = evaluation.confusion.figures()
    known = np.flatnonzero(~np.isnan(figures.iou))
    names = [evaluation.label_set.names[i] for i in known]
    colors = evaluation.label_set.palette[known] / 255.0
    colors[known == 0] = 0.6
    figure = Figure(figsize=(14, max(4.0, 0.34 * len(known) + 1.5)), layout="constrained")
    FigureCanvasAgg(figure)
    bars, matrix = figure.subplots(1, 2)
    drawn = bars.barh(names, figures.iou[known] * 100, color=colors, edgecolor="0.3")
    bars.bar_label(drawn, fmt="%.1f", padding=3)
    bars.axvline(evaluation.miou * 100, color="0.2", linestyle="--", linewidth=1, label="mIoU", zorder=0)
    bars.legend(loc="lower right")
    bars.set(
        xlim=(0, 108), xlabel="IoU, %", title=f"mIoU {evaluation.miou * 100:.1f} % over {evaluation.images} images"
    )
    bars.invert_yaxis()
    counts = evaluation.confusion.matrix[np.ix_(known, known)].astype(float)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1)
    image = matrix.imshow(shares * 100, cmap="viridis", vmin=0, vmax=100)
    matrix.set(xticks=range(len(known)), yticks=range(len(known)), xlabel="predicted", ylabel="true")
    matrix.set_xticklabels(names, rotation=90)
    matrix.set_yticklabels(names)
    matrix.set_title("Where each true class went, % of its pixels")
    figure.colorbar(image, ax=matrix, shrink=0.8)
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    write_bytes(path, buffer.getvalue())
