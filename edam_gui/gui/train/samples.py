"""Sample overlays of every epoch, to scrub through."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QPixmap, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QScrollArea, QSlider, QVBoxLayout, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.elided_label import ElidedLabel
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.session.training.record import RunRecord

_SIDE: Final = 260
_MOST_KEPT: Final = 240
_NOTHING: Final = "Samples appear after the first epoch: the same photos every time, so that you see them change."


class SampleStrip(QWidget):
    """The samples of one epoch; the slider goes through the epochs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._record: RunRecord | None = None
        self._epochs: tuple[int, ...] = ()
        self._shown: tuple[Path, ...] = ()
        self._kept: dict[Path, QPixmap] = {}
        self._follows = True
        self._columns = 1
        self.slider = QSlider(Qt.Orientation.Horizontal, self)
        self.slider.setAccessibleName("Epoch")
        self.slider.setPageStep(1)
        self.slider.setTickPosition(QSlider.TickPosition.TicksBelow)
        self.slider.valueChanged.connect(self._scrubbed)
        self.epoch = with_role(QLabel("", self), Role.VALUE)
        self.epoch.setMinimumWidth(90)
        self.nothing = with_role(QLabel(_NOTHING, self), Role.HINT)
        self.nothing.setWordWrap(True)
        self._holder = QWidget(self)
        self._grid = QGridLayout(self._holder)
        self._grid.setSpacing(spacing.NORMAL)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setWidget(self._holder)
        row = QHBoxLayout()
        row.addWidget(self.epoch)
        row.addWidget(self.slider, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, spacing.NORMAL, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.nothing)
        layout.addWidget(self._area, 1)
        self.show_record(None)

    @property
    def pictures(self) -> list[QLabel]:
        """The pictures shown."""
        return [label for label in self._holder.findChildren(QLabel) if not label.pixmap().isNull()]

    def show_record(self, record: RunRecord | None) -> None:
        """Show another run, at its last epoch."""
        self._record, self._follows = record, True
        self._kept.clear()
        self._shown = ()
        self.refresh()

    def refresh(self) -> None:
        """Show what has come by now; the newest epoch, unless the user went back."""
        epochs = self._record.epochs_with_samples if self._record is not None else ()
        self._epochs = epochs
        for widget in (self.slider, self.epoch, self._area):
            widget.setVisible(bool(epochs))
        self.nothing.setVisible(not epochs)
        follows = self._follows
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(0, len(epochs) - 1))
        if follows:
            self.slider.setValue(self.slider.maximum())
        self.slider.blockSignals(False)
        self._draw()

    def _scrubbed(self, value: int) -> None:
        self._follows = value == self.slider.maximum()
        self._draw()

    def _draw(self) -> None:
        record = self._record
        if record is None or not self._epochs:
            self._clear()
            self._shown = ()
            return
        epoch = self._epochs[min(self.slider.value(), len(self._epochs) - 1)]
        latest = " (latest)" if epoch == self._epochs[-1] else ""
        self.epoch.setText("Before training" if epoch == 0 else f"Epoch {epoch}{latest}")
        samples = [(sample.name, record.sample_path(sample)) for sample in record.samples_of(epoch)]
        paths = tuple(path for _, path in samples if path is not None)
        if paths == self._shown:
            return
        self._shown = paths
        self._clear()
        columns = self._columns = self._fitting_columns()
        for number, (name, path) in enumerate(samples):
            if path is not None:
                self._grid.addWidget(self._picture(name, path), number // columns, number % columns)
        self._grid.setRowStretch(len(samples) // columns + 1, 1)
        self._grid.setColumnStretch(columns, 1)

    def _fitting_columns(self) -> int:
        room = self.width() - self._area.verticalScrollBar().sizeHint().width()
        return max(1, (room + spacing.NORMAL) // (_SIDE + spacing.NORMAL))

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802
        """Put as many pictures side by side as fit."""
        super().resizeEvent(event)
        if self._epochs and self._fitting_columns() != self._columns:
            self._shown = ()
            self._draw()

    def _picture(self, name: str, path: Path) -> QWidget:
        holder = QWidget(self._holder)
        picture, caption = QLabel(holder), with_role(ElidedLabel(name, holder), Role.HINT)
        pixmap = self._pixmap(path)
        if pixmap.isNull():
            picture.setText("The file is gone.")
        else:
            picture.setPixmap(pixmap)
        picture.setAccessibleName(f"Label map of {name} after this epoch")
        layout = QVBoxLayout(holder)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2)
        layout.addWidget(picture)
        layout.addWidget(caption)
        return holder

    def _pixmap(self, path: Path) -> QPixmap:
        if path not in self._kept:
            if len(self._kept) >= _MOST_KEPT:
                self._kept.clear()
            side = QSize(_SIDE, _SIDE)
            whole = QPixmap(str(path))
            keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
            self._kept[path] = whole if whole.isNull() else whole.scaled(side, keep, smooth)
        return self._kept[path]

    def _clear(self) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            widget = item.widget()
            if widget is not None:
                widget.setParent(None)
                widget.deleteLater()
