"""Choosing the classes of the project: looked at in a draft, checked against what photos carry, kept as a whole."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Final

from edam_gui.core.errors import EdamError
from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.class_file import read_class_file
from edam_gui.project.store.changes import ForgetSuggestions
from edam_gui.session.class_draft import ClassDraft
from edam_gui.session.class_match import NO_MODEL_FITS
from edam_gui.session.class_use import ClassUse, find_use
from edam_gui.session.context import Context
from edam_gui.session.model_host import ModelState

USE_JOB: Final = "class-use"
_TOPIC: Final = "classes"
_SAVE_S: Final = 2.0


class ClassTable:
    """Changes which classes there are.

    Parameters
    ----------
    context
        The session's state.
    chosen
        Called when other classes hold.
    """

    def __init__(self, context: Context, chosen: Callable[[], None]) -> None:
        self._context = context
        self._chosen = chosen

    def begin(self, ready: Callable[[ClassDraft], None]) -> None:
        """Look through the project in a job, then hand a draft of its classes over."""
        project = self._context.project
        if project is None:
            return

        def done(use: ClassUse) -> None:
            if self._context.project is project:
                ready(ClassDraft(project.label_set, project.known_as, use))

        self._look(done)

    def _look(self, done: Callable[[ClassUse], None]) -> None:
        project = self._context.project
        if project is not None:
            self._context.jobs.start(
                USE_JOB,
                lambda context: find_use(project.store, context.token.check),
                done=done,
                failed=lambda text: self._context.complain(text, _TOPIC),
                title="Looking which classes are in use",
                lane="list",
            )

    def choose(self, draft: ClassDraft) -> None:
        """Let the project have the classes of a draft; what photos carry is looked at again where numbers change."""
        project = self._context.project
        if project is None or not draft.changed or not self._context.may_change():
            return
        if not draft.renumbers:
            self._keep(draft)
            return

        def done(use: ClassUse) -> None:
            if self._context.project is not project:
                return
            try:
                draft.check(use)
            except EdamError as error:
                self._context.complain(str(error), _TOPIC)
            else:
                self._keep(draft)

        self._look(done)

    def _keep(self, draft: ClassDraft) -> None:
        project = self._context.project
        if project is None:
            return
        changes = (ForgetSuggestions(),) if draft.changes_meaning else ()
        project.choose_classes(draft.label_set(), draft.known_as(), *changes)
        if changes:
            # Lists read the file: they must not meet a suggestion of a class that there is no more.
            project.store.flush(_SAVE_S)
        self._chosen()

    # What holds of the model -----------------------------------------------------------------------------------------

    def asks_about(self, draft: ClassDraft) -> tuple[str, ...]:
        """Return `old → new` of the renamed classes that the model knows: only the user can say if they are the same.

        A model that is not loaded may know any of them.
        """
        known = self._context.model.label_set
        return tuple(
            f"{one.known_as} → {one.name}"
            for _, one in draft.renamed
            if known is None or (known.find(one.known_as) and known.find(one.name) != known.find(one.known_as))
        )

    def model_sentence(self) -> str:
        """Return what the model can do for the project's classes, as a sentence."""
        model = self._context.model
        match model.state:
            case ModelState.READY:
                return model.remark or "The model knows all of these classes."
            case ModelState.LOADING:
                return "The model is being loaded."
            case ModelState.UNFIT:
                return model.problem
            case _:
                return f"There is no model: {NO_MODEL_FITS}."

    # Files -----------------------------------------------------------------------------------------------------------

    @staticmethod
    def read(path: Path) -> LabelSet:
        """Read a class file, as `--classes` does.

        Raises
        ------
        InputFileError
            It cannot be read, or is none.
        """
        return read_class_file(path)

    @staticmethod
    def write(path: Path, label_set: LabelSet) -> None:
        """Write a class file that `read` and `--classes` read.

        Raises
        ------
        OutputError
            It cannot be written.
        """
        write_bytes(path, label_set.to_json().encode())
