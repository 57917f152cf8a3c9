"""The panels around the canvas."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDockWidget, QFrame, QMainWindow, QScrollArea, QWidget

_SIDE_WIDTH = 304
_LEFT_WIDTH = 210
_LEFT_ROOMY_WIDTH = 264
"""Of the panel on the left, at first, where the screen has room: names of sixteen letters are whole."""
_ROOMY = 1280
"""Width of a screen that has room."""


@dataclass(frozen=True)
class DockSpec:
    """A panel of the window.

    Parameters
    ----------
    name
        By which the window remembers its place.
    title
        In its title bar.
    widget
        What it holds.
    area
        Where it is at first.
    scrolls
        Whether it gets a scroll bar where the window is low.
    """

    name: str
    title: str
    widget: QWidget
    area: Qt.DockWidgetArea
    scrolls: bool = False


def add_dock(window: QMainWindow, spec: DockSpec) -> QDockWidget:
    """Put a panel into the window."""
    dock = QDockWidget(spec.title, window)
    dock.setObjectName(f"dock-{spec.name}")
    dock.setWidget(_scrolling(spec.widget) if spec.scrolls else spec.widget)
    dock.setMinimumWidth(_SIDE_WIDTH if spec.area is Qt.DockWidgetArea.RightDockWidgetArea else _LEFT_WIDTH)
    window.addDockWidget(spec.area, dock)
    return dock


def arrange(window: QMainWindow, left: QDockWidget, upper: QDockWidget, lower: list[QDockWidget]) -> None:
    """Put panels below another as tabs, and give all their first sizes."""
    window.splitDockWidget(upper, lower[0], Qt.Orientation.Vertical)
    for other in lower[1:]:
        window.tabifyDockWidget(lower[0], other)
    lower[0].raise_()
    window.resizeDocks([upper, lower[0]], [320, 420], Qt.Orientation.Vertical)
    roomy = window.screen().availableGeometry().width() >= _ROOMY
    window.resizeDocks(
        [left, upper], [_LEFT_ROOMY_WIDTH if roomy else _LEFT_WIDTH, _SIDE_WIDTH], Qt.Orientation.Horizontal
    )


class AsideDocks:
    """Panels about the image on the canvas: put aside while the grid is shown, so that none acts on an image unseen.

    Parameters
    ----------
    docks
        The panels.
    """

    def __init__(self, docks: list[QDockWidget]) -> None:
        self._docks = docks
        self._hidden: list[QDockWidget] = []

    def put(self, aside: bool) -> None:
        """Hide the panels, or show those again that were hidden here; one that the user brings back cannot be used."""
        for dock in self._docks:
            dock.widget().setEnabled(not aside)
        if aside:
            self._hidden = [dock for dock in self._docks if not dock.isHidden()]
            front = [dock for dock in self._hidden if not dock.visibleRegion().isEmpty()]
            # The tab in front is shown last, and so comes back in front.
            self._hidden.sort(key=lambda dock: dock in front)
            for dock in self._hidden:
                dock.hide()
            return
        for dock in self._hidden:
            dock.show()
            dock.raise_()
        self._hidden = []


def _scrolling(widget: QWidget) -> QScrollArea:
    area = QScrollArea()
    area.setWidgetResizable(True)
    area.setFrameShape(QFrame.Shape.NoFrame)
    area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
    area.setWidget(widget)
    return area
