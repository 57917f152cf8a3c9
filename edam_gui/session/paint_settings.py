"""The brush from sitting to sitting. What limits painting is not kept: forgotten limits look like a broken brush."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from edam_gui.core.edits.brush import Brush, BrushShape
from edam_gui.core.errors import OptionError
from edam_gui.session.paint import LARGEST_BRUSH, Paint


def paint_to_data(paint: Paint) -> dict[str, Any]:
    """Return what is kept, as a JSON object."""
    brush = paint.brush
    return {
        "diameter": brush.diameter,
        "shape": brush.shape.value,
        "lightest": brush.lightest,
        "snap": paint.snap,
    }


def paint_from_data(data: object, paint: Paint) -> Paint:
    """Return `paint` with what was kept; with its own values where that is missing or makes no sense."""
    if not isinstance(data, dict):
        return paint
    own = paint.brush
    try:
        brush = Brush(
            min(float(data.get("diameter", own.diameter)), LARGEST_BRUSH),
            BrushShape(data.get("shape", own.shape)),
            float(data.get("lightest", own.lightest)),
        )
    except (OptionError, TypeError, ValueError):
        return paint
    return replace(paint, brush=brush, snap=data.get("snap") is True)
