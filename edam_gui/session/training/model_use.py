"""A run's model becomes the one in use: loaded, run on what nobody has touched, compared with what was before."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from psygnal import Signal

from edam_gui.jobs import JobContext
from edam_gui.session.comparison import Against, Comparison
from edam_gui.session.context import Context
from edam_gui.session.image_labeller import ImageLabeller
from edam_gui.session.model_host import ModelState
from edam_gui.session.run_all import RunAll
from edam_gui.session.training.untouched import untouched_images
from edam_gui.session.training.using import keep_model, run_model

_TOPIC: Final = "training"
_LANE: Final = "training"


class ModelUse:
    """Makes models of runs the project's.

    Parameters
    ----------
    context, comparison, run_all
        The session's state, the before/after view, and what infers many images.
    load
        Makes a checkpoint the model in use.
    """

    used = Signal(Path)
    """A run's model is being loaded."""

    def __init__(self, context: Context, comparison: Comparison, run_all: RunAll, load: Callable[..., None]) -> None:
        self._context = context
        self._comparison = comparison
        self._run_all = run_all
        self._load = load
        self._infer_with = ""
        context.model.changed.connect(self._model_changed)

    def use(self, run_dir: Path) -> None:
        """Make a run's model the project's, and infer the untouched images with it; edits stay.

        The before/after view shows what changes, on the image at hand and on others when they come up. Images that
        were corrected or accepted are inferred when they are shown.
        """
        project = self._context.project

        def work(_: JobContext) -> Path:
            return keep_model(run_dir, project.folder) if project is not None else run_model(run_dir)

        def done(model: Path) -> None:
            self._compare()
            self._infer_with = str(model) if project is not None else ""
            self._load(model=str(model))
            self.used.emit(model)
            self._model_changed()  # it may have been the model already

        title = f"Taking the model of {run_dir.name}"
        self._context.jobs.start("train-use", work, done=done, title=title, lane=_LANE)

    def _compare(self) -> None:
        """Keep the label map of the image on the desk, and the model, for those of the others."""
        self._comparison.choose(Against.BEFORE)
        self._comparison.want(True)
        project = self._context.project
        if project is not None and self._context.model.is_ready:
            earlier = ImageLabeller(project, self._context.model.frozen())
            self._comparison.make_before(lambda image, context: earlier.label(image, context).labels)

    def _model_changed(self) -> None:
        model = self._context.model
        if not self._infer_with or model.choice.name != self._infer_with:
            return
        if model.state in (ModelState.FAILED, ModelState.UNFIT):
            self._infer_with = ""
            self._context.complain(model.problem, _TOPIC)
        elif model.state is ModelState.READY:
            self._infer_with = ""
            self._infer_untouched()

    def _infer_untouched(self) -> None:
        project = self._context.project
        if project is not None:
            store = project.store
            self._context.jobs.start(
                "train-untouched", lambda _: untouched_images(store), done=self._run_all.start, lane=_LANE
            )
