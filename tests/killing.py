"""Killing a process at any moment, and hearing what it had said until then."""

from __future__ import annotations

import os
import signal
import subprocess


def kill_and_count(script: subprocess.Popen[bytes], pid: int, done: int) -> int:
    """Kill the process `pid`, which prints one number a line through `script`; return the last one.

    `done` is the last number read so far: a line that was not written whole does not count.
    """
    assert script.stdout is not None
    os.kill(pid, signal.SIGKILL)
    while not is_gone(pid):
        pass
    os.set_blocking(script.stdout.fileno(), False)
    rest = script.stdout.read() or b""
    os.set_blocking(script.stdout.fileno(), True)
    whole = rest[: rest.rfind(b"\n") + 1].split()
    return int(whole[-1]) if whole else done


def is_gone(pid: int) -> bool:
    """Whether a process of another parent has ended; that parent waits for it."""
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return False
