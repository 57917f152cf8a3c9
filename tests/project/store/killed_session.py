"""A scripted session that is meant to be killed; run as ``python killed_session.py PROJECT wal|delete``.

The script waits for lines on its standard input and forks a session for each; the session prints its process id, then
the number of every step that the store reported saved. What step n does is known from n alone.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from edam_gui.project.store import ProjectStore, Status, Ticks, connection
from edam_gui.project.store.changes import AppendStep, Change, MoveHistory, PutSnapshot, SetSetting, SetStatus, SetTicks

STATUSES = tuple(Status)


class Session:
    """What the project holds after the first n steps, kept in plain Python beside the store."""

    def __init__(self, images: list[int]) -> None:
        self.images = images
        self.done = 0
        self.steps: dict[int, list[bytes]] = {image: [] for image in images}
        self.history = dict.fromkeys(images, 0)
        self.status = dict.fromkeys(images, Status.NEW)
        self.ticks: dict[int, Ticks | None] = dict.fromkeys(images)

    def step(self) -> list[Change]:
        """Make the next step; return its changes."""
        self.done += 1
        n = self.done
        image = self.images[n % len(self.images)]
        changes: list[Change] = [SetSetting("done", n)]
        if n % 7 == 0 and self.history[image]:
            self.history[image] -= 1
            changes.append(MoveHistory(image, self.history[image]))
        else:
            payload = f"{n} ".encode() * (n % 50 * 40 + 1)
            self.steps[image][self.history[image] :] = [payload]
            self.history[image] += 1
            changes.append(AppendStep(image, self.history[image], "stroke", f"Step {n}", payload))
        if n % 5 == 0:
            self.status[image] = STATUSES[n % len(STATUSES)]
            self.ticks[image] = Ticks(frozenset({1 + n % 20}))
            changes += [SetStatus(image, self.status[image]), SetTicks(image, self.ticks[image])]
        if n % 11 == 0:
            changes.append(PutSnapshot(image, "values", self.history[image], bytes(5000)))
        return changes


def run(path: Path) -> None:
    def saved(number: int) -> None:
        os.write(1, f"{number + first}\n".encode())

    store = ProjectStore.open(path, on_saved=saved)
    session = Session(store.ids())
    first = store.setting("done") or 0
    while session.done < first:
        session.step()
    os.write(1, f"pid {os.getpid()}\n".encode())
    while True:
        store.submit(*session.step())
        if session.done % 4 == 0:  # sometimes one by one, sometimes several at once
            store.flush()


if __name__ == "__main__":
    if sys.argv[2] == "delete":
        connection.is_local_disk = lambda path: False
    for _ in sys.stdin:
        if os.fork() == 0:
            run(Path(sys.argv[1]))
        os.wait()
