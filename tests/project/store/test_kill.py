"""A process that is killed loses nothing that was reported saved."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from edam_gui.project.store import ProjectStore
from tests.killing import kill_and_count
from tests.project.store import killed_session
from tests.project.store.helpers import new_store


@pytest.mark.parametrize(("journal", "kills"), [("wal", 50), ("delete", 10)])
def test_kill_at_random_points_loses_no_saved_step(tmp_path: Path, journal: str, kills: int) -> None:
    new_store(tmp_path).close()
    path = tmp_path / "project.edam"
    chance = random.Random(5)  # noqa: S311
    script = subprocess.Popen(
        [sys.executable, killed_session.__file__, str(path), journal],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p for p in sys.path if p)},
    )
    done = 0
    with script:
        assert script.stdin is not None
        assert script.stdout is not None
        for _ in range(kills):
            script.stdin.write(b"go\n")
            script.stdin.flush()
            done = kill_one(script, chance, done)
            done = check(path, done)
        script.stdin.close()
    assert done > kills


def kill_one(script: subprocess.Popen[bytes], chance: random.Random, done: int) -> int:
    """Let a session run, kill it, and return the number of the last step that it reported saved."""
    assert script.stdout is not None
    pid = int(script.stdout.readline().split()[1])
    wanted = chance.randrange(12)
    for _ in range(wanted):
        done = int(script.stdout.readline())
    for _ in range(chance.randrange(3000)):  # a random moment between two reports
        pass
    return kill_and_count(script, pid, done)


def check(path: Path, reported: int) -> int:
    """Compare the project with what its steps must have made of it; return how many there are."""
    with ProjectStore.open(path) as store:
        assert store.read_only is None
        assert store.notices == ()
        done = store.setting("done") or 0
        assert done >= reported
        expected = killed_session.Session(store.ids())
        while expected.done < done:
            expected.step()
        for image in store.ids():
            record = store.load(image)
            assert [step.payload for step in record.steps] == expected.steps[image]
            assert [step.seq for step in record.steps] == list(range(1, len(record.steps) + 1))
            assert record.row.history == expected.history[image]
            assert record.row.status == expected.status[image]
            assert record.row.ticks == expected.ticks[image]
    return int(done)
