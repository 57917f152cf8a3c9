import threading
import time

import pytest

from edam_gui.core.errors import Cancelled, EdamError
from edam_gui.jobs import CancelToken, Failure, Street


def test_results_come_in_order_and_one_failure_fails_one_item() -> None:
    def read(n: int) -> int:
        if n == 2:
            raise EdamError("two is bad")
        time.sleep(0.01 * (n % 3))
        return n

    def write(n: int) -> int:
        if n == 40:
            raise MemoryError
        return n

    street = Street(read, lambda n: n * 10, write)
    results = dict(street.run(range(7), CancelToken()))
    assert list(results) == list(range(7))
    assert results[2] == Failure("two is bad")
    assert results[4] == Failure("there is not enough memory for this image")
    assert results[6] == 60


def test_stages_overlap() -> None:
    computing = threading.Event()
    read_while_computing = []

    def read(n: int) -> int:
        read_while_computing.append(computing.is_set())
        return n

    def compute(n: int) -> int:
        computing.set()
        time.sleep(0.02)
        computing.clear()
        return n

    list(Street(read, compute, lambda n: n).run(range(6), CancelToken()))
    assert any(read_while_computing)


def test_memory_is_bounded_no_item_is_read_far_ahead() -> None:
    read_count = 0
    seen = []

    def read(n: int) -> int:
        nonlocal read_count
        read_count += 1
        return n

    def compute(n: int) -> int:
        seen.append(read_count - n)
        return n

    list(Street(read, compute, lambda n: n, ahead=2).run(range(50), CancelToken()))
    assert max(seen) <= 3


def test_cancel_writes_what_was_computed_and_then_says_so() -> None:
    token = CancelToken()
    written = []

    def compute(n: int) -> int:
        if n == 3:
            token.cancel()
            token.check()
        return n

    results = []
    with pytest.raises(Cancelled):
        results.extend(Street(lambda n: n, compute, written.append).run(range(100), token))
    assert written == [0, 1, 2]


def test_a_bug_is_not_swallowed() -> None:
    def compute(n: int) -> int:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        list(Street(lambda n: n, compute, lambda n: n).run(range(3), CancelToken()))
