"""How the status of an image looks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edam_gui.gui.shell.theme_colors import ThemeColors
from edam_gui.project.store import Status

STATUS_TEXTS: Final[Mapping[Status, str]] = {
    Status.NEW: "New",
    Status.IN_PROGRESS: "In progress",
    Status.ACCEPTED: "Accepted",
    Status.NEEDS_WORK: "Needs work",
    Status.SKIPPED: "Skipped",
}

STATUS_ICONS: Final[Mapping[Status, str]] = {
    Status.NEW: "new",
    Status.IN_PROGRESS: "in-progress",
    Status.ACCEPTED: "accept",
    Status.NEEDS_WORK: "needs-work",
    Status.SKIPPED: "skip",
}


def status_color(status: Status, colors: ThemeColors) -> str:
    """Return the colour of a status icon, `#rrggbb`."""
    return {
        Status.NEW: colors.off,
        Status.IN_PROGRESS: colors.info,
        Status.ACCEPTED: colors.success,
        Status.NEEDS_WORK: colors.warning,
        Status.SKIPPED: colors.dim,
    }[status]
