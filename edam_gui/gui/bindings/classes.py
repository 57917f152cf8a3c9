"""What the Labels menu does: picking and ticking classes, thresholds by key."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from PySide6.QtCore import QObject, QTimer

from edam_gui.gui.annotate.class_panel import ClassPanel
from edam_gui.gui.annotate.image_list.grid_view import GridView
from edam_gui.gui.annotate.threshold_panel import ThresholdPanel
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.session.session import Session

_SECOND_DIGIT_MS: Final = 700


class ClassDigits(QObject):
    """Classes by number: one digit picks at once where no longer number begins with it, else a second one may follow.

    Parameters
    ----------
    session, panel
        The classes, and where one is picked.
    """

    def __init__(self, session: Session, panel: ClassPanel) -> None:
        super().__init__(panel)
        self._session = session
        self._panel = panel
        self._typed = ""
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_SECOND_DIGIT_MS)
        self._timer.timeout.connect(self._forget)

    def press(self, digit: int) -> None:
        """Take a digit."""
        typed = self._typed + str(digit)
        number = int(typed)
        count = len(self._session.label_set)
        if number > count:
            typed, number = str(digit), digit
        self._typed = typed
        if 1 <= number <= count:
            self._panel.pick(number)
        if 0 < number * 10 <= count or number == 0:
            self._timer.start()
        else:
            self._forget()

    def _forget(self) -> None:
        self._timer.stop()
        self._typed = ""


def bind_classes(
    book: ActionBook,
    session: Session,
    classes: ClassPanel,
    thresholds: ThresholdPanel,
    grid: Callable[[], GridView | None] = lambda: None,
) -> None:
    """Bind classes and thresholds.

    Parameters
    ----------
    book, session, classes, thresholds
        The actions, and what they act on.
    grid
        Returns the grid while it is shown: digits tick classes there, and suggestions are confirmed there.
    """
    digits = ClassDigits(session, classes)

    def press(digit: int) -> None:
        view = grid()
        if view is None:
            digits.press(digit)
        else:
            view.digits.press(digit)

    for digit in range(10):
        book.bind(f"class.digit_{digit}", lambda digit=digit: press(digit))

    def confirm() -> None:
        view = grid()
        if view is None:
            session.ticks.confirm_all()
        else:
            session.bulk_ticks.confirm(view.selected_images())

    def tick() -> None:
        if classes.picked_class is not None:
            session.ticks.toggle(classes.picked_class)

    book.bind_all(
        {
            "class.next": lambda: classes.pick_next(1),
            "class.previous": lambda: classes.pick_next(-1),
            "class.tick": tick,
            "class.confirm": confirm,
            "threshold.reset": lambda: session.rules.reset(),
            "threshold.for_project": lambda *_: session.rules.adopt_image_thresholds(),
        }
    )
    for name in ("theta", "alpha", "beta"):
        book.bind(f"threshold.{name}_up", lambda name=name: thresholds.step(name, 1))
        book.bind(f"threshold.{name}_down", lambda name=name: thresholds.step(name, -1))
