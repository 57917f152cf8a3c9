"""Overlapping reading, computing and writing over many items."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Generic, TypeVar

from edam_gui.core.errors import Cancelled, EdamError
from edam_gui.jobs.token import CancelToken

ItemT = TypeVar("ItemT")
ReadT = TypeVar("ReadT")
ComputedT = TypeVar("ComputedT")
WrittenT = TypeVar("WrittenT")


@dataclass(frozen=True)
class Failure:
    """What went wrong with one item, as a sentence."""

    sentence: str


@dataclass(frozen=True)
class Street(Generic[ItemT, ReadT, ComputedT, WrittenT]):
    """Three stages that overlap: item n + 1 is read and n - 1 is written while n is computed.

    Parameters
    ----------
    read, write
        Called in one thread each.
    compute
        Called in the thread that iterates over `run`.
    ahead
        How many items may wait before and after `compute`; bounds the memory.
    """

    read: Callable[[ItemT], ReadT]
    compute: Callable[[ReadT], ComputedT]
    write: Callable[[ComputedT], WrittenT]
    ahead: int = 2

    def run(self, items: Iterable[ItemT], token: CancelToken) -> Iterator[tuple[ItemT, WrittenT | Failure]]:
        """Yield each item's result, in order; an `EdamError` or a lack of memory fails that item only.

        Raises
        ------
        Cancelled
            After the items already computed were written.
        """
        with ThreadPoolExecutor(1, "read") as readers, ThreadPoolExecutor(1, "write") as writers:
            reading: deque[tuple[ItemT, Future[ReadT]]] = deque()
            writing: deque[tuple[ItemT, Future[WrittenT] | Failure]] = deque()
            source = iter(items)
            try:
                while self._fill(reading, source, readers):
                    token.check()
                    item, future = reading.popleft()
                    writing.append((item, self._compute(future, writers)))
                    yield from self._finished(writing, self.ahead)
            except Cancelled:
                for _, future in reading:
                    future.cancel()
                yield from self._finished(writing, 0)
                raise
            yield from self._finished(writing, 0)

    def _fill(
        self, reading: deque[tuple[ItemT, Future[ReadT]]], source: Iterator[ItemT], readers: ThreadPoolExecutor
    ) -> bool:
        """Keep `ahead` items reading; return whether any is left."""
        while len(reading) < self.ahead:
            try:
                item = next(source)
            except StopIteration:
                break
            reading.append((item, readers.submit(self.read, item)))
        return bool(reading)

    def _compute(self, future: Future[ReadT], writers: ThreadPoolExecutor) -> Future[WrittenT] | Failure:
        try:
            computed = self.compute(future.result())
        except (EdamError, MemoryError) as error:
            return _failure(error)
        return writers.submit(self.write, computed)

    @staticmethod
    def _finished(
        writing: deque[tuple[ItemT, Future[WrittenT] | Failure]], keep: int
    ) -> Iterator[tuple[ItemT, WrittenT | Failure]]:
        """Wait for the oldest results until only `keep` are left."""
        while len(writing) > keep:
            item, result = writing.popleft()
            if isinstance(result, Failure):
                yield item, result
                continue
            try:
                outcome: WrittenT | Failure = result.result()
            except (EdamError, MemoryError) as error:
                outcome = _failure(error)
            yield item, outcome


def _failure(error: EdamError | MemoryError) -> Failure:
    return Failure(failure_sentence(error))


def failure_sentence(error: EdamError | MemoryError) -> str:
    """Say what happened, for the user."""
    return "there is not enough memory for this image" if isinstance(error, MemoryError) else str(error)
