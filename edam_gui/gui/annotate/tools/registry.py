"""Every tool of the canvas, by the id of its action."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from edam_gui.gui.annotate.tools.base import Tool
from edam_gui.gui.annotate.tools.brush import BrushTool, EraserTool, IgnoreTool, RevertTool
from edam_gui.gui.annotate.tools.hand import HandTool
from edam_gui.gui.annotate.tools.lasso import LassoTool
from edam_gui.gui.annotate.tools.point import FillTool, PickTool, ReplaceTool
from edam_gui.gui.annotate.tools.polygon import PolygonTool
from edam_gui.gui.annotate.tools.rectangle import RectangleTool
from edam_gui.gui.annotate.tools.saliency import SaliencyTool

_ALL: Final[tuple[type[Tool], ...]] = (
    HandTool,
    BrushTool,
    EraserTool,
    IgnoreTool,
    RevertTool,
    PolygonTool,
    LassoTool,
    RectangleTool,
    FillTool,
    ReplaceTool,
    PickTool,
    SaliencyTool,
)

TOOLS: Final[Mapping[str, type[Tool]]] = MappingProxyType({tool.id: tool for tool in _ALL})
"""Action id -> tool."""
