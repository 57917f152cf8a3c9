"""The open project and the current image as one observable object.

Every action of the user is a method of `Session` or of one of its parts; every change is a signal of `Session.events`.
It knows no widgets: a script does what a click does.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

from edam_gui.core.edits.rect import Rect, joined
from edam_gui.core.label_set import BACKGROUND, IGNORE, LabelSet
from edam_gui.imaging.photo import PHOTO_SUFFIXES
from edam_gui.jobs import Deliver, JobRunner
from edam_gui.project.store.changes import SetView, set_annotator
from edam_gui.session.accepted import AcceptedImages
from edam_gui.session.activation_view import ActivationView
from edam_gui.session.bulk import Bulk
from edam_gui.session.bulk_thresholds import BulkThresholds
from edam_gui.session.bulk_ticks import BulkStatus, BulkTicks
from edam_gui.session.class_match import SAME_CLASSES, ClassMatch, match_classes
from edam_gui.session.class_table import ClassTable
from edam_gui.session.clean_up import CleanUp
from edam_gui.session.comparison import Comparison
from edam_gui.session.context import Context
from edam_gui.session.current import CurrentImage
from edam_gui.session.desk import LAST_IMAGE, Desk
from edam_gui.session.editing import Editing
from edam_gui.session.events import Events
from edam_gui.session.exporting import Exporting
from edam_gui.session.finishing import Finishing
from edam_gui.session.folders import Folders
from edam_gui.session.history_keeper import HistoryKeeper
from edam_gui.session.image_rows import ImageRows
from edam_gui.session.label_table import LabelTable
from edam_gui.session.labelling import Labelling
from edam_gui.session.layer_restore import LABEL
from edam_gui.session.messages import Level
from edam_gui.session.model_host import ModelHost, model_choice
from edam_gui.session.navigator import Navigator
from edam_gui.session.notes import Notes
from edam_gui.session.opened import OpenedProject
from edam_gui.session.opener import Opener
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.readout import Readout, read_pixel
from edam_gui.session.rules import Rules, Scope
from edam_gui.session.run_all import RunAll
from edam_gui.session.shapes import Shapes
from edam_gui.session.sitting import Sitting
from edam_gui.session.state_steps import StateSteps
from edam_gui.session.superpixels import Superpixels
from edam_gui.session.thumbnails import Thumbnails
from edam_gui.session.ticks import UNTICKED, TickBook
from edam_gui.session.training.desk import TrainingDesk


class Session:
    """One sitting.

    Parameters
    ----------
    deliver
        How calls from job threads reach the thread that owns the session.
    cache
        Where the network's answers are kept; the user's cache folder by default.

    Attributes
    ----------
    events
        What changes.
    opener, folders, navigator, desk, model, rules, ticks, labelling, activation, comparison
        What is shown.
    editing, finishing, history, shapes, clean_up, superpixels, notes, run_all, exporting
        What can be done.
    rows, sitting, thumbnails
        What lists show: the images, how far the work is, small pictures.
    accepted, bulk, bulk_ticks, bulk_status, bulk_thresholds, label_table
        What can be done to many images.
    classes
        Choosing other classes.
    training
        Training runs.
    """

    def __init__(self, deliver: Deliver, cache: PassCache | None = None) -> None:
        self.jobs = JobRunner(deliver)
        self.model = ModelHost(self.jobs, cache or PassCache())
        self._context = Context(self.jobs, self.model)
        context = self._context
        self.rules = Rules(context)
        self.labelling = Labelling(context, self.rules)
        self.activation = ActivationView(context, self.rules)
        self.ticks = TickBook(context, self.labelling.update)
        self.history = HistoryKeeper(context, self._recompose)
        self.superpixels = Superpixels(context)
        self.editing = Editing(context, self.labelling, self.history, self.superpixels)
        self.shapes = Shapes(context, self.editing)
        self.clean_up = CleanUp(context, self.editing)
        self.notes = Notes(context)
        self.desk = Desk(context, self.labelling, self.ticks, self._restore, self._neighbours, self._leave)
        self.navigator = Navigator(context, self.desk.show)
        self.finishing = Finishing(context, self.ticks, self.navigator, self.history)
        self.run_all = RunAll(context, self.navigator)
        self.exporting = Exporting(context)
        self.folders = Folders(context, self.rules, self.desk, self.navigator)
        self.comparison = Comparison(context)
        self.training = TrainingDesk(context, self.comparison, self.run_all, self.choose_model)
        self.rows = ImageRows(context, self.navigator)
        self.sitting = Sitting(context)
        self.thumbnails = Thumbnails(context, deliver)
        self.bulk = Bulk(context, self.rows, self.history)
        self.bulk_ticks = BulkTicks(context, self.rows, self.bulk, self.ticks, self.sitting)
        self.bulk_thresholds = BulkThresholds(context, self.bulk)
        self.accepted = AcceptedImages(context, self.rules, self.bulk, self.bulk_thresholds, self.desk.reload)
        self.bulk_status = BulkStatus(self.bulk, self.navigator, self.sitting, self.bulk_ticks.field)
        self.label_table = LabelTable(context)
        self.classes = ClassTable(context, self._classes_chosen)
        self.opener = Opener(
            context,
            deliver,
            opened=self._opened,
            open_already=self._open_already,
            listed=self.navigator.refresh,
            filled=self._filled,
            closing=self._closing,
        )
        self.folders.on_allow = self.opener.grant
        self.folders.on_other_result = self.accepted.method_changed
        self._annotator = ""
        self._to_add: tuple[Path, ...] = ()
        self.default_device = "auto"
        self._steps = StateSteps(self)
        self.jobs.failed.connect(lambda info, text: context.complain(text, info.key))
        context.events.saliency_changed.connect(self.labelling.update)
        self.opener.save_state.changed.connect(context.events.saved_changed.emit)
        self.opener.save_state.trouble.connect(lambda text: context.complain(text, "save"))
        self.opener.save_state.recovered.connect(lambda: context.say(Level.INFO, "Everything is saved again.", "save"))

    # What there is ---------------------------------------------------------------------------------------------------

    @property
    def events(self) -> Events:
        """The signals."""
        return self._context.events

    @property
    def project(self) -> OpenedProject | None:
        """The open project."""
        return self._context.project

    @property
    def current(self) -> CurrentImage | None:
        """The image on the desk."""
        return self._context.current

    @property
    def label_set(self) -> LabelSet:
        """The classes in use."""
        return self._context.label_set

    @property
    def edit_saved(self) -> Any:
        """Signal: every change up to this number is on the disk."""
        return self.opener.save_state.edit_saved

    def read_pixel(self, x: int, y: int) -> Readout | None:
        """Return what is known of a pixel of the current image."""
        return read_pixel(self._context, x, y)

    # Doing -----------------------------------------------------------------------------------------------------------

    def open(self, source: Path, *others: Path, list_file: Path | None = None) -> None:
        """Open a project file, folder, VOC root, list or image.

        An image is shown, and added to the project of its folder if it is not in it; the images of `others` are added.
        """
        self._to_add = (source, *others) if others or source.suffix.lower() in PHOTO_SUFFIXES else ()
        self.opener.open(source, list_file=list_file)

    def load_model(self) -> None:
        """Load the model that the project has chosen, else the default; none while its file is not allowed."""
        project = self.project
        if project is not None and project.model_file() in project.ungranted_files():
            self.model.unload()
            return
        self.model.load(model_choice(self.rules.choices, self.default_device), self._match_classes)

    def choose_model(self, **values: Any) -> None:
        """Choose another model, device, precision or scales for the project, and load it.

        A project that can only be read keeps its choice; the model is loaded for this sitting.
        """
        if values.get("model"):
            self.opener.allow_file(Path(values["model"]))
        if self.project is not None and self.project.read_only is None:
            self.rules.choose(**values)
            self.load_model()
        else:
            choices = replace(self.rules.choices, **values)
            self.model.load(model_choice(choices, self.default_device), self._match_classes)

    def keep_view(self, image: int, state: dict[str, Any]) -> None:
        """Keep how an image is looked at (zoom, place) for the next time; empty: the whole photo."""
        project = self.project
        if project is not None:
            project.submit(SetView(image, state))

    def show_again(self) -> None:
        """Read the current image again, or the first one: files that could not be read can be now."""
        if self.current is not None:
            self.desk.reload()
        else:
            self.navigator.again()

    def set_annotator(self, name: str) -> None:
        """Say who is working; kept with every change of this and later projects."""
        self._annotator = name
        self._tell_annotator()

    def _tell_annotator(self) -> None:
        project = self.project
        if project is not None and self._annotator and project.store.annotator != self._annotator:
            project.submit(set_annotator(self._annotator))

    def undo(self) -> bool:
        """Take the last step back; while a stroke is painted, only that.

        What ended the work on the last image is taken back there, as long as nothing was done to this one.
        """
        if self.editing.is_painting:
            self.editing.abort_stroke()
            return True
        self._context.say(Level.INFO, "", UNTICKED)
        return self._steps.moved(self.finishing.undo() or self.history.undo())

    @property
    def undo_name(self) -> str:
        """Name of what `undo` would take back; empty: nothing."""
        step = self.current.history.next_undo if self.current is not None else None
        return self.finishing.undo_name or (step.name if step is not None else "")

    def redo(self) -> bool:
        """Do the next step on this image again."""
        return not self.editing.is_painting and self._steps.moved(self.history.redo())

    def go_to_step(self, position: int) -> None:
        """Undo or redo until `position` steps of this image's history are done."""
        self.editing.abort_stroke()
        self._steps.moved(self.history.go_to(position))

    def unsaved(self) -> str:
        """End what is being done to the image, and return why not all is on the disk, as a sentence; empty: it is."""
        self._leave()
        return self.opener.unsaved()

    def close(self) -> None:
        """Write what is left and end every thread."""
        self.opener.close()
        self.opener.save_state.close()
        self.jobs.close()

    # Wiring ----------------------------------------------------------------------------------------------------------

    def _opened(self) -> None:
        self._tell_annotator()
        self.rules.choose_scope(Scope.PROJECT, None)
        self.navigator.refresh(self._listed)
        self.events.project_changed.emit()
        self.events.rule_changed.emit()
        self.load_model()

    def _open_already(self) -> None:
        self.events.project_changed.emit()
        self._add_wanted()

    def _add_wanted(self) -> bool:
        """Add what the user pointed at besides the project; return whether an image of it will be shown."""
        sources, self._to_add = self._to_add, ()
        if not sources:
            return False
        is_image = sources[0].suffix.lower() in PHOTO_SUFFIXES
        self.folders.add_images(*sources, show_first=is_image)
        return is_image and self.project is not None and self.project.read_only is None

    def _listed(self) -> None:
        self.opener.check()
        if self._add_wanted():
            return
        last = self.project.store.setting(LAST_IMAGE) if self.project is not None else None
        if isinstance(last, int) and self.navigator.place_of(last) is not None:
            self.navigator.go_to(last)
        else:
            self.navigator.next()

    def _filled(self) -> None:
        """Show the image-level label of the current image, if one has come for it since it is shown."""
        project, current = self.project, self.current
        if project is not None and current is not None and project.store.row(current.id).ticks != current.ticks:
            self.desk.reload()

    def _match_classes(self, known: LabelSet) -> ClassMatch:
        """Return what a model can do for the project; an untouched one whose classes nobody chose takes the model's."""
        project = self.project
        if project is None:
            return SAME_CLASSES
        if project.known_as is None and known.names != project.label_set.names:
            counts = project.store.counts()
            if not (counts.labelled or counts.edited):
                project.adopt_classes(known)
                self.events.classes_changed.emit()
        return match_classes(project.label_set, project.known_as, known)

    def _classes_chosen(self) -> None:
        """Show everything with the classes that hold now, and see what the model can do for them."""
        count = len(self.label_set)
        paint = self.editing.paint
        if paint.label != IGNORE and paint.label > count:
            self.editing.set_paint(replace(paint, label=BACKGROUND))
        if self.rules.class_index is not None:
            self.rules.choose_scope(self.rules.scope, None)
        self.events.classes_changed.emit()
        self.load_model()
        self.navigator.refresh()
        self.desk.reload()

    def _leave(self) -> None:
        """Keep what is being done to the current image before it goes."""
        self._context.say(Level.INFO, "", UNTICKED)
        self.editing.finish_stroke()
        self.rules.commit()
        self.clean_up.cancel()
        self.history.leave()

    def _closing(self) -> None:
        self._leave()
        self.folders.forget()
        self.run_all.forget()
        self.desk.clear()
        self.navigator.clear()
        self.sitting.close()
        self.bulk.forget()
        self.accepted.forget()
        self.thumbnails.clear()

    def _restore(self, current: CurrentImage) -> None:
        self.history.restore(current)
        self.labelling.compose_saliency()
        self.events.history_changed.emit()

    def _neighbours(self) -> Any:
        return self.navigator.neighbours()

    def _recompose(self, layer: str, rects: tuple[Rect, ...]) -> None:
        if layer == LABEL:
            self.labelling.compose_all(rects)
        else:
            self.labelling.compose_saliency(joined(rects))
        self.events.edits_changed.emit()
