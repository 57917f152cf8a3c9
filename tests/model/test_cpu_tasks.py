from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
import torch

from edam_gui.model.cpu_tasks import CpuTasks


@pytest.fixture(params=[1, 3])
def threads(request: pytest.FixtureRequest) -> Iterator[int]:
    before = torch.get_num_threads()
    torch.set_num_threads(request.param)
    yield int(request.param)
    torch.set_num_threads(before)


def test_every_piece_is_done_on_one_thread_and_the_setting_comes_back(threads: int) -> None:
    done = torch.zeros(50, dtype=torch.int64)

    def work(piece: int) -> None:
        assert torch.get_num_threads() == 1
        done[piece] = piece + 1

    with CpuTasks() as tasks:
        tasks.run(work, range(50))
    assert done.tolist() == list(range(1, 51))
    assert torch.get_num_threads() == threads
    seen: list[int] = []
    later = threading.Thread(target=lambda: seen.append(torch.get_num_threads()))
    later.start()
    later.join()
    assert seen == [threads], "threads made later have PyTorch's number too"


@pytest.mark.usefixtures("threads")
def test_pieces_know_inference_mode_and_need_no_gradients() -> None:
    states: list[tuple[bool, bool]] = []
    for mode in (True, False):
        with torch.inference_mode(mode), CpuTasks() as tasks:
            tasks.run(lambda _: states.append((torch.is_inference_mode_enabled(), torch.is_grad_enabled())), [0])
    assert states == [(True, False), (False, False)]


def test_an_error_comes_back_and_the_setting_too(threads: int) -> None:
    def fail(piece: int) -> None:
        raise ValueError(str(piece))

    with pytest.raises(ValueError, match="7"), CpuTasks() as tasks:
        tasks.run(fail, [7])
    assert torch.get_num_threads() == threads


@pytest.mark.parametrize("length", [1, 2, 5, 100])
def test_slices_cover_a_length_once(threads: int, length: int) -> None:
    with CpuTasks() as tasks:
        slices = tasks.slices(length)
    assert [i for part in slices for i in range(length)[part]] == list(range(length))
    assert len(slices) == min(length, {1: 1, 3: 6}[threads])
