"""The image on the desk: everything that belongs to it while it is shown."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import cv2
import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.edits.history import History
from edam_gui.core.edits.layer import EditLayer
from edam_gui.project.images import ImageEntry
from edam_gui.project.store.values import ImageRecord, Status, Ticks
from edam_gui.project.thresholds import PartialThresholds
from edam_gui.session.image_files import ImageFiles, SaliencyOrigin
from edam_gui.session.label_frames import Frame
from edam_gui.session.mask_stack import MaskStack


@dataclass(eq=False)
class CurrentImage:
    """The image on the desk. Belongs to the owner's thread; arrays that jobs get are replaced, never changed.

    Parameters
    ----------
    number
        Serial number of the showing; late results of another number are dropped.
    record, entry
        The image in the project as it was when it came to the desk, and its file.
    status, ticks
        As they are now, whatever `record` says.
    thresholds, class_thresholds
        The image's own, by scope.
    """

    number: int
    record: ImageRecord
    entry: ImageEntry
    status: Status
    ticks: Ticks | None
    thresholds: PartialThresholds = field(default_factory=PartialThresholds)
    class_thresholds: dict[int, PartialThresholds] = field(default_factory=dict)
    files: ImageFiles | None = None
    saliency: UInt8Array | None = None
    masks: MaskStack | None = None
    doubtful: frozenset[int] = frozenset()
    crf: Scores | None = None
    frame: Frame | None = None
    labels: UInt8Array | None = None
    edits: EditLayer | None = None
    saliency_edits: EditLayer | None = None
    history: History = field(default_factory=lambda: History(0))
    first_step: int = 1
    since_snapshot: int = 0
    problem: str = ""
    notices: list[str] = field(default_factory=list)
    new_note: str | None = None

    @property
    def note(self) -> str:
        """What the user wrote on it."""
        return self.record.row.note if self.new_note is None else self.new_note

    @property
    def id(self) -> int:
        """The image's number in the project."""
        return self.record.row.id

    @property
    def view(self) -> dict[str, Any]:
        """Zoom and place as they were when the image was shown last; empty: the whole photo."""
        return self.record.view

    @property
    def size(self) -> tuple[int, int] | None:
        """(H, W), once the photo is there."""
        if self.files is None:
            return None
        return self.files.photo.height, self.files.photo.width

    @property
    def present(self) -> frozenset[int]:
        """Classes that may get pixels."""
        return self.ticks.classes if self.ticks is not None else frozenset()

    @property
    def with_saliency(self) -> bool:
        """Whether there is a saliency map."""
        return self.saliency is not None

    @property
    def saliency_origin(self) -> SaliencyOrigin:
        """Where the map comes from."""
        return self.files.origin if self.files is not None else SaliencyOrigin.NONE

    def shares(self) -> dict[int, float]:
        """Return the share of pixels of each label in the label map, labels without pixels left out."""
        if self.labels is None:
            return {}
        # Counting by cv2 takes a tenth of numpy's time, which the window feels on large photos.
        counts = cv2.calcHist([self.labels], [0], None, [256], [0, 256]).reshape(-1)
        return {int(i): float(counts[i] / self.labels.size) for i in np.flatnonzero(counts)}
