from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from edam_gui.session.training.record import RunRecord
from edam_gui.session.training.series import robust_range, smoothed, thinned
from edam_gui.training.events import SampleSaved, Validated
from tests.training.test_events import started, step


def test_smoothing_starts_at_the_first_value_and_survives_gaps() -> None:
    values = np.array([4.0, np.nan, 4.0, np.inf, 4.0])
    np.testing.assert_allclose(smoothed(values, 0.9), 4.0)
    steps = np.array([0.0, 1.0])
    np.testing.assert_allclose(smoothed(steps, 0.5), [0.0, 1 / 1.5])
    np.testing.assert_array_equal(smoothed(steps, 0.0), steps)


def test_a_spike_does_not_widen_the_range() -> None:
    values = np.concatenate([np.linspace(1, 2, 100), [1e9]])
    found = robust_range(values)
    assert found is not None
    assert found[0] < 1
    assert 2 < found[1] < 3
    assert robust_range(np.array([np.nan])) is None
    assert robust_range(np.array([3.0, 3.0])) == (3.0 - 0.3, 3.0 + 0.3)
    low, high = robust_range(np.array([0.0, 1.0, 100.0]), logarithmic=True) or (9.0, 9.0)
    assert low < 0
    assert high > 2


def test_thinning_keeps_spikes() -> None:
    x = np.arange(100_000, dtype=np.float64)
    y = np.sin(x)
    y[54_321] = 50.0
    thin_x, thin_y = thinned(x, y, 1000)
    assert len(thin_x) < 1100
    assert thin_y.max() == 50.0
    assert np.all(np.diff(thin_x) > 0)


def test_what_a_restart_took_back_is_gone(tmp_path: Path) -> None:
    record = RunRecord(tmp_path)
    record.add([started(), *map(step, range(1, 8))])
    assert record.steps.tolist() == [1, 2, 3, 4, 5, 6, 7]
    resumed = started().__class__(**{**started().__dict__, "step": 4, "resumed": True})
    record.add([resumed, step(5)])
    assert record.steps.tolist() == [1, 2, 3, 4, 5]
    assert record.column("loss").size == 5


def test_a_validation_made_again_replaces_the_first(tmp_path: Path) -> None:
    record = RunRecord(tmp_path)
    first = Validated(1.0, 5, 1, 0.3, 0.3, 0.3, 20.0, 0.1, 0.9, (0.3,), 3, 1.0, True)
    record.add([first, replace(first, time=2.0, miou_masks=0.4), replace(first, step=10, epoch=2)])
    assert [(v.step, v.miou_masks) for v in record.validations] == [(5, 0.4), (10, 0.3)]


def test_samples_outside_the_run_are_not_shown(tmp_path: Path) -> None:
    record = RunRecord(tmp_path / "run")
    assert record.sample_path(SampleSaved(1.0, 1, 1, "x", "../secret.jpg")) is None
    assert record.sample_path(SampleSaved(1.0, 1, 1, "x", "samples/a.jpg")) == tmp_path / "run" / "samples" / "a.jpg"
