"""Shows the session's messages in the bar: one per topic, withdrawn when it no longer holds."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from edam_gui.gui.shell.message_bar import Kind, MessageBar
from edam_gui.session.messages import Level, Message
from edam_gui.session.session import Session

_KINDS = {Level.INFO: Kind.INFO, Level.WARNING: Kind.WARNING, Level.ERROR: Kind.ERROR}


class MessageHop:
    """Connects a session with a message bar.

    Parameters
    ----------
    session, bar
        What it connects.
    actions
        Topic -> text and function of the button that its errors and warnings get.
    """

    def __init__(
        self, session: Session, bar: MessageBar, actions: Mapping[str, tuple[str, Callable[[], object]]]
    ) -> None:
        self._bar = bar
        self._actions = actions
        self._by_topic: dict[str, str] = {}
        session.events.message.connect(self.show)

    def show(self, message: Message) -> None:
        """Show a message, in place of the older one of its topic."""
        old = self._by_topic.pop(message.topic, "") if message.topic else ""
        if old and old != message.text:
            self._bar.withdraw(old)
        if not message.text:
            return
        if message.topic:
            self._by_topic[message.topic] = message.text
        text, run = self._actions.get(message.topic, ("", None)) if message.level is not Level.INFO else ("", None)
        self._bar.say(message.text, _KINDS[message.level], text, run)
