"""Shared by the tests of training."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import torch

from edam_gui.training.manifest import Manifest
from tests.training.tiny import tiny_manifest, write_data


@pytest.fixture(autouse=True, scope="session")
def one_thread() -> Iterator[None]:
    """Sums over several threads differ in the last bit, and threads of a busy machine wait for each other."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Photos, labels and label maps. Not to be changed."""
    return write_data(tmp_path_factory.mktemp("data") / "set")


@pytest.fixture(scope="session")
def manifest(data: Path) -> Manifest:
    return tiny_manifest(data)
