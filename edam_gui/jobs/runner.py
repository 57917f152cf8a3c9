"""The one job primitive: work in a thread, its outcome on the owner's thread, latest wins.

A job belongs to a *lane*, a thread that runs one job after the other, and has a *key*: starting a job cancels the
one of the same key, and the outcome of a cancelled job is dropped, never delivered. Everything the owner sees
(`done`, `failed`, the signals) is called on the owner's thread, through the `deliver` hop that the owner hands in.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any, Final, TypeAlias, TypeVar

from psygnal import Signal

from edam_gui.core.errors import Cancelled, EdamError
from edam_gui.jobs.lane import Lane
from edam_gui.jobs.street import failure_sentence
from edam_gui.jobs.token import CancelToken

T = TypeVar("T")
Deliver: TypeAlias = Callable[[Callable[[], None]], None]
"""Calls a function soon on the owner's thread; may be called from any thread."""

_PROGRESS_INTERVAL_S: Final = 0.05


@dataclass(frozen=True)
class JobInfo:
    """One job as it is shown.

    Parameters
    ----------
    key
        What it computes; at most one job of a key is wanted at a time.
    title
        For the user; empty for work that is too short to be shown.
    done, total
        Progress; `total` 0 while unknown.
    started
        `time.monotonic()` when it began to run.
    """

    key: str
    title: str
    done: int = 0
    total: int = 0
    started: float = 0.0

    def remaining_s(self) -> float | None:
        """Estimate the seconds left from the pace so far; `None` while nothing is known."""
        if not self.done or not self.total:
            return None
        return (time.monotonic() - self.started) / self.done * (self.total - self.done)


class JobContext:
    """What the work of a job gets: its token, and a way to tell how far it is."""

    def __init__(self, token: CancelToken, tell: Callable[[int, int], None]) -> None:
        self.token = token
        self._tell = tell
        self._told = 0.0

    def progress(self, done: int, total: int) -> None:
        """Report progress; calls in quick succession are thinned out."""
        now = time.monotonic()
        if done < total and now - self._told < _PROGRESS_INTERVAL_S:
            return
        self._told = now
        self._tell(done, total)


@dataclass(eq=False)
class _Job:
    info: JobInfo
    work: Callable[[JobContext], Any]
    done: Callable[[Any], None] | None
    failed: Callable[[str], None] | None
    dropped: Callable[[Any], object] | None
    stopped: Callable[[], object] | None
    token: CancelToken = field(default_factory=CancelToken)


