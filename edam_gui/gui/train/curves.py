"""Live curves of one run or several: loss, validation, learning rate, speed, memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QSlider, QVBoxLayout, QWidget

from edam_gui.core.arrays import Float64Array
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.theme import current_theme
from edam_gui.gui.train.log_axis import LogAxis
from edam_gui.session.training.record import RunRecord
from edam_gui.session.training.series import robust_range, smoothed, thinned

_COLORS: Final = ("#2f7de1", "#e08214", "#1b9e77", "#c2458f", "#7570b3", "#a6761d")
"""Of the runs, the picked one first; readable on light and dark, also for most colour-blind people."""
_RAW_ALPHA: Final = 70


@dataclass(frozen=True)
class _PlotSpec:
    key: str
    title: str
    place: tuple[int, int, int]
    unit: str = ""
    scale: float = 1.0


_PLOTS: Final = (
    _PlotSpec("loss", "Loss", (0, 0, 2)),
    _PlotSpec("miou", "mIoU of masks; dashed: Algorithm 1", (0, 2, 1), "%", 100.0),
    _PlotSpec("lr", "Learning rate", (1, 0, 1)),
    _PlotSpec("images_per_second", "Images per second", (1, 1, 1)),
    _PlotSpec("memory_mb", "Memory", (1, 2, 1), "GB", 1e-3),
)


class Curves(QWidget):
    """Plots of runs."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._records: Sequence[RunRecord] = ()
        self.logarithmic = QCheckBox("Logarithmic loss", self)
        self.outliers = QCheckBox("Leave outliers out of view", self)
        self.outliers.setChecked(True)
        self.outliers.setToolTip("One spike does not press the rest of the loss flat")
        self.smoothing = QSlider(Qt.Orientation.Horizontal, self)
        self.smoothing.setAccessibleName("Smoothing")
        self.smoothing.setToolTip("How strongly the bold line is smoothed; the thin one is as it came")
        self.smoothing.setRange(0, 99)
        self.smoothing.setValue(80)
        self.smoothing.setMaximumWidth(160)
        for box in (self.logarithmic, self.outliers):
            box.toggled.connect(self.refresh)
        self.smoothing.valueChanged.connect(self.refresh)
        self._layout = pg.GraphicsLayoutWidget(self)
        self._layout.ci.layout.setSpacing(spacing.WIDE)
        self.plots: dict[str, pg.PlotItem] = {}
        for spec in _PLOTS:
            self._add_plot(spec)
        for column in range(3):
            self._layout.ci.layout.setColumnPreferredWidth(column, 100)
            self._layout.ci.layout.setColumnStretchFactor(column, 1)
        row = QHBoxLayout()
        row.addWidget(self.logarithmic)
        row.addWidget(self.outliers)
        row.addStretch(1)
        row.addWidget(QLabel("Smoothing", self))
        row.addWidget(self.smoothing)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, spacing.NORMAL, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self._layout, 1)
        current_theme().changed.connect(self._dress)
        self._dress()

    def _add_plot(self, spec: _PlotSpec) -> None:
        row, column, span = spec.place
        axes = {"left": LogAxis("left")} if spec.key == "loss" else None
        plot = self._layout.addPlot(row=row, col=column, colspan=span, axisItems=axes)
        plot.setMenuEnabled(False)
        plot.hideButtons()
        plot.setMouseEnabled(x=False, y=False)
        plot.getAxis("left").setWidth(52)
        plot.getAxis("left").enableAutoSIPrefix(False)
        plot.getAxis("bottom").enableAutoSIPrefix(False)
        self.plots[spec.key] = plot

    def show_records(self, records: Sequence[RunRecord]) -> None:
        """Show these runs, the first one boldest."""
        self._records = records
        self.refresh()

    def refresh(self) -> None:
        """Draw anew what the runs have told by now."""
        for spec in _PLOTS:
            self._draw(spec)

    def _draw(self, spec: _PlotSpec) -> None:
        plot = self.plots[spec.key]
        plot.clear()
        logarithmic = spec.key == "loss" and self.logarithmic.isChecked()
        plot.setLogMode(x=False, y=logarithmic)
        shown: list[Float64Array] = []
        for number, record in enumerate(self._records):
            color = QColor(_COLORS[number % len(_COLORS)])
            shown += (
                self._draw_miou(plot, record, color)
                if spec.key == "miou"
                else self._draw_steps(plot, record, spec, color)
            )
        self._fit(plot, shown, logarithmic=logarithmic)

    def _draw_steps(self, plot: pg.PlotItem, record: RunRecord, spec: _PlotSpec, color: QColor) -> list[Float64Array]:
        steps, values = record.steps, record.column(spec.key) * spec.scale
        if not steps.size:
            return []
        smooth = spec.key in ("loss", "images_per_second")
        if not smooth:
            plot.plot(*thinned(steps, values), pen=pg.mkPen(color, width=2))
            return [values]
        pale = QColor(color)
        pale.setAlpha(_RAW_ALPHA)
        line = smoothed(values, self.smoothing.value() / 100)
        plot.plot(*thinned(steps, values), pen=pg.mkPen(pale, width=1))
        plot.plot(*thinned(steps, line), pen=pg.mkPen(color, width=2))
        return [values]

    @staticmethod
    def _draw_miou(plot: pg.PlotItem, record: RunRecord, color: QColor) -> list[Float64Array]:
        """Draw the mIoU of the masks as a line, after Algorithm 1 dashed."""
        if not record.validations:
            return []
        steps = np.array([event.step for event in record.validations], np.float64)
        found = []
        for values, style, brush in (
            ([100 * event.miou_masks for event in record.validations], Qt.PenStyle.SolidLine, color),
            ([100 * event.miou_rule for event in record.validations], Qt.PenStyle.DashLine, None),
        ):
            y = np.array(values, np.float64)
            pen = pg.mkPen(color, width=2, style=style)
            plot.plot(steps, y, pen=pen, symbol="o", symbolSize=6, symbolBrush=brush, symbolPen=pg.mkPen(color))
            found.append(y)
        return found

    def _fit(self, plot: pg.PlotItem, shown: list[Float64Array], *, logarithmic: bool) -> None:
        last = max((float(record.steps[-1]) for record in self._records if len(record)), default=1.0)
        plot.setXRange(0, max(1.0, last), padding=0.02)
        values = np.concatenate(shown) if shown else np.empty(0)
        if not self.outliers.isChecked():
            usable = values[np.isfinite(values) & ((values > 0) | (not logarithmic))]
            values = np.array([usable.min(), usable.max()]) if usable.size else usable
        limits = robust_range(values, logarithmic=logarithmic)
        plot.getAxis("left").setStyle(showValues=limits is not None)
        if limits is None:
            self._say_nothing(plot, max(1.0, last), self._why_empty(plot))
        plot.setYRange(*(limits or (0.0, 1.0)), padding=0)

    def _why_empty(self, plot: pg.PlotItem) -> str:
        started = [record.started for record in self._records if record.started is not None]
        if plot is self.plots["miou"] and started and not any(event.validation_images for event in started):
            return "No ground truth:\nchoose label maps for\nvalidation (--val-gt)"
        return "Nothing yet"

    @staticmethod
    def _say_nothing(plot: pg.PlotItem, width: float, why: str) -> None:
        text = pg.TextItem(why, color=current_theme().colors.dim, anchor=(0.5, 0.5))
        plot.addItem(text)
        text.setPos(width / 2, 0.5)

    def color_of(self, number: int) -> str:
        """Return the colour of the n-th run shown, `#rrggbb`."""
        return _COLORS[number % len(_COLORS)]

    def _dress(self) -> None:
        """Take the theme's colours."""
        colors = current_theme().colors
        self._layout.setBackground(colors.window)
        for spec in _PLOTS:
            plot = self.plots[spec.key]
            title = f"{spec.title} ({spec.unit})" if spec.unit else spec.title
            plot.setTitle(title, color=colors.text, size="10pt")
            plot.showGrid(x=False, y=True, alpha=0.15)
            for name in ("left", "bottom"):
                axis = plot.getAxis(name)
                axis.setPen(pg.mkPen(colors.border))
                axis.setTextPen(pg.mkPen(colors.dim))
        self.refresh()
