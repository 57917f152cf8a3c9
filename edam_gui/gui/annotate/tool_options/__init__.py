"""The slim bar above the canvas: what the tool in use lets the user choose."""

from edam_gui.gui.annotate.tool_options.bar import ToolOptionsBar

__all__ = ["ToolOptionsBar"]
