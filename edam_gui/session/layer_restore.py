"""An image's edit layers as its project keeps them: the nearest snapshot, and the steps from there."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from edam_gui.core.edits.layer import EditLayer
from edam_gui.core.edits.layer_code import layer_from_bytes
from edam_gui.core.edits.patch_code import patch_from_bytes
from edam_gui.project.store import ImageRecord, Step

LABEL: Final = "label"
SALIENCY: Final = "saliency"
LAYERS: Final = (LABEL, SALIENCY)
"""Kinds of steps and snapshots that are edit layers."""


@dataclass(frozen=True, eq=False)
class RestoredLayers:
    """The layers after the last step that holds.

    Parameters
    ----------
    label, saliency
        `None`: nothing was ever painted.
    """

    label: EditLayer | None
    saliency: EditLayer | None


def restore_layers(record: ImageRecord, size: tuple[int, int]) -> RestoredLayers:
    """Bring the layers of an image of (H, W) back.

    Raises
    ------
    EditDataError
        What is stored is damaged, or belongs to an image of another size.
    """
    return RestoredLayers(_restore(LABEL, record, size), _restore(SALIENCY, record, size))


def _restore(kind: str, record: ImageRecord, size: tuple[int, int]) -> EditLayer | None:
    position = record.row.history
    steps = [step for step in record.steps if step.kind == kind]
    snapshots = [snapshot for snapshot in record.snapshots if snapshot.kind == kind]
    if not steps and not snapshots:
        return None
    layer, start = EditLayer(size), 0
    if snapshots:
        nearest = min(snapshots, key=lambda snapshot: abs(snapshot.seq - position))
        layer, start = layer_from_bytes(nearest.payload, size), nearest.seq
    for step in sorted((s for s in steps if start < s.seq <= position), key=_number):
        patch_from_bytes(step.payload, size).apply(layer)
    for step in sorted((s for s in steps if position < s.seq <= start), key=_number, reverse=True):
        patch_from_bytes(step.payload, size).revert(layer)
    return layer


def _number(step: Step) -> int:
    return step.seq
