"""Runs that a test started are ended after it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.training.driving import end_runs


@pytest.fixture(autouse=True)
def no_runs_left(tmp_path: Path, photos: Path) -> Iterator[None]:
    yield
    end_runs(photos / "runs", tmp_path / "runs")
