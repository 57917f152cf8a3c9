"""Threads for work on blocks of pixels."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from types import TracebackType
from typing import Final, TypeVar

from edam_gui.core.errors import Cancelled

ItemT = TypeVar("ItemT")
ResultT = TypeVar("ResultT")

_BLOCK_PIXELS: Final = 40_000
_MAX_BLOCKS: Final = 8


def pixel_blocks(pixels: int) -> list[slice]:
    """Cut 0..pixels into a few ranges; how many depends on nothing else, so sums over them are repeatable."""
    count = min(max(pixels // _BLOCK_PIXELS, 1), _MAX_BLOCKS)
    edges = [pixels * i // count for i in range(count + 1)]
    return [slice(a, b) for a, b in pairwise(edges)]


class Workers:
    """A few threads that live as long as one piece of work, and look at its cancellation between tasks.

    numpy and scipy.sparse release the GIL in the loops that matter here.

    Parameters
    ----------
    cancelled
        Looked at before each task; `None` for work that cannot be cancelled.
    """

    def __init__(self, cancelled: Callable[[], bool] | None = None) -> None:
        self._cancelled = cancelled
        self._pool = ThreadPoolExecutor(min(os.cpu_count() or 1, _MAX_BLOCKS), "crf")

    def __enter__(self) -> Workers:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(wait=True, cancel_futures=True)

    def check(self) -> None:
        """Raise `Cancelled` if the work was asked to stop."""
        if self._cancelled is not None and self._cancelled():
            raise Cancelled

    def map(self, function: Callable[[ItemT], ResultT], items: Iterable[ItemT]) -> Iterator[ResultT]:
        """Run `function` on every item, in threads; yield the results in the order of the items.

        Raises
        ------
        Cancelled
            The work was asked to stop.
        """

        def task(item: ItemT) -> ResultT:
            self.check()
            return function(item)

        return self._pool.map(task, items)
