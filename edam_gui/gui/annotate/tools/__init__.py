"""What the mouse does on the canvas: one small file for each tool, found by the id of its action."""

from edam_gui.gui.annotate.tools.base import Option, Tool
from edam_gui.gui.annotate.tools.controller import ToolController
from edam_gui.gui.annotate.tools.registry import TOOLS

__all__ = ["TOOLS", "Option", "Tool", "ToolController"]
