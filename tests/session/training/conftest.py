"""Sessions whose project can be trained on in seconds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.session.projects import make_folder, opened
from tests.session.training.driving import TrainingDriver, end_runs


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """Four photos of a cat and a dog, their masks and saliency from files."""
    return make_folder(tmp_path / "project", images=4)


@pytest.fixture
def driver(project: Path, tmp_path: Path) -> Iterator[TrainingDriver]:
    """A session that is looked at again and again, and whose runs are ended after the test."""
    with opened(project, tmp_path / "cache") as (session, queue):
        yield TrainingDriver(session, queue)
        end_runs(session.training.folder(), tmp_path)
