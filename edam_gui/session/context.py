"""What every part of the session shares."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.jobs import JobRunner
from edam_gui.session.current import CurrentImage
from edam_gui.session.events import Events
from edam_gui.session.messages import Level, Message
from edam_gui.session.model_host import ModelHost
from edam_gui.session.opened import OpenedProject

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
