"""The model in use: loaded in a job, asked for the passes of photos, its answers cached."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from psygnal import Signal

from edam_gui.batch.label_options import LabelRequest, Recommendation
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.label_set import LabelSet
from edam_gui.jobs import JobContext, JobRunner
from edam_gui.project.choices import Choices
from edam_gui.session.class_match import SAME_CLASSES, ClassMatch
from edam_gui.session.mask_stack import NetworkMasks
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.priority_lock import PriorityLock

if TYPE_CHECKING:
    from edam_gui.batch.mask_source import NetworkSource
    from edam_gui.imaging.crf.refine import CrfFactory
    from edam_gui.model.pass_outputs import PassOutputs

_LOAD: Final = "model-load"


@dataclass(frozen=True)
class ModelChoice:
    """Which network runs where.

    Parameters
    ----------
    name
        Of a shipped model, or the path of a checkpoint; empty: the default.
    device, precision, scales
        As on the command line.
    """

    name: str = ""
    device: str = "auto"
    precision: str = "auto"
    scales: tuple[float, ...] | None = None


class ModelState(StrEnum):
    """How far the model is."""

    NONE = "none"
    LOADING = "loading"
    READY = "ready"
    FAILED = "failed"
    UNFIT = "unfit"
    """It could be loaded, but knows none of the project's classes."""


