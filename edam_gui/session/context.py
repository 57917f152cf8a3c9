"""What every part of the session shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.jobs import JobRunner
from edam_gui.session.current import CurrentImage
from edam_gui.session.events import Events
from edam_gui.session.messages import Level, Message
from edam_gui.session.model_host import ModelHost, ModelState
from edam_gui.session.opened import OpenedProject

INFER: Final = "image-infer"
"""Key of the job that makes the masks of the image on the desk."""
READ_ONLY: Final = "read-only"
"""Topic of the message that the project can only be read."""


@dataclass(eq=False)
class Context:
    """The state that the parts of the session act on.

    Parameters
    ----------
    jobs, events, model
        Shared services.
    project
        The open project, if there is one.
    current
        The image on the desk, if there is one.
    """

    jobs: JobRunner
    model: ModelHost
    events: Events = field(default_factory=Events)
    project: OpenedProject | None = None
    current: CurrentImage | None = None

    @property
    def label_set(self) -> LabelSet:
        """The classes in use."""
        return self.project.label_set if self.project is not None else PASCAL_VOC

    @property
    def masks_coming(self) -> bool:
        """Whether the label map on the screen is still empty, because the model has not answered yet."""
        current = self.current
        if current is None or current.files is None or current.masks is not None or current.files.base_map is not None:
            return False
        nothing_ticked = current.ticks is not None and not current.ticks.classes
        return not nothing_ticked and (self.jobs.is_busy(INFER) or self.model.state is ModelState.LOADING)

    def may_change(self) -> bool:
        """Return whether what the user does can be kept; if not, say why, so that nothing looks done that is lost."""
        if self.project is None:
            return False
        if self.project.read_only is not None:
            self.say(Level.WARNING, self.project.read_only, READ_ONLY)
            return False
        return True

    def say(self, level: Level, text: str, topic: str = "") -> None:
        """Tell the user something."""
        self.events.message.emit(Message(level, text, topic))

    def complain(self, text: str, topic: str = "") -> None:
        """Tell the user that something failed."""
        self.say(Level.ERROR, text, topic)
