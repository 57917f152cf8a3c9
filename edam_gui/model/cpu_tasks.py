"""Work on the CPU in large pieces, each on one thread.

PyTorch splits every single operation over its threads and waits for the slowest of them. Where operations are many
and short, and other programs use the CPU too, most of the time goes into waiting; pieces that threads take as they
become free do not wait for each other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from types import TracebackType
from typing import Self, TypeVar

import torch

T = TypeVar("T")


class CpuTasks(AbstractContextManager["CpuTasks"]):
    """As many threads as PyTorch has been given, for pieces of work that do not need gradients."""

    def __init__(self) -> None:
        self._threads = torch.get_num_threads()
        self._inference = torch.is_inference_mode_enabled()
        self._pool = ThreadPoolExecutor(self._threads, "cpu-task", torch.set_num_threads, (1,))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._pool.shutdown()
        # A thread's number of threads is its own, but PyTorch hands the last one set on to threads made later.
        torch.set_num_threads(self._threads)

    def run(self, work: Callable[[T], object], pieces: Iterable[T]) -> None:
        """Do the work on every piece, and come back when all are done; the first error is raised."""
        inference = self._inference

        def one(piece: T) -> None:
            with torch.inference_mode(inference), torch.no_grad():
                work(piece)

        if self._threads == 1:
            for piece in pieces:
                one(piece)
        else:
            for future in [self._pool.submit(one, piece) for piece in pieces]:
                future.result()

    def slices(self, length: int) -> list[slice]:
        """Cut a length into some pieces per thread."""
        count = min(length, 1 if self._threads == 1 else 2 * self._threads)
        return [slice(length * i // count, length * (i + 1) // count) for i in range(count)]
