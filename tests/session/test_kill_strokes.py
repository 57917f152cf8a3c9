"""A process that is killed loses no stroke that was reported saved."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from pathlib import Path

import numpy as np

from tests.killing import kill_and_count
from tests.session import killed_strokes
from tests.session.killed_strokes import IMAGES, Model, show
from tests.session.projects import make_folder, opened

KILLS = 50
MOST_ON_THE_WAY = 60


def test_kill_at_random_moments_loses_no_finished_stroke(tmp_path: Path) -> None:
    folder = make_folder(tmp_path / "project", images=IMAGES, size=killed_strokes.SIZE)
    with opened(folder, tmp_path / "cache") as (session, queue):
        automatic = []
        for image in range(IMAGES):
            show(session, queue, image)
            assert session.current is not None
            assert session.current.labels is not None
            automatic.append(session.current.labels.copy())
    chance, model = random.Random(7), Model()  # noqa: S311
    script = subprocess.Popen(
        [sys.executable, killed_strokes.__file__, str(folder), str(tmp_path / "cache")],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(p or str(Path.cwd()) for p in sys.path)},
    )
    with script:
        assert script.stdin is not None
        for _ in range(KILLS):
            script.stdin.write(f"go {model.done}\n".encode())
            script.stdin.flush()
            reported = kill_one(script, chance, model.done)
            check(folder, tmp_path / "cache", model, reported, automatic)
        script.stdin.close()
    assert model.done > 2 * KILLS


def kill_one(script: subprocess.Popen[bytes], chance: random.Random, done: int) -> int:
    """Let a sitting run, kill it, and return how many actions it reported saved."""
    assert script.stdout is not None
    words = script.stdout.readline().split()
    assert words[:1] == [b"pid"], "the sitting did not begin"
    pid = int(words[1])
    for _ in range(chance.randrange(8)):
        done = int(script.stdout.readline())
    for _ in range(chance.randrange(20_000)):  # a random moment between two reports
        pass
    return kill_and_count(script, pid, done)


def check(folder: Path, cache: Path, model: Model, reported: int, automatic: list[np.ndarray]) -> None:
    """Find the project as it is after some action, none before the last one reported; bring the model there."""
    with opened(folder, cache) as (session, queue):
        found = []
        for image in range(IMAGES):
            show(session, queue, image)
            current = session.current
            assert current is not None
            assert current.labels is not None
            history = current.history
            found.append((history.position, len(history.names), current.labels.copy()))
    while model.done < reported:
        model.step()
    for _ in range(MOST_ON_THE_WAY):
        if matches(model, found, automatic):
            return
        model.step()
    raise AssertionError(f"the project is not what it was after action {reported}, nor after a later one")


def matches(model: Model, found: list[tuple[int, int, np.ndarray]], automatic: list[np.ndarray]) -> bool:
    return all(
        own.position == position and len(own.layers) - 1 == steps and np.array_equal(own.labels(auto), labels)
        for own, (position, steps, labels), auto in zip(model.images, found, automatic, strict=True)
    )
