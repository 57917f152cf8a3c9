"""The status bar shows what runs, how far it is, how long it takes, and lets it be stopped."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from edam_gui.gui.shell.elided_label import ElidedLabel
from edam_gui.gui.shell.eta import RemainingTime, in_words
from edam_gui.gui.shell.job_indicator import JobIndicator
from edam_gui.gui.shell.theme import Theme


class Clock:
    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def jobs(theme: Theme, qtbot: QtBot, clock: Clock) -> JobIndicator:
    jobs = JobIndicator(clock=clock)
    qtbot.addWidget(jobs)
    return jobs


def test_nothing_runs_nothing_is_shown(jobs: JobIndicator) -> None:
    assert not jobs.isVisible()


def test_progress_and_time_left_are_shown(jobs: JobIndicator, clock: Clock) -> None:
    jobs.start("export", "Exporting label maps")
    row = jobs.row("export")
    assert jobs.isVisible()
    assert row.bar.maximum() == 0, "how much there is to do is not known yet"
    clock.now += 10
    jobs.progress("export", 5, 20)
    assert row.bar.value() / row.bar.maximum() == 0.25
    assert row.detail.text() == "5 of 20, 30 s left"
    clock.now += 1
    jobs.progress("export", 20, 20)
    assert row.detail.text() == "20 of 20"
    jobs.finish("export")
    assert not jobs.isVisible()


def test_a_share_is_shown_in_percent(jobs: JobIndicator, clock: Clock) -> None:
    jobs.start("run", "Running the model")
    clock.now += 2
    jobs.progress("run", 0.4, 1)
    assert jobs.row("run").detail.text() == "40 %, 3 s left"


def test_the_newest_is_in_the_bar_and_the_others_in_the_list(jobs: JobIndicator) -> None:
    for name in ("a", "b", "c"):
        jobs.start(name, f"Job {name}")
    assert jobs.isAncestorOf(jobs.row("c"))
    jobs.show_all()
    assert all(jobs.row(name).isVisible() for name in "abc")
    jobs.finish("c")
    assert jobs.jobs() == ("a", "b")
    assert jobs.row("b").isVisible()
    jobs.finish("a")
    jobs.finish("b")
    assert not jobs.isVisible()


def test_cancel_is_asked_for_once_and_shown_until_the_job_ends(jobs: JobIndicator, qtbot: QtBot) -> None:
    asked: list[str] = []
    jobs.cancel_asked.connect(asked.append)
    jobs.start("run", "Running the model")
    button = jobs.row("run").cancel_button
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    assert asked == ["run"]
    assert jobs.row("run").detail.text() == "stopping…"
    jobs.progress("run", 3, 4)
    assert jobs.row("run").detail.text() == "stopping…"


def test_a_job_that_cannot_be_stopped_has_no_button(jobs: JobIndicator) -> None:
    jobs.start("torch", "Loading torch", can_cancel=False)
    assert not jobs.row("torch").cancel_button.isVisible()


def test_news_of_an_ended_job_is_no_error(jobs: JobIndicator) -> None:
    jobs.progress("gone", 1, 2)
    jobs.finish("gone")
    assert jobs.jobs() == ()


def test_the_same_name_starts_over(jobs: JobIndicator) -> None:
    jobs.start("run", "First")
    jobs.progress("run", 1, 2)
    jobs.start("run", "Second")
    assert jobs.jobs() == ("run",)
    assert jobs.row("run").title == "Second"
    assert jobs.row("run").bar.maximum() == 0


def test_only_the_last_minute_counts_for_the_estimate() -> None:
    left = RemainingTime(0)
    assert left.seconds(10) is None
    left.update(100, 1)  # a slow start
    assert left.seconds(2) == pytest.approx(100)
    for done in range(2, 102):
        left.update(100 + done, done)
    assert left.seconds(111) == pytest.approx(10, rel=0.05)


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0.2, "1 s"),
        (59, "59 s"),
        (60, "about 1 min"),
        (3400, "about 57 min"),
        (3590, "about 1 h"),
        (7900, "about 2 h 10 min"),
    ],
)
def test_durations_are_said_roughly(seconds: float, words: str) -> None:
    assert in_words(seconds) == words


def test_a_long_title_is_cut_and_whole_in_the_tip(jobs: JobIndicator, qtbot: QtBot) -> None:
    title = "Running the model on all images of a folder with a very long name"
    label = ElidedLabel(title)
    qtbot.addWidget(label)
    label.resize(120, 20)
    label.grab()
    assert label.shown_text().endswith("…")
    assert label.toolTip() == title
    assert label.minimumSizeHint().width() < 120
    label.resize(900, 20)
    label.grab()
    assert label.shown_text() == title
    assert label.toolTip() == ""
