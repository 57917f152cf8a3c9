"""Work on an image strip by strip, so that what one strip needs stays in the cache, on two threads if it is large."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import numpy as np

from edam_gui.core.arrays import UInt8Array

_STRIP_PIXELS = 1 << 19
_THREADED_PIXELS = 1 << 20
"""Below this a second thread costs more than it saves."""

StripWork = Callable[[int, slice, UInt8Array], None]
"""Called with a strip's index, its rows and scratch memory, (n, rows, W) uint8."""


@dataclass(frozen=True)
class Strips:
    """The strips of an image: full rows, top to bottom.

    Parameters
    ----------
    parts
        Rows of each strip.
    rows
        Rows of the highest strip.
    width
        Pixels of a row.
    threaded
        Whether two threads share them.
    """

    parts: tuple[slice, ...]
    rows: int
    width: int
    threaded: bool

    @classmethod
    def of(cls, size: tuple[int, int]) -> Strips:
        """Cut an image of size (H, W)."""
        height, width = size
        rows = min(max(1, _STRIP_PIXELS // max(width, 1)), max(height, 1))
        parts = tuple(slice(start, min(start + rows, height)) for start in range(0, height, rows))
        return cls(parts, rows, width, height * width >= _THREADED_PIXELS and len(parts) > 1)

    def run(self, work: StripWork, scratch: int) -> None:
        """Call `work` for every strip.

        Parameters
        ----------
        work
            May run in two threads at once, on different strips.
        scratch
            How many (rows, W) uint8 arrays of scratch memory it needs.
        """
        # Whoever is free takes the next strip: a thread that has to wait for a core holds up one strip only.
        indices = iter(range(len(self.parts)))
        if not self.threaded:
            self._run(work, scratch, indices)
            return
        with ThreadPoolExecutor(1) as pool:
            other = pool.submit(self._run, work, scratch, indices)
            self._run(work, scratch, indices)
            if not other.cancel():
                other.result()

    def _run(self, work: StripWork, scratch: int, indices: Iterator[int]) -> None:
        memory = np.empty((scratch, self.rows, self.width), np.uint8)
        for index in indices:
            part = self.parts[index]
            work(index, part, memory[:, : part.stop - part.start])
