"""What is under the cursor: pixel, colour, saliency, scores, and which rule decided."""

from __future__ import annotations

from dataclasses import dataclass

from edam_gui.core.explain import Explanation, explain
from edam_gui.session.context import Context


@dataclass(frozen=True)
class Readout:
    """One pixel of the current image.

    Parameters
    ----------
    x, y
        Column and row.
    color
        RGB of the photo.
    label
        In the label map shown; `None` before there is one.
    explanation
        What the algorithm decided and why; `None` without masks.
    edited
        Whether the label was painted by hand.
    truth
        Ground truth label, where there is one.
    """

    x: int
    y: int
    color: tuple[int, int, int]
    label: int | None
    explanation: Explanation | None
    edited: bool
    truth: int | None


def read_pixel(context: Context, x: int, y: int) -> Readout | None:
    """Return what is known of a pixel, or `None` outside the photo."""
    current = context.current
    if current is None or current.files is None or current.size is None:
        return None
    height, width = current.size
    if not (0 <= x < width and 0 <= y < height):
        return None
    red, green, blue = current.files.photo.pixels[y, x].tolist()
    frame = current.frame
    explanation = None
    if frame is not None and frame.scores is not None and current.files.base_map is None:
        explanation = explain(frame.scores, frame.request.saliency, frame.request.rule, y, x)
    return Readout(
        x=x,
        y=y,
        color=(red, green, blue),
        label=int(current.labels[y, x]) if current.labels is not None else None,
        explanation=explanation,
        edited=current.edits is not None and bool(current.edits.mask[y, x]),
        truth=int(current.files.ground_truth[y, x]) if current.files.ground_truth is not None else None,
    )
