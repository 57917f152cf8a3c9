"""Which process runs a run: pid and start time together, for pids are used again."""

from __future__ import annotations

import os
import socket
from dataclasses import dataclass
from typing import Final

import psutil

_START_TOLERANCE_S: Final = 2.0
"""The clock may have been set since; start times are as coarse as 10 ms anyway."""


@dataclass(frozen=True)
class ProcessIdentity:
    """A process.

    Parameters
    ----------
    pid, started
        Its number, and when it started, in seconds since 1970.
    host
        Name of its computer.
    """

    pid: int
    started: float
    host: str

    @classmethod
    def own(cls) -> ProcessIdentity:
        """Return this process."""
        return cls(os.getpid(), psutil.Process().create_time(), socket.gethostname())

    def lives(self, *, unsure: bool = False) -> bool:
        """Whether the process exists; `unsure` is the answer for another computer's."""
        if self.host != socket.gethostname():
            return unsure
        try:
            process = psutil.Process(self.pid)
            if process.status() == psutil.STATUS_ZOMBIE:
                return False
            return bool(abs(process.create_time() - self.started) < _START_TOLERANCE_S)
        except psutil.NoSuchProcess:
            return False
        except psutil.AccessDenied:
            return unsure