class ModelHost:
    """Loads one model at a time and runs it.

    Parameters
    ----------
    jobs, cache
        Where it runs, and what it remembers.
    """

    changed = Signal()

    def __init__(self, jobs: JobRunner, cache: PassCache) -> None:
        self._jobs = jobs
        self._cache = cache
        self._source: NetworkSource | None = None
        self._unfit: NetworkSource | None = None
        self._match = SAME_CLASSES
        self._ask: Callable[[LabelSet], ClassMatch] = lambda _: SAME_CLASSES
        self._lock = PriorityLock()
        self.choice = ModelChoice()
        self.state = ModelState.NONE
        self.problem = ""

    def load(self, choice: ModelChoice, match: Callable[[LabelSet], ClassMatch] = lambda _: SAME_CLASSES) -> None:
        """Load a model in a job; the one in use goes on until the new one is ready.

        Parameters
        ----------
        choice
            Which one, and where it runs.
        match
            Says what it can do for the project's classes, given its own. Asked anew for a model that is loaded already.
        """
        self._ask = match
        if choice == self.choice and self.state is ModelState.LOADING:
            return
        known = self._source if self.state is ModelState.READY else self._unfit
        if choice == self.choice and known is not None and self.state in (ModelState.READY, ModelState.UNFIT):
            before = (self.state, self._match)
            self._take(known, match(known.label_set))
            if before != (self.state, self._match):
                self.changed.emit()
            return
        self.choice = choice
        self.state = ModelState.LOADING
        self.problem = ""
        self._jobs.start(
            _LOAD,
            lambda _: _open(choice),
            done=lambda source: self._loaded(source, self._ask(source.label_set)),
            failed=self._failed,
            stopped=lambda: self._failed("The model was not loaded, as you stopped that; choose it again when needed."),
            title="Loading the model",
        )
        self.changed.emit()

    def unload(self) -> None:
        """Use no model: the project's may not be read yet."""
        self._jobs.cancel(_LOAD)
        self._source = self._unfit = None
        self.choice, self.state, self.problem = ModelChoice(), ModelState.NONE, ""
        self.changed.emit()

    def load_now(self, choice: ModelChoice, match: Callable[[LabelSet], ClassMatch] = lambda _: SAME_CLASSES) -> None:
        """Load a model in this thread, for commands without a window; see `load`.

        Raises
        ------
        EdamError
            It cannot be loaded.
        """
        self.choice = choice
        source = _open(choice)
        self._loaded(source, match(source.label_set))

    def frozen(self) -> ModelHost:
        """Return a host of the model that is in use now, which stays when another is loaded here."""
        host = ModelHost(self._jobs, self._cache)
        host._lock = self._lock  # still one network at a time
        host.choice = self.choice
        if self._source is not None:
            host._loaded(self._source, self._match)
        return host

    def _loaded(self, source: NetworkSource, match: ClassMatch) -> None:
        self._take(source, match)
        self.changed.emit()

    def _take(self, source: NetworkSource, match: ClassMatch) -> None:
        fits = not match.objection
        self._source, self._unfit = (source, None) if fits else (None, source)
        self._match = match
        self.problem = match.objection
        self.state = ModelState.READY if fits else ModelState.UNFIT

    def _failed(self, sentence: str) -> None:
        self.state = ModelState.FAILED
        self.problem = sentence
        self.changed.emit()

    @property
    def is_ready(self) -> bool:
        """Whether photos can be inferred."""
        return self._source is not None and self.state is ModelState.READY

    @property
    def source(self) -> NetworkSource | None:
        """The loaded network with its metadata."""
        return self._source if self.is_ready else None

    @property
    def label_set(self) -> LabelSet | None:
        """The classes of the model that is loaded, whether or not it fits; `None`: none is."""
        source = self._source or self._unfit
        return source.label_set if source is not None else None

    @property
    def remark(self) -> str:
        """What the user should know of the classes it knows, as a sentence; empty: nothing."""
        return self._match.remark if self.is_ready else ""

    # The model's classes and the project's ----------------------------------------------------------------------------

    def masks(self, passes: PassOutputs) -> NetworkMasks:
        """Return a photo's masks, of the project's classes."""
        return NetworkMasks(passes, self._match.channels)

    def suggested(self, passes: PassOutputs) -> frozenset[int]:
        """Return the project's classes that the model suggests for a photo."""
        source = self.source
        found = source.suggested(passes) if source is not None and source.can_suggest else frozenset[int]()
        return self._of_project(found)

    def doubtful(self, passes: PassOutputs, present: frozenset[int]) -> frozenset[int]:
        """Return the present classes of the project that the network hardly answers to."""
        source, channels = self.source, self._match.channels
        if source is None:
            return frozenset()
        asked = present if channels is None else frozenset(channels[c] for c in present if c in channels)
        return self._of_project(source.doubtful(passes, asked))

    def project_class(self, name: str) -> int | None:
        """Return the project's class that the model knows by a name; `None`: there is none."""
        found = self.label_set.find(name) if self.label_set is not None else None
        return next(iter(self._of_project(frozenset({found}))), None) if found else None

    def _of_project(self, classes: frozenset[int]) -> frozenset[int]:
        channels = self._match.channels
        if channels is None:
            return classes
        return frozenset(own for own, channel in channels.items() if channel in classes)

    def describe(self) -> dict[str, Any]:
        """Return what provenance records of the model; empty without one."""
        return self._source.describe() if self._source is not None else {}

    def recommendation(self, *, with_saliency: bool) -> Recommendation | None:
        """Return what the model recommends."""
        return self._source.recommendation(with_saliency=with_saliency) if self._source is not None else None

    def crf_engine(self) -> CrfFactory:
        """Return what makes dense CRFs on the model's device."""
        if self._source is not None:
            return self._source.crf_engine()
        from edam_gui.imaging.dense_crf import DenseCrf

        return DenseCrf

    def hold_back(self, held_back: bool) -> None:
        """Let background inference rest while the user paints."""
        self._lock.hold_back(held_back)

    def cached(self, path: Path) -> bool:
        """Whether a photo's passes are there already."""
        return self._source is not None and self._cache.has(self._cache.key(path, self._source.describe()))

    def passes(
        self, path: Path, pixels: Callable[[], UInt8Array], context: JobContext, *, background: bool = False
    ) -> PassOutputs:
        """Return a photo's passes, from the cache or computed now; call it in a job.

        Parameters
        ----------
        path
            The photo's file, which names the passes in the cache.
        pixels
            Reads the photo, (H, W, 3) uint8 RGB, if it is needed.
        context
            Of the job.
        background
            Whether others go first.

        Raises
        ------
        InputFileError, OptionError, Cancelled
            The photo is unreadable, the device cannot do it, or the job was cancelled.
        """
        source = self._source
        if source is None:
            raise RuntimeError("no model is loaded")
        key = self._cache.key(path, source.describe())
        found = self._cache.get(key)
        if found is not None:
            return found
        photo = pixels()
        with self._lock.background(context.token.check) if background else self._lock.first():
            passes = source.passes(photo, context.token, None if background else context.progress)
        self._cache.put(key, passes)
        return passes


def _open(choice: ModelChoice) -> NetworkSource:
    # The first import of torch takes seconds; the window is up by then.
    from edam_gui.batch.mask_source import NetworkSource

    request = LabelRequest(
        images=Path(),
        out=Path(),
        model=choice.name or None,
        device=choice.device,
        precision=choice.precision,
        scales=choice.scales,
    )
    return NetworkSource(request)


def model_choice(choices: Choices, device: str = "auto") -> ModelChoice:
    """Return the model that a project has chosen; `device` is for one that has chosen none."""
    return ModelChoice(choices.model or "", choices.device or device, choices.precision or "auto", choices.scales)


def shipped_model_names() -> tuple[str, ...]:
    """Return the names of the models that come with the program, the default first; torch is not loaded for it."""
    from edam_gui.model.shipped import DEFAULT_MODEL, shipped_models

    return (DEFAULT_MODEL, *sorted(set(shipped_models()) - {DEFAULT_MODEL}))
