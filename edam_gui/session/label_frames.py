"""Label maps that follow the thresholds: one frame at a time, always the latest request next."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from edam_gui.core.activation_masks import Scores
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.live_label import LiveLabel
from edam_gui.core.options import LabelRule, ScoreForm
from edam_gui.jobs import JobContext, JobRunner
from edam_gui.session.mask_stack import MaskStack

_KEY: Final = "label-frame"
_LANE: Final = "label"


@dataclass(frozen=True, eq=False)
class FrameRequest:
    """What a label map is made from.

    Parameters
    ----------
    image
        Number of the image, so that a late frame of another one is dropped.
    size
        (H, W).
    masks
        `None`: there are none yet, and the frame is all background.
    present, form
        Classes that may get pixels, and the form of the scores.
    crf
        Probabilities that a dense CRF made of these scores, to be used in their place.
    saliency
        (H, W) uint8 or `None`; a changed map is another array.
    rule
        Complete.
    """

    image: int
    size: tuple[int, int]
    masks: MaskStack | None
    present: frozenset[int]
    form: ScoreForm
    crf: Scores | None
    saliency: UInt8Array | None
    rule: LabelRule

    def same_ground(self, other: FrameRequest) -> bool:
        """Whether both differ in thresholds at most."""
        return (
            self.masks is other.masks
            and self.present == other.present
            and self.form is other.form
            and self.crf is other.crf
            and self.saliency is other.saliency
        )


@dataclass(frozen=True, eq=False)
class Frame:
    """A label map and what it was made from.

    Parameters
    ----------
    request
        As asked.
    scores
        What the thresholds acted on; `None` without masks.
    labels
        (H, W) uint8; belongs to the receiver until the next frame comes.
    """

    request: FrameRequest
    scores: Scores | None
    labels: UInt8Array


class LabelFrames:
    """Makes frames in a thread of its own.

    A request that comes while a frame is being made waits; a later one replaces it. So the receiver always gets
    frames at the pace of the machine, and the last one is that of the last request.

    Parameters
    ----------
    jobs
        Where frames are made.
    receive, failed
        Called on the owner's thread with every frame, or with the sentence why there is none.
    """

    def __init__(self, jobs: JobRunner, receive: Callable[[Frame], None], failed: Callable[[str], None]) -> None:
        self._jobs = jobs
        self._receive = receive
        self._tell_failure = failed
        self._waiting: FrameRequest | None = None
        self._running = False
        self._held = False
        self._shown: UInt8Array | None = None
        self._spare: UInt8Array | None = None
        self._maker = _Maker()

    @property
    def is_busy(self) -> bool:
        """Whether a frame is still to come."""
        return self._running or self._waiting is not None

    def request(self, request: FrameRequest) -> None:
        """Ask for a frame."""
        if self._running or self._held:
            self._waiting = request
            return
        self._running = True
        out = self._spare
        if out is None or out.shape != request.size:
            out = np.empty(request.size, np.uint8)

        def work(_: JobContext) -> Frame:
            return self._maker.make(request, out)

        self._jobs.start(_KEY, work, done=self._done, failed=self._failed, lane=_LANE)

    def hold(self, held: bool) -> None:
        """Let requests wait (`True`), or make the last one that waits."""
        self._held = held
        if not held and not self._running:
            self._next()

    def forget(self) -> None:
        """Drop what waits and the arrays of the last image."""
        self._waiting = None
        self._shown = self._spare = None

    def _done(self, frame: Frame) -> None:
        self._spare, self._shown = self._shown, frame.labels
        self._next()
        self._receive(frame)

    def _failed(self, sentence: str) -> None:
        self._next()
        self._tell_failure(sentence)

    def _next(self) -> None:
        self._running = False
        waiting, self._waiting = self._waiting, None
        if waiting is not None:
            self.request(waiting)


class _Maker:
    """Keeps what the last frame was made from; belongs to the lane's thread."""

    def __init__(self) -> None:
        self._ground: FrameRequest | None = None
        self._scores: Scores | None = None
        self._live: LiveLabel | None = None

    def make(self, request: FrameRequest, out: UInt8Array) -> Frame:
        if request.masks is None:
            out.fill(0)
            return Frame(request, None, out)
        if self._ground is None or not request.same_ground(self._ground):
            self._scores = request.crf or request.masks.scores(request.present, request.form)
            self._live = LiveLabel(self._scores, request.saliency)
            self._ground = request
        assert self._live is not None  # noqa: S101 - made with the ground
        return Frame(request, self._scores, self._live.label_map(request.rule, out))
