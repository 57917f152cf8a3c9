"""Everything that can change, as signals; emitted on the owner's thread only."""

from __future__ import annotations

from psygnal import Signal, SignalGroup

from edam_gui.session.messages import Message


class Events(SignalGroup):
    """The session's signals.

    `labels_changed` tells where the label map has changed: a `Rect`, or `None` for everywhere.
    """

    project_changed = Signal()
    classes_changed = Signal()
    images_changed = Signal()
    counts_changed = Signal()
    current_changed = Signal()
    photo_changed = Signal()
    saliency_changed = Signal()
    ground_truth_changed = Signal()
    masks_changed = Signal()
    ticks_changed = Signal()
    rule_changed = Signal()
    labels_changed = Signal(object)
    edits_changed = Signal()
    history_changed = Signal()
    status_changed = Signal()
    saved_changed = Signal()
    model_changed = Signal()
    tool_changed = Signal()
    preview_changed = Signal()
    message = Signal(Message)
