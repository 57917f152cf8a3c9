"""Numbers typed digit by digit mean a class as soon as they can mean only one."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from edam_gui.gui.annotate.image_list.digit_entry import DigitEntry


@pytest.mark.parametrize(
    ("count", "digits", "at_once", "finished"),
    [
        (9, "7", [7], [7]),
        (9, "0", [], []),
        (20, "3", [3], [3]),
        (20, "15", [15], [15]),
        (20, "1", [], [1]),
        (20, "01", [1], [1]),
        (20, "25", [2, 5], [2, 5]),
        (20, "20", [20], [20]),
        (20, "119", [11, 9], [11, 9]),
        (5, "7", [], []),
        (120, "12", [], [12]),
        (120, "120", [120], [120]),
        (120, "13", [13], [13]),
        (120, "007", [7], [7]),
    ],
)
def test_digits(qtbot: QtBot, count: int, digits: str, at_once: list[int], finished: list[int]) -> None:
    entry = DigitEntry(lambda: count)
    chosen: list[int] = []
    entry.chosen.connect(chosen.append)
    for digit in digits:
        entry.press(int(digit))
    assert chosen == at_once
    entry.finish()
    assert chosen == finished
    assert entry.digits == ""


def test_a_pause_ends_a_number(qtbot: QtBot) -> None:
    entry = DigitEntry(lambda: 20)
    typed: list[str] = []
    entry.typed.connect(typed.append)
    with qtbot.waitSignal(entry.chosen) as told:
        entry.press(1)
        assert entry.digits == "1"
    assert told.args == [1]
    assert typed == ["1", ""]


def test_a_number_can_be_given_up(qtbot: QtBot) -> None:
    entry = DigitEntry(lambda: 20)
    chosen: list[int] = []
    entry.chosen.connect(chosen.append)
    entry.press(1)
    assert entry.cancel()
    assert not entry.cancel()
    entry.finish()
    assert chosen == []
