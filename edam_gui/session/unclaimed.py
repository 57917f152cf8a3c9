"""A project that was opened in a job, until the session takes it."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path

from edam_gui.project.looking import Opening
from edam_gui.project.store import ProjectStore


@dataclass(frozen=True, eq=False)
class Found:
    """A project that was opened.

    Parameters
    ----------
    store
        The project.
    opening
        What is still to be listed in it; `None`: nothing.
    is_new
        It was made just now.
    """

    store: ProjectStore
    opening: Opening | None
    is_new: bool = False


class Unclaimed:
    """Holds what was opened until it is taken: who opens it again meanwhile gets it, instead of finding it locked."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: Found | None = None

    def hold(self, found: Found) -> Found:
        """Keep a project until it is claimed."""
        with self._lock:
            self._found = found
        return found

    def take(self, path: Path) -> Found | None:
        """Return what is held if it is this project; close it otherwise."""
        with self._lock:
            found, self._found = self._found, None
            if found is None:
                return None
            if found.store.path != path:
                found.store.close()
                return None
            self._found = replace(found)  # whoever had it before may close what it had
            return self._found

    def claim(self, found: Found) -> None:
        """Leave a project to who shows it."""
        with self._lock:
            if self._found is found:
                self._found = None

    def close(self, found: Found | None) -> None:
        """Close what nobody wants; not if it is wanted again."""
        with self._lock:
            if found is not None and self._found is found:
                self._found = None
                found.store.close()
