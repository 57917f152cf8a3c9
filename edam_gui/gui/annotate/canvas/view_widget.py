"""A widget that looks at an image through a movable view: zoom, pan, fit. It draws nothing itself."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QEvent, QPointF, QRect, Qt, Signal
from PySide6.QtGui import QInputDevice, QNativeGestureEvent, QResizeEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from edam_gui.gui.annotate.canvas.sampling import Box, Sampling, sample
from edam_gui.gui.annotate.canvas.view import View, bounded_scale, centred, fitted

_KEY_STEP = 1.25
_WHEEL_STEP = 1.2
"""Zoom factor of one wheel notch (120 units); finer wheels zoom in finer steps."""
_NOTCH = 120.0
_MARGIN = 8.0


@dataclass(frozen=True)
class ViewState:
    """A view that can be kept and restored, in a window of another size too.

    Parameters
    ----------
    scale
        Device pixels per image pixel.
    x, y
        Image coordinates of the viewport's centre.
    fitted
        Whether the whole image is fitted into the viewport, whatever its size; the rest is unused then.
    """

    scale: float = 1.0
    x: float = 0.0
    y: float = 0.0
    fitted: bool = True


class ViewWidget(QWidget):
    """Zooms to the cursor with the wheel, pans with two fingers, and keeps the image in sight.

    Positions given by Qt are logical pixels; everything inside is in device pixels (`ratio` of them to one).
    """

    view_changed = Signal()
    """Another part of the image is shown, or at another scale."""
    brush_wheel = Signal(int)
    """The wheel was turned with Ctrl or Alt held: notches, positive away from the user."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._image_size: tuple[int, int] | None = None
        self._view = View()
        self._fitted = True
        self._ratio = self.devicePixelRatioF()
        self._sampling: Sampling | None = None
        self._notches = 0.0

    @property
    def image_size(self) -> tuple[int, int] | None:
        """Width and height of the image, `None` without one."""
        return self._image_size

    @property
    def zoom(self) -> float:
        """Device pixels per image pixel: 1 is 100 %."""
        return self._view.scale

    def set_zoom(self, scale: float) -> None:
        """Zoom to device pixels per image pixel, keeping the middle of the viewport."""
        self._zoom_at(scale, QPointF(self._port()[0] / 2, self._port()[1] / 2))

    def zoom_in(self) -> None:
        """Zoom in by one step."""
        self.set_zoom(self._view.scale * _KEY_STEP)

    def zoom_out(self) -> None:
        """Zoom out by one step."""
        self.set_zoom(self._view.scale / _KEY_STEP)

    def actual_size(self) -> None:
        """Show one image pixel per device pixel."""
        self.set_zoom(1.0)

    def fit(self) -> None:
        """Show the whole image, also after the widget changes its size."""
        self._fitted = True
        if self._image_size is not None:
            self._set_view(fitted(self._image_size, self._port(), _MARGIN * self._ratio))

    def pan_by(self, across: float, down: float) -> None:
        """Look further right and down by fractions of the viewport."""
        width, height = self._port()
        self._move_image(-across * width, -down * height)

    def centre_on(self, x: float, y: float) -> None:
        """Bring image coordinates into the middle of the viewport."""
        self._fitted = False
        self._set_view(centred(self._view.scale, x, y, self._port()))

    def view_state(self) -> ViewState:
        """Return the view, to be kept."""
        x, y = self._view.to_image(self._port()[0] / 2, self._port()[1] / 2)
        return ViewState(self._view.scale, x, y, self._fitted)

    def restore_view(self, state: ViewState) -> None:
        """Show the view kept before; does nothing without an image."""
        if self._image_size is None:
            return
        if state.fitted:
            self.fit()
            return
        self._fitted = False
        self._set_view(centred(self._bounded(state.scale), state.x, state.y, self._port()))

    def to_image(self, position: QPointF) -> tuple[float, float]:
        """Return the image coordinates under a position in the widget (logical pixels)."""
        return self._view.snapped().to_image(position.x() * self._ratio, position.y() * self._ratio)

    def to_widget(self, x: float, y: float) -> QPointF:
        """Return where in the widget (logical pixels) image coordinates lie."""
        left, top = self._view.snapped().to_device(x, y)
        return QPointF(left / self._ratio, top / self._ratio)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802 - Qt's name
        """Keep what was in the middle there, or the image fitted."""
        old = event.oldSize()
        if self._fitted or not old.isValid():
            self.fit()
        else:
            grown = event.size() - old
            self._set_view(self._view.moved(grown.width() * self._ratio / 2, grown.height() * self._ratio / 2))
        self._sampling = None

    def wheelEvent(self, event: QWheelEvent) -> None:  # noqa: N802
        """Zoom with a wheel, pan with two fingers, and pass on the wheel with Ctrl or Alt."""
        event.accept()
        turned = event.angleDelta()
        modifiers = event.modifiers()
        if modifiers & (Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.AltModifier):
            # With Alt some systems report the wheel as horizontal.
            self._count_notches(turned.y() or turned.x())
        elif event.device().type() == QInputDevice.DeviceType.TouchPad:
            moved = event.pixelDelta() if event.hasPixelDelta() else turned / 2
            self._move_image(moved.x() * self._ratio, moved.y() * self._ratio)
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self._move_image((turned.y() or turned.x()) * self._ratio / 2, 0)
        elif turned.y():
            scale = self._view.scale * _WHEEL_STEP ** (turned.y() / _NOTCH)
            self._zoom_at(scale, event.position() * self._ratio)

    def event(self, event: QEvent) -> bool:
        """Zoom with a pinch on a touch pad; follow the window to a screen of another pixel density."""
        if isinstance(event, QNativeGestureEvent) and event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
            self._zoom_at(self._view.scale * (1 + event.value()), event.position() * self._ratio)
            return True
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            factor = self.devicePixelRatioF() / self._ratio
            self._ratio = self.devicePixelRatioF()
            self._set_view(View(self._view.scale * factor, self._view.left * factor, self._view.top * factor))
        return super().event(event)

    def _count_notches(self, turned: int) -> None:
        self._notches += turned / _NOTCH
        whole = int(self._notches)
        if whole:
            self._notches -= whole
            self.brush_wheel.emit(whole)

    def _port(self) -> tuple[int, int]:
        """Width and height of the viewport in device pixels."""
        return max(round(self.width() * self._ratio), 1), max(round(self.height() * self._ratio), 1)

    def _visible(self) -> Sampling | None:
        """Return what of the image is visible, `None` without an image."""
        if self._image_size is not None and self._sampling is None:
            self._sampling = sample(self._view, self._image_size, self._port())
        return self._sampling

    def _bounded(self, scale: float) -> float:
        assert self._image_size is not None  # noqa: S101 - callers asked
        fit_scale = fitted(self._image_size, self._port(), _MARGIN * self._ratio).scale
        return bounded_scale(scale, self._image_size, fit_scale)

    def _zoom_at(self, scale: float, at: QPointF) -> None:
        if self._image_size is not None:
            self._fitted = False
            self._set_view(self._view.zoomed(self._bounded(scale), at.x(), at.y()))

    def _move_image(self, dx: float, dy: float) -> None:
        self._fitted = False
        self._set_view(self._view.moved(dx, dy))

    def _set_view(self, view: View) -> None:
        if self._image_size is None:
            return
        view = view.kept_in_sight(self._image_size, self._port())
        if view != self._view:
            self._view = view
            self._sampling = None
            self.update()
            self.view_changed.emit()

    def _set_image_size(self, size: tuple[int, int] | None, keep_view: bool) -> None:
        """Take an image of another (or the same) size."""
        same = size == self._image_size
        self._image_size = size
        self._sampling = None
        if size is not None and not (same and keep_view):
            self.fit()
        self.update()

    def _update_device(self, box: Box) -> None:
        """Repaint a rectangle of device pixels."""
        ratio = self._ratio
        left, top = int(box.left // ratio), int(box.top // ratio)
        right, bottom = int(-(-box.right // ratio)), int(-(-box.bottom // ratio))
        self.update(QRect(left, top, right - left, bottom - top))