class JobRunner:
    """Runs jobs in lanes.

    Not thread-safe but for the work itself: every method is called on the owner's thread.

    Parameters
    ----------
    deliver
        How a call reaches the owner's thread.
    """

    started = Signal(JobInfo)
    progressed = Signal(JobInfo)
    finished = Signal(JobInfo)
    failed = Signal(JobInfo, str)

    def __init__(self, deliver: Deliver) -> None:
        self._deliver = deliver
        self._lanes: dict[str, Lane] = {}
        self._jobs: dict[str, _Job] = {}
        self._closed = False

    def start(
        self,
        key: str,
        work: Callable[[JobContext], T],
        *,
        done: Callable[[T], None] | None = None,
        failed: Callable[[str], None] | None = None,
        dropped: Callable[[T], object] | None = None,
        stopped: Callable[[], object] | None = None,
        title: str = "",
        lane: str = "compute",
        urgent: bool = False,
    ) -> None:
        """Start a job, in place of the one of the same key.

        Parameters
        ----------
        key, title
            See `JobInfo`.
        work
            Called in the lane's thread; an `EdamError` or a lack of memory is a failure, `Cancelled` an end without
            outcome, anything else a defect of the program that is raised on the owner's thread.
        done, failed
            Called on the owner's thread with the result, or with a sentence. Without `failed`, the signal tells.
        dropped
            Called, in any thread, with a result that nobody wants any more: to close what it holds.
        stopped
            Called on the owner's thread if the user ends the job (`stop`).
        lane
            Jobs of one lane run one after the other.
        urgent
            Goes before the jobs that wait in the lane.
        """
        if self._closed:
            return
        self.cancel(key)
        job = _Job(JobInfo(key, title), work, done, failed, dropped, stopped)
        self._jobs[key] = job
        self._lane(lane).put(lambda: self._run(job), urgent=urgent)

    def cancel(self, key: str) -> None:
        """Ask the job of a key to stop; its outcome is dropped."""
        job = self._jobs.pop(key, None)
        if job is not None:
            job.token.cancel()
            if job.info.started:
                self.finished.emit(job.info)

    def stop(self, key: str) -> None:
        """End a job because the user wants that: as `cancel`, and who started it is told."""
        job = self._jobs.get(key)
        if job is not None:
            self.cancel(key)
            if job.stopped is not None:
                job.stopped()

    def shown(self) -> tuple[JobInfo, ...]:
        """Return the jobs with a title that are running."""
        return tuple(job.info for job in self._jobs.values() if job.info.title and job.info.started)

    def cancel_matching(self, prefix: str) -> None:
        """Cancel every job whose key starts with `prefix`."""
        for key in [k for k in self._jobs if k.startswith(prefix)]:
            self.cancel(key)

    def is_busy(self, prefix: str = "") -> bool:
        """Whether a job whose key starts with `prefix` waits or runs."""
        return any(key.startswith(prefix) for key in self._jobs)

    def close(self) -> None:
        """Cancel everything and wait for the threads; nothing is delivered any more."""
        self._closed = True
        for job in self._jobs.values():
            job.token.cancel()
        self._jobs.clear()
        for lane in self._lanes.values():
            lane.close()
        self._lanes.clear()

    def _lane(self, name: str) -> Lane:
        if name not in self._lanes:
            self._lanes[name] = Lane(name)
        return self._lanes[name]

    def _run(self, job: _Job) -> None:
        """Run in the lane's thread."""
        if job.token.cancelled():
            return
        self._post(job, lambda: self._begin(job))
        context = JobContext(job.token, lambda done, total: self._post(job, lambda: self._progress(job, done, total)))
        try:
            result = job.work(context)
        except Cancelled:
            self._post(job, lambda: self._end(job))
        except (EdamError, MemoryError) as error:
            sentence = failure_sentence(error)
            self._post(job, lambda: self._fail(job, sentence))
        except Exception as error:  # noqa: BLE001 - a defect: raised where the owner's crash guard sees it
            defect = error
            self._post(job, lambda: self._raise(job, defect))
        else:
            self._post(job, lambda: self._succeed(job, result), lambda: _drop(job, result))

    def _post(self, job: _Job, call: Callable[[], None], otherwise: Callable[[], None] = lambda: None) -> None:
        """Call on the owner's thread if the job is still wanted then."""
        if self._closed:
            otherwise()
        else:
            self._deliver(lambda: call() if self._jobs.get(job.info.key) is job else otherwise())

    def _begin(self, job: _Job) -> None:
        job.info = replace(job.info, started=time.monotonic())
        self.started.emit(job.info)

    def _progress(self, job: _Job, done: int, total: int) -> None:
        job.info = replace(job.info, done=done, total=total)
        self.progressed.emit(job.info)

    def _end(self, job: _Job) -> None:
        del self._jobs[job.info.key]
        self.finished.emit(job.info)

    def _succeed(self, job: _Job, result: Any) -> None:
        self._end(job)
        if job.done is not None:
            job.done(result)

    def _fail(self, job: _Job, sentence: str) -> None:
        self._end(job)
        if job.failed is not None:
            job.failed(sentence)
        else:
            self.failed.emit(job.info, sentence)

    def _raise(self, job: _Job, error: Exception) -> None:
        self._end(job)
        raise error


def _drop(job: _Job, result: Any) -> None:
    if job.dropped is not None:
        job.dropped(result)
