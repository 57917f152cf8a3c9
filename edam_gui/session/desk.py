"""Bringing an image to the desk: its files, its masks, its edits; the neighbours are made ready meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Final

from edam_gui.core.errors import EdamError
from edam_gui.jobs import JobContext
from edam_gui.project.store import ImageRow
from edam_gui.project.store.changes import SetSetting
from edam_gui.session.context import INFER, Context
from edam_gui.session.current import CurrentImage
from edam_gui.session.history_keeper import HistoryKeeper
from edam_gui.session.image_files import ImageFiles
from edam_gui.session.labelling import Labelling
from edam_gui.session.mask_stack import FileMasks
from edam_gui.session.messages import Level
from edam_gui.session.model_host import ModelState
from edam_gui.session.ticks import TickBook

if TYPE_CHECKING:
    from edam_gui.model.pass_outputs import PassOutputs

LAST_IMAGE: Final = "last_image"
"""Setting of the project: where the user stopped."""

_READ: Final = "image-read"
_AHEAD: Final = "ahead-"
_TOPIC: Final = "image"
_MODEL: Final = "model"


class Desk:
    """Shows one image at a time.

    Parameters
    ----------
    context, labelling, ticks
        The session's state and the parts that follow the image.
    restore
        Brings back the edits of an image once its size is known.
    neighbours
        Images that are likely next.
    leave
        Keeps what is being done to the image on the desk before it goes, also where it comes back at once.
    """

    def __init__(
        self,
        context: Context,
        labelling: Labelling,
        ticks: TickBook,
        restore: Callable[[CurrentImage], None],
        neighbours: Callable[[], Sequence[ImageRow]],
        leave: Callable[[], None],
    ) -> None:
        self._context = context
        self._labelling = labelling
        self._ticks = ticks
        self._restore = restore
        self._neighbours = neighbours
        self._leave = leave
        self._number = 0
        self._ahead: dict[int, ImageFiles] = {}
        self.inferring = False
        self._prepares = True
        self._runs_at_once = True
        context.model.changed.connect(self._model_changed)

    def prepare(self, on: bool) -> None:
        """Make the neighbours ready while the user looks at an image, or not."""
        self._prepares = on

    def run_at_once(self, on: bool) -> None:
        """Run the model on every image that is shown, or only when asked to; masks that are cached are shown anyway."""
        self._runs_at_once = on

    def clear(self) -> None:
        """Take the image from the desk."""
        jobs = self._context.jobs
        for prefix in (_READ, INFER, _AHEAD):
            jobs.cancel_matching(prefix)
        self.inferring = False
        self._ahead.clear()
        self._labelling.reset()
        self._context.current = None
        self._context.events.current_changed.emit()

    def show(self, row: ImageRow) -> None:
        """Bring an image to the desk; what is still computed for the last one is dropped."""
        project = self._context.project
        if project is None:
            return
        self._leave()
        jobs = self._context.jobs
        for prefix in (_READ, INFER, _AHEAD):
            jobs.cancel_matching(prefix)
        self.inferring = False
        self._labelling.reset()
        self._number += 1
        try:
            record = project.store.load(row.id)
            entry = project.entry(record.row)
        except EdamError as error:
            self._context.current = None
            self._context.complain(str(error), _TOPIC)
            self._context.events.current_changed.emit()
            return
        current = CurrentImage(
            number=self._number,
            record=record,
            entry=entry,
            status=record.row.status,
            ticks=record.row.ticks,
            thresholds=record.thresholds.image,
            class_thresholds=dict(record.thresholds.image_classes),
        )
        HistoryKeeper.begin(current)
        self._context.current = current
        project.submit(SetSetting(LAST_IMAGE, current.id))
        self._context.say(Level.INFO, "", _TOPIC)
        self._context.events.current_changed.emit()
        ready = self._ahead.pop(row.id, None)
        if ready is not None:
            self._files_read(current.number, ready)
            return
        reader = project.reader()
        jobs.start(
            _READ,
            lambda _: reader.read(entry),
            done=lambda files: self._files_read(current.number, files),
            failed=lambda text: self._files_failed(current.number, text),
            lane="read",
            urgent=True,
        )

    def reload(self) -> None:
        """Read the current image's files again: roles or choices have changed."""
        current, project = self._context.current, self._context.project
        self._ahead.clear()
        if current is not None and project is not None:
            rows = project.store.rows([current.id])
            if rows:
                self.show(rows[0])

    def _of(self, number: int) -> CurrentImage | None:
        current = self._context.current
        return current if current is not None and current.number == number else None

    def _files_failed(self, number: int, sentence: str) -> None:
        current = self._of(number)
        if current is not None:
            current.problem = sentence
            self._context.complain(sentence, _TOPIC)
            self._context.events.photo_changed.emit()

    def _files_read(self, number: int, files: ImageFiles) -> None:
        current = self._of(number)
        if current is None:
            return
        current.files = files
        current.saliency = files.saliency
        current.notices = list(files.notices)
        if files.notices:
            self._context.say(Level.WARNING, " ".join(files.notices), _TOPIC)
        if files.masks is not None:
            current.masks = FileMasks(files.masks)
            if current.ticks is None:
                self._ticks.suggest(current.masks.classes)
        self._restore(current)
        events = self._context.events
        events.photo_changed.emit()
        events.saliency_changed.emit()
        events.ground_truth_changed.emit()
        events.masks_changed.emit()
        events.rule_changed.emit()
        if current.masks is None:
            self._infer_if_wanted(current)
        self._prepare_neighbours()

    # Inference -------------------------------------------------------------------------------------------------------

    def _infer_if_wanted(self, current: CurrentImage) -> None:
        model = self._context.model
        if self._runs_at_once or (model.is_ready and model.cached(current.entry.path)):
            self.infer()

    def infer(self) -> None:
        """Ask the model for the current image's masks, if it is loaded."""
        current, model = self._context.current, self._context.model
        if current is None or current.files is None or not model.is_ready:
            return
        number, path, pixels = current.number, current.entry.path, current.files.photo.pixels
        self.inferring = True

        def work(context: JobContext) -> PassOutputs:
            return model.passes(path, lambda: pixels, context)

        self._context.jobs.start(
            INFER,
            work,
            done=lambda passes: self._inferred(number, passes),
            failed=lambda text: self._infer_failed(number, text),
            stopped=self._infer_stopped,
            title=f"Inferring {current.entry.relative.name}",
            urgent=True,
        )
        self._context.events.masks_changed.emit()

    def _inferred(self, number: int, passes: PassOutputs) -> None:
        self.inferring = False
        current, model = self._of(number), self._context.model
        if current is None or not model.is_ready:
            return
        current.masks = model.masks(passes)
        if passes.notices:
            self._context.say(Level.INFO, " ".join(passes.notices), _TOPIC)
        if current.ticks is None:
            self._ticks.suggest(model.suggested(passes))
        current.doubtful = model.doubtful(passes, current.present)
        self._context.events.masks_changed.emit()
        self._context.events.rule_changed.emit()
        self._context.events.ticks_changed.emit()
        self._prepare_neighbours()

    def _infer_failed(self, number: int, sentence: str) -> None:
        self.inferring = False
        if self._of(number) is not None:
            self._context.complain(sentence, _TOPIC)
            self._context.events.masks_changed.emit()

    def _infer_stopped(self) -> None:
        self.inferring = False
        text = "The model was stopped; Model ▸ Run on this image starts it again."
        self._context.say(Level.INFO, text, _TOPIC)
        self._context.events.masks_changed.emit()

    def _model_changed(self) -> None:
        model, current = self._context.model, self._context.current
        if model.state is ModelState.FAILED:
            self._context.complain(model.problem, _MODEL)
        else:
            self._context.say(Level.INFO, model.problem or model.remark, _MODEL)
        self._context.events.model_changed.emit()
        if model.state is ModelState.UNFIT and current is not None and current.files is not None:
            self._forget_masks(current)
        if not model.is_ready or current is None:
            return
        if current.files is not None and current.files.masks is None:
            current.masks = None
            self._infer_if_wanted(current)
        self._context.events.rule_changed.emit()

    def _forget_masks(self, current: CurrentImage) -> None:
        """Take the masks of another model's classes from the image on the desk."""
        self._context.jobs.cancel(INFER)
        self.inferring = False
        if current.files is not None and current.files.masks is None:
            current.masks, current.doubtful = None, frozenset()
            self._context.events.masks_changed.emit()
            self._context.events.rule_changed.emit()
            self._labelling.update()

    # The next images -------------------------------------------------------------------------------------------------

    def _prepare_neighbours(self) -> None:
        """Read the neighbours' files and infer their masks, so that they are there when the user gets to them."""
        current, project = self._context.current, self._context.project
        if current is None or project is None or self.inferring or not self._prepares:
            return
        rows = [row for row in self._neighbours() if row.id != current.id][:2]
        self._ahead = {k: v for k, v in self._ahead.items() if k in {row.id for row in rows}}
        for row in rows:
            self._prepare(row)

    def _prepare(self, row: ImageRow) -> None:
        project, model = self._context.project, self._context.model
        if project is None:
            return
        try:
            entry = project.entry(row)
        except EdamError:
            return  # said when the user goes there
        reader, known = project.reader(), self._ahead.get(row.id)
        runs = self._runs_at_once
        has_masks = reader.sources.masks is not None

        def work(context: JobContext) -> ImageFiles:
            files = known or reader.read(entry)
            if model.is_ready and runs and not (has_masks and files.masks is not None):
                model.passes(entry.path, lambda: files.photo.pixels, context, background=True)
            return files

        def done(files: ImageFiles) -> None:
            self._ahead[row.id] = files

        self._context.jobs.start(_AHEAD + str(row.id), work, done=done, failed=lambda _text: None, lane="ahead")
