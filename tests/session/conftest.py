"""Sessions without a network."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.session.model_host import ModelHost
from edam_gui.session.session import Session
from tests.session.projects import make_folder, opened, without_network

Driven = tuple[Session, DeliveryQueue]


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is loaded."""
    monkeypatch.setattr(ModelHost, "load", without_network)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two photos of a cat and a dog."""
    return make_folder(tmp_path / "project")


@pytest.fixture
def driven(folder: Path, tmp_path: Path) -> Iterator[Driven]:
    """An open session and the queue that drives it."""
    with opened(folder, tmp_path / "cache") as pair:
        yield pair
