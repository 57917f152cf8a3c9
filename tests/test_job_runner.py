"""Jobs: outcomes on the owner's thread, latest wins, nothing delivered after a cancel."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from edam_gui.core.errors import EdamError
from edam_gui.jobs import JobContext, JobInfo, JobRunner
from edam_gui.jobs.delivery import DeliveryQueue

Pair = tuple[JobRunner, DeliveryQueue]


@pytest.fixture
def pair() -> Iterator[Pair]:
    queue = DeliveryQueue()
    runner = JobRunner(queue)
    yield runner, queue
    runner.close()


def test_work_runs_elsewhere_and_its_outcome_comes_home(pair: Pair) -> None:
    runner, queue = pair
    threads: list[threading.Thread] = []
    results: list[int] = []

    def work(_: JobContext) -> int:
        threads.append(threading.current_thread())
        return 7

    def done(value: int) -> None:
        threads.append(threading.current_thread())
        results.append(value)

    runner.start("a", work, done=done)
    assert queue.run_until(lambda: bool(results), 10)
    assert results == [7]
    assert threads[0] is not threading.current_thread()
    assert threads[1] is threading.current_thread()
    assert not runner.is_busy()


def test_the_latest_of_a_key_wins(pair: Pair) -> None:
    runner, queue = pair
    release = threading.Event()
    results: list[str] = []

    def slow(_: JobContext) -> str:
        release.wait(10)
        return "old"

    runner.start("k", slow, done=results.append)
    runner.start("k", lambda _: "new", done=results.append)
    release.set()
    assert queue.run_until(lambda: bool(results), 10)
    assert results == ["new"]


def test_a_cancelled_job_sees_it_and_delivers_nothing(pair: Pair) -> None:
    runner, queue = pair
    begun = threading.Event()
    ended: list[bool] = []

    def work(context: JobContext) -> None:
        begun.set()
        while not context.token.cancelled():
            pass
        ended.append(True)
        context.token.check()

    runner.start("k", work, done=lambda _: pytest.fail("delivered"), title="Long work")
    assert begun.wait(10)
    runner.cancel("k")
    runner.start("other", lambda _: None, done=lambda _: ended.append(False))
    assert queue.run_until(lambda: len(ended) == 2, 10)
    assert ended == [True, False]


def test_an_error_is_a_sentence_and_a_defect_is_raised_on_the_owners_thread(pair: Pair) -> None:
    runner, queue = pair
    told: list[str] = []

    def bad(_: JobContext) -> None:
        raise EdamError("the disk is full")

    def full(_: JobContext) -> None:
        raise MemoryError

    def broken(_: JobContext) -> None:
        raise ZeroDivisionError("a defect")

    runner.start("a", bad, failed=told.append)
    runner.start("b", full, failed=told.append)
    assert queue.run_until(lambda: len(told) == 2, 10)
    assert told == ["the disk is full", "there is not enough memory for this image"]
    runner.start("c", broken)
    with pytest.raises(ZeroDivisionError):
        queue.run_until(lambda: False, 5)
    assert not runner.is_busy()


def test_without_a_handler_the_signal_tells_of_a_failure(pair: Pair) -> None:
    runner, queue = pair
    told: list[tuple[JobInfo, str]] = []

    @runner.failed.connect
    def tell(info: JobInfo, sentence: str) -> None:
        told.append((info, sentence))

    def bad(_: JobContext) -> None:
        raise EdamError("no such file")

    runner.start("a", bad, title="Reading")
    assert queue.run_until(lambda: bool(told), 10)
    assert told[0][0].title == "Reading"
    assert told[0][1] == "no such file"


def test_urgent_jobs_go_first(pair: Pair) -> None:
    runner, queue = pair
    release = threading.Event()
    order: list[str] = []
    runner.start("first", lambda _: release.wait(10))
    runner.start("later", lambda _: "later", done=order.append)
    runner.start("urgent", lambda _: "urgent", done=order.append, urgent=True)
    release.set()
    assert queue.run_until(lambda: len(order) == 2, 10)
    assert order == ["urgent", "later"]


def test_progress_reaches_the_end_and_tells_what_remains(pair: Pair) -> None:
    runner, queue = pair
    seen: list[tuple[int, int]] = []
    finished: list[JobInfo] = []

    @runner.progressed.connect
    def progress(info: JobInfo) -> None:
        seen.append((info.done, info.total))

    runner.finished.connect(finished.append)

    def work(context: JobContext) -> None:
        for done in range(1, 101):
            context.progress(done, 100)

    runner.start("a", work, title="Counting")
    assert queue.run_until(lambda: bool(finished), 10)
    assert seen[-1] == (100, 100)
    assert len(seen) < 100, "progress was not thinned out"
    assert finished[0].remaining_s() == 0


def test_a_result_that_nobody_wants_any_more_is_handed_back(pair: Pair) -> None:
    runner, queue = pair
    made, dropped = threading.Event(), []

    def work(_: JobContext) -> str:
        made.set()
        return "a connection"

    runner.start("k", work, done=lambda _: pytest.fail("delivered"), dropped=dropped.append)
    assert made.wait(10)
    runner.cancel("k")
    assert queue.run_until(lambda: bool(dropped), 10)
    assert dropped == ["a connection"]


def test_after_closing_nothing_comes_and_nothing_starts() -> None:
    queue = DeliveryQueue()
    runner = JobRunner(queue)
    release = threading.Event()
    runner.start("a", lambda _: release.wait(10), done=lambda _: pytest.fail("delivered"))
    release.set()
    runner.close()
    runner.start("b", lambda _: None, done=lambda _: pytest.fail("started"))
    assert not queue.run_until(lambda: False, 0.05)


def test_who_started_a_job_is_told_if_the_user_stops_it(pair: Pair) -> None:
    runner, queue = pair
    told: list[str] = []

    def work(context: JobContext) -> None:
        while not context.token.cancelled():
            pass
        context.token.check()

    runner.start("k", work, done=lambda _: pytest.fail("delivered"), stopped=lambda: told.append("k"), title="Work")
    assert queue.run_until(lambda: bool(runner.shown()), 10)
    assert [info.title for info in runner.shown()] == ["Work"]
    runner.stop("k")
    runner.stop("k")
    assert told == ["k"]
    assert runner.shown() == ()
    runner.start("k", work, stopped=lambda: pytest.fail("told of a newer job of its key"))
    runner.start("k", lambda _: told.append("new"))
    assert queue.run_until(lambda: not runner.is_busy(), 10)
    assert told == ["k", "new"]
