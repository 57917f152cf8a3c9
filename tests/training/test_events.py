from __future__ import annotations

import dataclasses
import math
from pathlib import Path

import pytest

from edam_gui.core.errors import OutputError
from edam_gui.training import events
from edam_gui.training.events import (
    CheckpointSaved,
    Continued,
    Ended,
    Event,
    EventLog,
    EventReader,
    History,
    Level,
    Message,
    Outcome,
    Paused,
    SampleSaved,
    Started,
    StepDone,
    Validated,
)


def started(step: int = 0, *, resumed: bool = False) -> Started:
    return Started(1.5, step, 0, 3, 30, resumed, 42, "host", "cpu", 1, ("a", "b"), (3, 4), 9, 2, 5)


def step(number: int) -> StepDone:
    return StepDone(2.0, number, 0, 0.5, 0.3, 0.2, 1e-4, 1.25, 12.0, 800.0, 60.0)


EXAMPLES: list[Event] = [
    started(),
    step(1),
    Validated(3.0, 1, 1, 0.4, 0.3, 0.5, 20.0, 0.1, 0.9, (0.5, None, 0.25), 35, 9.5, True),
    SampleSaved(4.0, 1, 1, "photo é.jpg", "samples/epoch_0001/00.jpg"),
    CheckpointSaved(5.0, 1, "checkpoints/state.pt"),
    Paused(6.0, 1),
    Continued(7.0, 1, 3.5),
    Message(8.0, 1, Level.WARNING, "a photo\nis bad"),
    Ended(9.0, 1, Outcome.FAILED, "The disk is full."),
]


def test_every_kind_survives_being_written_and_read(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    reader = EventReader(path)
    assert reader.poll() == []
    with EventLog(path) as log:
        for event in EXAMPLES:
            log.write(event)
            assert reader.poll() == [event]
    assert EventReader(path).poll() == EXAMPLES
    assert {type(e) for e in EXAMPLES} == set(events._KINDS.values())
    assert path.read_bytes().count(b"\n") == len(EXAMPLES)


def test_numbers_that_are_not_finite_become_null_and_come_back_as_nan(tmp_path: Path) -> None:
    line = events.to_line(dataclasses.replace(step(1), loss=math.inf, eta_s=math.nan))
    assert b'"loss": null' in line
    read = events.from_line(line)
    assert isinstance(read, StepDone)
    assert math.isnan(read.loss)
    assert math.isnan(read.eta_s)


def test_a_line_half_written_waits_and_a_torn_one_is_closed(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    whole = events.to_line(step(1))
    path.write_bytes(whole + whole[:20])
    reader = EventReader(path)
    assert reader.poll() == [step(1)]
    assert reader.poll() == []
    with EventLog(path) as log:
        log.write(step(2))
    assert reader.poll() == [step(2)]


def test_lines_of_newer_programs_and_rubbish_are_passed_over(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    more = events.to_line(step(3)).replace(b"{", b'{"new_field": 1, ', 1)
    timeless = events.to_line(step(2)).replace(b'"time": 2', b'"time": "noon", "x": 2')
    assert b"noon" in timeless
    huge = events.to_line(step(2)).replace(b'"time": 2', b'"time": 2' + b"0" * 400)
    path.write_bytes(b'{"kind": "dream"}\n[]\n{nonsense\n\n' + timeless + huge + more)
    assert EventReader(path).poll() == [step(3)]


def test_a_new_run_in_the_same_folder_is_read_from_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    path.write_bytes(events.to_line(step(1)) * 3)
    reader = EventReader(path)
    reader.poll()
    path.write_bytes(events.to_line(step(9)))
    assert reader.poll() == [step(9)]


def test_what_a_restart_took_back_is_forgotten() -> None:
    history = History()
    note = Message(1.0, 5, Level.NOTE, "said")
    history.add([started(), *(step(n) for n in range(1, 6)), note])
    history.add([started(3, resumed=True), step(4)])
    assert [e.step for e in history.of(StepDone)] == [1, 2, 3, 4]
    assert history.of(Message) == [note]
    last = history.last(Started)
    assert last is not None
    assert last.resumed
    assert history.last(Ended) is None


def test_a_log_that_cannot_be_opened_says_so(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="could not be written"):
        EventLog(tmp_path / "missing" / "events.jsonl")


def test_the_last_start_or_end_is_found_from_behind(tmp_path: Path) -> None:
    path = tmp_path / "events.jsonl"
    assert events.last_lifecycle_event(path) is None
    with EventLog(path) as log:
        log.write(started())
        log.write(Ended(2.0, 7, Outcome.STOPPED, ""))
        log.write(started(7, resumed=True))
        log.write(step(8))
    last = events.last_lifecycle_event(path)
    assert isinstance(last, Started)
    assert last.step == 7
