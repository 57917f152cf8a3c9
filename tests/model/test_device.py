from __future__ import annotations

import pytest
import torch

from edam_gui.core.errors import OptionError
from edam_gui.model.device import choose_device
from edam_gui.model.precision import Precision, arithmetic, convolution_dtype


def test_cpu_and_auto_are_always_there() -> None:
    assert choose_device("cpu") == torch.device("cpu")
    assert choose_device("auto").type in {"cpu", "cuda", "mps"}


def test_a_device_that_is_not_there_is_refused_with_a_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: False)
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: False)
    for name in ("cuda", "cuda:1", "mps"):
        with pytest.raises(OptionError, match=f"'{name}'.*not available.*--device cpu"):
            choose_device(name)
    assert choose_device("auto") == torch.device("cpu")


def test_cuda_devices_are_chosen_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(torch.cuda, "is_available", lambda: True)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    assert choose_device("auto") == torch.device("cuda")
    assert choose_device("cuda:1") == torch.device("cuda", 1)
    with pytest.raises(OptionError, match="there are 2 CUDA GPUs"):
        choose_device("cuda:2")


@pytest.mark.parametrize("name", ["", "gpu", "cuda:", "cuda:-1", "cuda:x", "CPU "])
def test_names_that_mean_nothing_are_refused(name: str) -> None:
    with pytest.raises(OptionError, match="There is no device"):
        choose_device(name)


def test_precision_by_device() -> None:
    cpu, cuda = torch.device("cpu"), torch.device("cuda")
    assert convolution_dtype(Precision.AUTO, cpu) == torch.float32
    assert convolution_dtype(Precision.AUTO, cuda) == torch.float16
    assert convolution_dtype(Precision.FP32, cuda) == torch.float32
    assert convolution_dtype(Precision.BF16, cpu) == torch.bfloat16
    with pytest.raises(OptionError, match="needs a GPU"):
        convolution_dtype(Precision.FP16, cpu)


def test_fp32_on_cuda_turns_tf32_off_and_back_on() -> None:
    before = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    torch.backends.cudnn.allow_tf32 = True
    try:
        with arithmetic(Precision.FP32, torch.device("cuda")):
            assert not torch.backends.cudnn.allow_tf32
            assert not torch.backends.cuda.matmul.allow_tf32
        assert torch.backends.cudnn.allow_tf32
    finally:
        torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = before
