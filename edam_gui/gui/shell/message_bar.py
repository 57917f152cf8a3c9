"""A bar at the top of the window that says what happened and what to do, and blocks nothing."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from PySide6.QtCore import QEvent, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QAccessible, QAccessibleEvent, QEnterEvent, QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QBoxLayout, QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QToolButton, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.icons import themed_icon
from edam_gui.gui.shell.roles import set_style_property
from edam_gui.gui.shell.theme import current_theme

_NARROW: Final = 460
"""Below this width the buttons go under the text."""

_SHOWN_MS: Final = 5000
_LETTER_MS: Final = 50
"""How long a notice stays: a while, and the time to read it."""


class Kind(StrEnum):
    """How serious a message is; the value is the icon's name and the style sheet's."""

    INFO = "info"
    SUCCESS = "success"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Message:
    """One message.

    Parameters
    ----------
    text
        One or two sentences: what happened, what to do. Shown as plain text.
    kind
        How serious it is.
    action
        Text of the button, "" for none.
    run
        What the button does; the message goes away with it.
    """

    text: str
    kind: Kind = Kind.INFO
    action: str = ""
    run: Callable[[], object] | None = None

    @property
    def is_notice(self) -> bool:
        """Whether it asks for nothing, and may go by itself."""
        return not self.action and _RANK[self.kind] == 0


class MessageBar(QFrame):
    """Shows one message at a time, the most serious and oldest first; the others wait, each once.

    Signals: `shown(text)` when a message comes into view; `emptied()` when the last one went.
    """

    shown = Signal(str)
    emptied = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("message-bar")
        self._waiting: deque[Message] = deque()
        self._message: Message | None = None
        self._fading = QTimer(self)
        self._fading.setSingleShot(True)
        self._fading.timeout.connect(self.dismiss)
        self._icon = QLabel(self)
        self._text = QLabel(self)
        self._text.setTextFormat(Qt.TextFormat.PlainText)
        self._text.setWordWrap(True)
        self._text.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._text.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self._more = QLabel(self)
        self._button = QPushButton(self)
        self._button.clicked.connect(self._act)
        self._close = QToolButton(self)
        self._close.setAccessibleName("Close this message")
        self._close.setToolTip("Close this message")
        self._close.clicked.connect(self.dismiss)
        self._lay_out()
        self.setVisible(False)
        current_theme().changed.connect(self._draw_icons)

    def say(
        self,
        text: str,
        kind: Kind = Kind.INFO,
        action: str = "",
        run: Callable[[], object] | None = None,
    ) -> None:
        """Show a message, or put it behind those of its kind; one that is shown or waits already is not repeated."""
        message = Message(text, kind, action, run)
        if self._message is not None and (self._message.text, self._message.kind) == (text, kind):
            self._message = message
            self._show_message()
            return
        if any((other.text, other.kind) == (text, kind) for other in self._waiting):
            return
        self._waiting.append(message)
        if message.is_notice and self._message is not None and self._message.is_notice:
            self._message = None  # what was done last is what the user wants to know of
            self._next()
        elif self._message is None or _RANK[kind] > _RANK[self._message.kind]:
            if self._message is not None:
                self._waiting.appendleft(self._message)
            self._next()
        else:
            self._count()

    def error(self, text: str, action: str = "", run: Callable[[], object] | None = None) -> None:
        """Say what went wrong."""
        self.say(text, Kind.ERROR, action, run)

    def warn(self, text: str, action: str = "", run: Callable[[], object] | None = None) -> None:
        """Say what may be wrong."""
        self.say(text, Kind.WARNING, action, run)

    def message(self) -> Message | None:
        """Return the message in view."""
        return self._message

    def waiting(self) -> tuple[Message, ...]:
        """Return the messages that wait."""
        return tuple(self._waiting)

    def withdraw(self, text: str) -> None:
        """Take back a message that no longer holds, shown or waiting."""
        self._waiting = deque(m for m in self._waiting if m.text != text)
        if self._message is not None and self._message.text == text:
            self.dismiss()
        else:
            self._count()

    def dismiss(self) -> None:
        """Close the message in view; the next one comes up."""
        self._fading.stop()
        self._message = None
        self._next()

    def clear(self) -> None:
        """Close all messages."""
        self._waiting.clear()
        self.dismiss()

    def enterEvent(self, event: QEnterEvent) -> None:  # noqa: N802
        """Keep the message: it is being read."""
        super().enterEvent(event)
        self._fading.stop()

    def leaveEvent(self, event: QEvent) -> None:  # noqa: N802
        """Let a notice go some time after."""
        super().leaveEvent(event)
        self._fade()

    def showEvent(self, event: QShowEvent) -> None:  # noqa: N802
        """Count the time in view."""
        super().showEvent(event)
        self._fade()

    def hideEvent(self, event: QHideEvent) -> None:  # noqa: N802
        """Let no message go unseen."""
        super().hideEvent(event)
        self._fading.stop()

    def keyPressEvent(self, event: QKeyEvent) -> None:  # noqa: N802, D102
        if event.key() == Qt.Key.Key_Escape:
            self.dismiss()
            return
        super().keyPressEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:  # noqa: N802, D102
        super().resizeEvent(event)
        direction = QBoxLayout.Direction
        self._halves.setDirection(direction.TopToBottom if self.width() < _NARROW else direction.LeftToRight)

    def _lay_out(self) -> None:
        said = QHBoxLayout()
        said.setSpacing(spacing.NORMAL)
        said.addWidget(self._icon)
        said.addWidget(self._text, 1)
        done = QHBoxLayout()
        done.setSpacing(spacing.NORMAL)
        done.addStretch(1)
        done.addWidget(self._more)
        done.addWidget(self._button)
        done.addWidget(self._close)
        self._close.setIconSize(QSize(spacing.ICON, spacing.ICON))
        self._halves = QBoxLayout(QBoxLayout.Direction.LeftToRight, self)
        self._halves.setContentsMargins(spacing.NORMAL + spacing.TIGHT, spacing.TIGHT, spacing.NORMAL, spacing.TIGHT)
        self._halves.setSpacing(spacing.TIGHT)
        self._halves.addLayout(said, 1)
        self._halves.addLayout(done)

    def _next(self) -> None:
        if not self._waiting:
            self.setVisible(False)
            self.emptied.emit()
            return
        self._message = max(self._waiting, key=lambda m: _RANK[m.kind])
        self._waiting.remove(self._message)
        self._show_message()

    def _show_message(self) -> None:
        message = self._message
        if message is None:
            return
        self._text.setText(message.text)
        self._button.setText(message.action)
        self._button.setToolTip(f"{message.action}, and close this message")
        self._button.setVisible(bool(message.action))
        self.setAccessibleName(f"{message.kind.value.capitalize()}: {message.text}")
        set_style_property(self, "message", message.kind.value)
        # The style sheet gives the labels and the button the message's colour through their parent's property.
        for child in (self._text, self._more, self._button):
            child.style().unpolish(child)
            child.style().polish(child)
        self._draw_icons()
        self._count()
        self.setVisible(True)
        self._fade()
        QAccessible.updateAccessibility(QAccessibleEvent(self, QAccessible.Event.Alert))
        self.shown.emit(message.text)

    def _fade(self) -> None:
        """Let a notice that asks for nothing go once it can have been read; not while the pointer is on it."""
        message = self._message
        self._fading.stop()
        if message is not None and message.is_notice and self.isVisible() and not self.underMouse():
            self._fading.start(_SHOWN_MS + _LETTER_MS * len(message.text))

    def _count(self) -> None:
        self._more.setText(f"{len(self._waiting)} more")
        self._more.setVisible(bool(self._waiting))

    def _draw_icons(self) -> None:
        if self._message is None:
            return
        color = getattr(current_theme().colors, self._message.kind.value)
        icon = themed_icon(self._message.kind.value, color)
        self._icon.setPixmap(icon.pixmap(QSize(spacing.TOOL_ICON, spacing.TOOL_ICON), self.devicePixelRatioF()))
        self._close.setIcon(themed_icon("close", color))

    def _act(self) -> None:
        message = self._message
        self.dismiss()
        if message is not None and message.run is not None:
            message.run()


_RANK = {Kind.INFO: 0, Kind.SUCCESS: 0, Kind.WARNING: 1, Kind.ERROR: 2}
