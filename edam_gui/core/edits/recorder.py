"""Changes a layer and remembers, tile by tile, what it held: the source of every undo step."""

from __future__ import annotations

from enum import Enum
from typing import Final, Literal

import numpy as np

from edam_gui.core.arrays import BoolArray, UInt8Array
from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.paint_rule import ANYWHERE, PaintContext, PaintRule
from edam_gui.core.edits.patch import Content, EditPatch, TileChange, tile_change
from edam_gui.core.edits.rect import Rect
from edam_gui.core.edits.tiles import Cell, cell_rect, cells_of, part_of


class Revert(Enum):
    """Paint 'back to automatic': what was painted is taken away."""

    REVERT = "revert"


REVERT: Final = Revert.REVERT
PaintValue = int | Literal[Revert.REVERT]
"""A label 0..255 (255 = ignore), or `REVERT`."""


class EditRecorder:
    """One step in the making; nothing else may change the layer until `finish` or `abort`.

    A tile is copied, and the rule judged in it, when the step first touches it: a step costs what it touches.

    Parameters
    ----------
    layer
        Changed in place.
    rule, context
        Where painting is allowed. A rule that allows all needs no context.

    Raises
    ------
    OptionError
        The rule needs something that `context` does not have.
    """

    def __init__(self, layer: EditLayer, rule: PaintRule = ANYWHERE, context: PaintContext | None = None) -> None:
        rule.check(context)
        self._layer = layer
        self._rule = rule
        self._free = rule.is_free
        self._context = context
        self._before: dict[Cell, Content] = {}
        self._allowed: dict[Cell, BoolArray] = {}
        self._open = True

    def put(self, rect: Rect, where: BoolArray, value: PaintValue | UInt8Array) -> None:
        """Paint the pixels `where` of `rect`, as far as the rule allows.

        Parameters
        ----------
        rect
            Inside the image.
        where
            (height, width) of `rect`, bool; not changed.
        value
            For all pixels, or (height, width) uint8.

        Raises
        ------
        ValueError
            The step was finished or aborted.
        """
        self._check_open()
        if not self._free:
            where = where.copy()
        known = self._before
        for cell in cells_of(rect):
            if cell not in known:
                # A blank tile is remembered in less time than it takes to look whether it is met.
                blank = self._layer.is_blank(cell)
                if not blank and not where[part_of(cell, rect).within(rect)].any():
                    continue
                self._keep(cell, blank=blank)
            if not self._free:
                part = part_of(cell, rect)
                where[part.within(rect)] &= self._allowed[cell][part.within(cell_rect(cell, self._layer.size))]
        if isinstance(value, Revert):
            self._layer.clear(rect, where)
        else:
            self._layer.put(rect, where, value)

    def finish(self) -> EditPatch | None:
        """End the step; return what it changed, `None` if the layer is as it was."""
        self._check_open()
        self._open = False
        tiles: list[TileChange] = []
        for cell in sorted(self._before):
            rect, before = cell_rect(cell, self._layer.size), self._before[cell]
            change = tile_change(rect, before, self._layer)
            if change is not None:
                tiles.append(change)
            elif before is Content.blank(rect.size):
                self._layer.blank(rect)  # so it is known again: no paint of the step has met it
        self._forget()
        return EditPatch(self._layer.size, tuple(tiles)) if tiles else None

    def abort(self) -> Rect | None:
        """Restore the layer exactly; return what to recompose, `None` if nothing was touched."""
        self._check_open()
        self._open = False
        dirty = None
        for cell, content in self._before.items():
            rect = cell_rect(cell, self._layer.size)
            if content is Content.blank(rect.size):
                self._layer.blank(rect)
            else:
                self._layer.load(rect, content.values, content.mask)
            dirty = rect.union(dirty)
        self._forget()
        return dirty

    def _keep(self, cell: Cell, *, blank: bool) -> None:
        rect = cell_rect(cell, self._layer.size)
        content = Content.blank(rect.size) if blank else Content.copied(self._layer, rect)
        self._before[cell] = content
        if not self._free and self._context is not None:
            labels = self._context.auto[rect.slices].copy()
            np.copyto(labels, content.values, where=content.mask)
            self._allowed[cell] = self._rule.allowed(rect, labels, self._context)

    def _check_open(self) -> None:
        if not self._open:
            raise ValueError("this step has ended")

    def _forget(self) -> None:
        self._before = {}
        self._allowed = {}
