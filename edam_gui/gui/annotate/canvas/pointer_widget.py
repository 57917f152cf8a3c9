"""Mouse and pen over the picture: panning, minimap, divider, and everything else for the tools."""

from __future__ import annotations

from enum import Enum

from PySide6.QtCore import QEvent, QPointF, Qt, Signal
from PySide6.QtGui import (
    QEnterEvent,
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QPointingDevice,
    QTabletEvent,
)
from PySide6.QtWidgets import QWidget

from edam_gui.gui.annotate.canvas.picture_widget import PictureWidget
from edam_gui.gui.annotate.canvas.pointer import PointerEvent, PointerKind
from edam_gui.gui.annotate.canvas.view import View

_TOOL_BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.RightButton)
_KINDS = {
    QEvent.Type.TabletPress: PointerKind.PRESS,
    QEvent.Type.TabletMove: PointerKind.MOVE,
    QEvent.Type.TabletRelease: PointerKind.RELEASE,
}


class _Drag(Enum):
    """What a held button does."""

    NONE = "none"
    PAN = "pan"
    MINIMAP = "minimap"
    DIVIDER = "divider"
    TOOL = "tool"


class PointerWidget(PictureWidget):
    """Tells where the pointer is, and tools what it does there.

    Space or `set_panning` with the left button, or the middle button, pan; other presses of the left and right
    button reach `pointer`.
    """

    hovered = Signal(int, int)
    """The pointer entered this image pixel (column, row)."""
    left = Signal()
    """The pointer is not over the image any more."""
    pointer = Signal(object)
    """A `PointerEvent` for the tool in use. The second press of a double click is a DOUBLE, not a PRESS."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMouseTracking(True)
        self.setTabletTracking(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        # The right button is a tool's: no menu of a parent opens under it.
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.PreventContextMenu)
        self._drag = _Drag.NONE
        self._drag_button = Qt.MouseButton.NoButton
        self._at: QPointF | None = None
        self._hand = False
        self._space = False
        self._hover: tuple[int, int] | None = None
        self._tool_cursor = Qt.CursorShape.ArrowCursor

    def set_panning(self, on: bool) -> None:
        """Let the left button pan, as the held space key does; with Alt it reaches tools all the same."""
        self._hand = on
        self._show_cursor()

    @property
    def _panning(self) -> bool:
        return self._hand or self._space

    def _hold_space(self, held: bool) -> None:
        if held != self._space:
            self._space = held
            self._show_cursor()
            self._follow(self._at)

    @property
    def dragging(self) -> bool:
        """Whether a tool's stroke is under way (its button is held)."""
        return self._drag is _Drag.TOOL

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802 - Qt's name
        """Pan while space is held."""
        if event.key() == Qt.Key.Key_Space and not event.modifiers():
            self._hold_space(True)
            event.accept()
        else:
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:  # noqa: N802
        """End panning with space."""
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._hold_space(False)
            event.accept()
        else:
            super().keyReleaseEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:  # noqa: N802
        """Forget the space key: its release goes elsewhere."""
        self._hold_space(False)
        super().focusOutEvent(event)

    def mousePressEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Begin what the button and the place ask for."""
        event.setAccepted(self._press(PointerKind.PRESS, event))

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Tell tools of a double click (in place of its second press)."""
        event.setAccepted(self._press(PointerKind.DOUBLE, event))

    def mouseMoveEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """Go on with the drag, or hover."""
        self._move(event)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:  # noqa: N802
        """End the drag if its button was let go."""
        event.setAccepted(self._release(event))

    def tabletEvent(self, event: QTabletEvent) -> None:  # noqa: N802
        """Treat the pen as a mouse that knows pressure."""
        match _KINDS.get(event.type()):
            case PointerKind.PRESS:
                self._press(PointerKind.PRESS, event)
            case PointerKind.RELEASE:
                self._release(event)
            case _:
                self._move(event)
        event.accept()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """Show the brush as soon as the pointer is here."""
        self._follow(event.position() * self._ratio)
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Hide the brush and say that the pointer left."""
        if self._drag is _Drag.NONE:
            self._follow(None)
        super().leaveEvent(event)

    def _press(self, kind: PointerKind, event: QMouseEvent | QTabletEvent) -> bool:
        if self._image_size is None:
            return False
        if self._drag is not _Drag.NONE:
            return True
        at = event.position() * self._ratio
        self._follow(at)
        self._drag = self._drag_for(event.button(), at, event.modifiers())
        self._drag_button = event.button()
        if self._drag is _Drag.TOOL:
            self._tell(kind, event, event.button())
        elif self._drag is not _Drag.NONE:
            self._drag_to(at, at)
        self._show_cursor()
        return self._drag is not _Drag.NONE

    def _drag_for(self, button: Qt.MouseButton, at: QPointF, modifiers: Qt.KeyboardModifier) -> _Drag:
        left = button == Qt.MouseButton.LeftButton
        picks = self._hand and not self._space and bool(modifiers & Qt.KeyboardModifier.AltModifier)
        if button == Qt.MouseButton.MiddleButton or (left and self._panning and not picks):
            return _Drag.PAN
        if left and self._on_minimap(at):
            return _Drag.MINIMAP
        if left and self._on_divider(at):
            return _Drag.DIVIDER
        return _Drag.TOOL if button in _TOOL_BUTTONS else _Drag.NONE

    def _move(self, event: QMouseEvent | QTabletEvent) -> None:
        at = event.position() * self._ratio
        before = at if self._at is None else self._at
        if self._drag in (_Drag.PAN, _Drag.MINIMAP, _Drag.DIVIDER):
            self._drag_to(before, at)
        self._follow(at)
        if self._drag is _Drag.TOOL:
            self._tell(PointerKind.MOVE, event, self._drag_button)
        elif self._drag is _Drag.NONE:
            self._show_cursor()
            if not (self._on_minimap(at) or self._panning):
                self._tell(PointerKind.MOVE, event, Qt.MouseButton.NoButton)

    def _release(self, event: QMouseEvent | QTabletEvent) -> bool:
        if self._drag is _Drag.NONE or event.button() != self._drag_button:
            return self._drag is not _Drag.NONE
        ended, self._drag = self._drag, _Drag.NONE
        self._follow(event.position() * self._ratio)
        if ended is _Drag.TOOL:
            self._tell(PointerKind.RELEASE, event, self._drag_button)
        if not self.rect().contains(event.position().toPoint()):
            self._follow(None)
        self._show_cursor()
        return True

    def _drag_to(self, before: QPointF, at: QPointF) -> None:
        if self._drag is _Drag.PAN:
            moved = at - before
            self._move_image(moved.x(), moved.y())
        elif self._drag is _Drag.MINIMAP:
            self.centre_on(*self._minimap_point(at))
        elif self._drag is _Drag.DIVIDER:
            self.set_divider(at.x() / self._port()[0])

    def _set_size(self, size: tuple[int, int] | None) -> None:
        super()._set_size(size)
        # A stroke begun on one photo does not go on over the next.
        self._drag = _Drag.NONE
        self._show_cursor()
        self._follow(self._at)

    def _tell(self, kind: PointerKind, event: QMouseEvent | QTabletEvent, button: Qt.MouseButton) -> None:
        if self._image_size is None:
            return
        x, y = self.to_image(event.position())
        pen = event if isinstance(event, QTabletEvent) else None
        pressure = 1.0 if pen is None else pen.pressure()
        eraser = pen is not None and pen.pointerType() == QPointingDevice.PointerType.Eraser
        self.pointer.emit(PointerEvent(kind, x, y, pressure, button, event.modifiers(), eraser))

    def _set_view(self, view: View) -> None:
        super()._set_view(view)
        # Another pixel may lie under the resting pointer now.
        self._follow(self._at)

    def _follow(self, at: QPointF | None) -> None:
        """Note where the pointer is (device pixels), `None` when it is away."""
        self._at = at
        pixel = None
        if at is not None and self._image_size is not None:
            x, y = self._view.snapped().to_image(at.x(), at.y())
            if 0 <= x < self._image_size[0] and 0 <= y < self._image_size[1]:
                pixel = int(x), int(y)
        if pixel == self._hover:
            return
        self._hover = pixel
        if pixel is None:
            self.left.emit()
        else:
            self.hovered.emit(*pixel)

    def _show_cursor(self) -> None:
        self.setCursor(self._cursor_shape())

    def _pointer_is_tool(self) -> bool:
        """Whether the pointer stands for the tool, and not for a hand, the minimap's or the divider's."""
        if self._drag is _Drag.TOOL:
            return True
        if self._drag is not _Drag.NONE or self._panning or self._at is None:
            return False
        return not (self._on_minimap(self._at) or self._on_divider(self._at))

    def _cursor_shape(self) -> Qt.CursorShape:
        if self._drag is _Drag.PAN:
            return Qt.CursorShape.ClosedHandCursor
        if self._image_size is None or self._drag is _Drag.MINIMAP:
            return Qt.CursorShape.ArrowCursor
        if self._drag is _Drag.DIVIDER:
            return Qt.CursorShape.SplitHCursor
        if self._drag is _Drag.TOOL or self._at is None:
            return self._tool_cursor
        if self._panning:
            return Qt.CursorShape.OpenHandCursor
        if self._on_minimap(self._at):
            return Qt.CursorShape.ArrowCursor
        return Qt.CursorShape.SplitHCursor if self._on_divider(self._at) else self._tool_cursor
