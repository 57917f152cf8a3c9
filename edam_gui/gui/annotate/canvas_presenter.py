"""Shows the session's current image on the canvas."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, fields
from typing import Final

import numpy as np
from PySide6.QtCore import QObject, QTimer

from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.rect import Rect
from edam_gui.core.label_set import BACKGROUND
from edam_gui.core.options import Dialect
from edam_gui.gui.annotate.canvas import Canvas, Layer, ViewState
from edam_gui.gui.annotate.screen_palette import screen_palette
from edam_gui.session.session import Session

_LATE_MS: Final = 250


class CanvasPresenter(QObject):
    """Follows the session's signals and hands arrays to the canvas; computes nothing.

    Parameters
    ----------
    session, canvas
        What it connects.
    """

    def __init__(self, session: Session, canvas: Canvas) -> None:
        super().__init__(canvas)
        self._session = session
        self._canvas = canvas
        self._labels: UInt8Array | None = None
        self._edits: EditLayer | None = None
        self._image: int | None = None
        self._first_view: ViewState | None = None
        self._instead: UInt8Array | None = None
        self._opacities: dict[int, float] = {}
        self._hidden: frozenset[int] = frozenset()
        self._late = QTimer(self)
        self._late.setSingleShot(True)
        self._late.setInterval(_LATE_MS)
        self._late.timeout.connect(self._clear_late)
        events = session.events
        events.current_changed.connect(self._current_changed)
        events.photo_changed.connect(self._photo_changed)
        events.labels_changed.connect(self._labels_changed)
        events.preview_changed.connect(self._preview_changed)
        events.masks_changed.connect(self._mask_changed)
        events.saliency_changed.connect(self._saliency_changed)
        events.ground_truth_changed.connect(self._truth_changed)
        events.edits_changed.connect(self._edits_changed)
        events.rule_changed.connect(self._cut_changed)
        events.project_changed.connect(self.refresh_colors)
        events.classes_changed.connect(self.refresh_colors)
        screen_palette().changed.connect(self.refresh_colors)
        canvas.layers.changed.connect(self._layer_changed)
        self.refresh_colors()

    # Colours ---------------------------------------------------------------------------------------------------------

    def set_class_look(self, opacities: Mapping[int, float], hidden: frozenset[int]) -> None:
        """Show classes more or less opaque (0..1, 1 where left out), or not at all."""
        self._opacities = dict(opacities)
        self._hidden = hidden
        self.refresh_colors()

    def colors(self) -> UInt8Array:
        """Return the colours shown, (256, 3) uint8 RGB."""
        return screen_palette().of(self._session.label_set)

    def refresh_colors(self) -> None:
        """Hand the table of colours and opacities to the canvas."""
        table = np.full((256, 4), 255, np.uint8)
        table[:, :3] = self.colors()
        for index, opacity in self._opacities.items():
            table[index, 3] = round(255 * opacity)
        table[sorted(self._hidden), 3] = 0
        table[BACKGROUND, 3] = 0
        self._canvas.set_label_table(table)

    # The image -------------------------------------------------------------------------------------------------------

    def keep_view(self) -> None:
        """Keep zoom and place of the image shown, for when it is shown again."""
        state = self._canvas.view_state()
        if self._image is not None and self._first_view is not None and state != self._first_view:
            self._session.keep_view(self._image, {} if state.fitted else asdict(state))
            self._first_view = state

    def _current_changed(self) -> None:
        self.keep_view()
        self._first_view = None
        current = self._session.current
        self._image = current.id if current is not None else None
        if current is None:
            self._clear()
        elif current.files is None:
            self._late.start()

    def _clear(self) -> None:
        self._labels = self._edits = None
        self._canvas.set_photo(None)

    def _clear_late(self) -> None:
        """Take the last photo away: what is read for so long must not look like the next one."""
        current = self._session.current
        if current is None or current.files is None:
            self._clear()

    def _photo_changed(self) -> None:
        current = self._session.current
        self._labels = self._edits = None
        if current is None or current.files is None:
            self._canvas.set_photo(None)
            return
        self._canvas.set_labels(None)
        self._canvas.set_photo(current.files.photo.pixels)
        view = view_from_data(current.view)
        if view is not None:
            self._canvas.restore_view(view)
        self._first_view = self._canvas.view_state()
        self._canvas.set_edits(None)
        self._edits_changed()

    def _labels_changed(self, rect: Rect | None) -> None:
        current = self._session.current
        labels = current.labels if current is not None else None
        if current is not None and self._session.clean_up.preview is not None:
            labels = self._session.clean_up.preview
        if self._instead is not None and labels is not None and self._instead.shape == labels.shape:
            labels = self._instead
        if labels is not self._labels:
            self._labels = labels
            self._canvas.set_labels(labels)
            if rect is not None:
                self._canvas.edits_changed(_box(rect))
        elif labels is not None and rect is None:
            self._canvas.labels_changed()
        elif rect is not None:
            self._canvas.correction_changed(_box(rect))

    def show_instead(self, labels: UInt8Array | None) -> None:
        """Show another label map of the same photo for a moment, (H, W) uint8; `None`: the session's again."""
        self._instead = labels
        self._labels_changed(None)

    def _preview_changed(self) -> None:
        self._labels_changed(None)

    def _mask_changed(self) -> None:
        self._canvas.set_mask(self._session.activation.plane if self._has_photo() else None)

    def _saliency_changed(self) -> None:
        current = self._session.current
        self._canvas.set_saliency(current.saliency if current is not None and self._has_photo() else None)
        self._cut_changed()

    def _truth_changed(self) -> None:
        current = self._session.current
        files = current.files if current is not None else None
        self._canvas.set_ground_truth(files.ground_truth if files is not None else None)

    def _edits_changed(self) -> None:
        current = self._session.current
        edits = current.edits if current is not None else None
        if edits is self._edits:
            return  # what changed was told with the label map, rectangle by rectangle
        shown = edits is not None and edits.count > 0 and self._has_photo()
        self._edits = edits if shown else None
        self._canvas.set_edits(edits.mask if edits is not None and shown else None)

    def _cut_changed(self) -> None:
        current = self._session.current
        shown = self._canvas.layers.state(Layer.SALIENCY).visible
        if current is None or current.saliency is None or not shown:
            self._canvas.set_saliency_cut(None)
            return
        rule = self._session.rules.effective()
        theta = rule.thresholds.theta
        lowest = math.ceil(theta) if rule.dialect is Dialect.PAPER else math.floor(theta) + 1
        self._canvas.set_saliency_cut(min(max(lowest, 0), 256))

    def _layer_changed(self, layer: Layer) -> None:
        if layer is Layer.MASK:
            self._session.activation.want(self._canvas.layers.state(Layer.MASK).visible)
        if layer is Layer.SALIENCY:
            self._cut_changed()

    def _has_photo(self) -> bool:
        current = self._session.current
        return current is not None and current.files is not None


def _box(rect: Rect) -> tuple[int, int, int, int]:
    return rect.left, rect.top, rect.right, rect.bottom


def view_from_data(data: Mapping[str, object]) -> ViewState | None:
    """Return a view that a project keeps; `None`: the whole photo, also where the values make no sense."""
    names = [field.name for field in fields(ViewState) if field.name != "fitted"]
    numbers = [data.get(name) for name in names]
    if not all(isinstance(number, int | float) and math.isfinite(number) for number in numbers):
        return None
    return ViewState(**dict(zip(names, numbers, strict=True)), fitted=False)  # type: ignore[arg-type]
