"""What is said when stored edits cannot be read."""

from __future__ import annotations

from edam_gui.core.errors import EdamError


class EditDataError(EdamError):
    """Stored edits or history steps are damaged, hostile or belong to another image."""
