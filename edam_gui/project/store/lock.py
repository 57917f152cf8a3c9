"""Who may write a project: one process, as long as it lives."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout


def lock_file(project: Path) -> Path:
    """Return the file that is locked for a project."""
    return project.with_name(f".{project.name}.lock")


class ProjectLock:
    """A lock of the operating system beside the project file; it is released when the process ends, however.

    Parameters
    ----------
    project
        The project file. The lock file is hidden and stays, because removing it would let two processes in.
    """

    def __init__(self, project: Path) -> None:
        # A "soft" lock would outlive a killed process.
        self._lock = FileLock(lock_file(project), blocking=False, thread_local=False, fallback_to_soft=False)

    def take(self) -> bool:
        """Try to take the lock; `False`: another process (or another store of this one) has it.

        Raises
        ------
        OSError
            The folder does not allow it.
        """
        try:
            self._lock.acquire()
        except Timeout:
            return False
        return True

    def release(self) -> None:
        """Give the lock back; nothing happens if it is not held."""
        self._lock.release(force=True)
