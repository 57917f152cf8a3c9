"""Every test has a home of its own, no display, and leaves no thread or timer behind."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

_PATIENCE_S = 2.0
"""How long a thread that was told to end may take to do so."""


@pytest.fixture(autouse=True)
def isolated_home(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings, caches and the home folder point into a fresh temporary folder."""
    home = tmp_path_factory.mktemp("home")
    for name in ("HOME", "USERPROFILE", "XDG_CONFIG_HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME", "XDG_STATE_HOME"):
        monkeypatch.setenv(name, str(home))
    return home


@pytest.fixture(autouse=True)
def no_leaked_threads() -> Iterator[None]:
    """Fail a test that leaves a Python thread running."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + _PATIENCE_S
    while (leaked := _running(before)) and time.monotonic() < deadline:
        time.sleep(0.01)
    assert not leaked, f"threads still running: {[t.name for t in leaked]}"


def _running(before: set[threading.Thread]) -> list[threading.Thread]:
    # tqdm-like monitor threads do not exist here; every thread counts.
    return [t for t in threading.enumerate() if t not in before and t.is_alive()]


@pytest.fixture(autouse=True)
def no_leaked_timers(request: pytest.FixtureRequest) -> Iterator[None]:
    """Fail a test that uses Qt and leaves a timer or thread of Qt's running."""
    uses_qt = "qtbot" in request.fixturenames or "qapp" in request.fixturenames
    if not uses_qt:
        yield
        return
    from tests.qt_leaks import watch_qt

    with watch_qt() as leaks:
        yield
    assert not leaks(), f"Qt objects still active: {leaks()}"
