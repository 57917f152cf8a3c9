"""The arithmetic a network runs in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum

import torch

from edam_gui.core.errors import OptionError


class Precision(StrEnum):
    """`auto`: float16 convolutions on CUDA, float32 elsewhere. `fp32`: float32 throughout, TF32 off."""

    AUTO = "auto"
    FP32 = "fp32"
    FP16 = "fp16"
    BF16 = "bf16"


def convolution_dtype(precision: Precision, device: torch.device, *, float32_only: bool = False) -> torch.dtype:
    """Return the type convolutions run in.

    Parameters
    ----------
    precision, device
        What was asked for, and where.
    float32_only
        As the backbone says.

    Raises
    ------
    OptionError
        float16 on the CPU, which is slower than float32 and not exact enough to offer; or a short type for a
        backbone that needs float32.
    """
    if float32_only:
        if precision in (Precision.FP16, Precision.BF16):
            raise OptionError(
                f"The precision {precision} is not offered for this checkpoint's network: it would change more "
                "label-map pixels than it may; use --precision fp32 or auto."
            )
        return torch.float32
    if precision is Precision.BF16:
        return torch.bfloat16
    if precision is Precision.FP16:
        if device.type == "cpu":
            raise OptionError("The precision fp16 needs a GPU; use --precision fp32 or auto.")
        return torch.float16
    if precision is Precision.AUTO and device.type == "cuda":
        return torch.float16
    return torch.float32


@contextmanager
def arithmetic(precision: Precision, device: torch.device, *, float32_only: bool = False) -> Iterator[None]:
    """Run convolutions in the precision: autocast for the short types, TF32 off for `fp32`."""
    dtype = convolution_dtype(precision, device, float32_only=float32_only)
    if dtype is not torch.float32:
        with torch.autocast(device.type, dtype=dtype):
            yield
    elif device.type == "cuda":
        with _without_tf32():
            yield
    else:
        yield


@contextmanager
def _without_tf32() -> Iterator[None]:
    # Convolutions and matrix products have a switch each; both are process-wide, so they are put back.
    before = torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32
    torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = False, False
    try:
        yield
    finally:
        torch.backends.cudnn.allow_tf32, torch.backends.cuda.matmul.allow_tf32 = before
