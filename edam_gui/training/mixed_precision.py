"""The arithmetic of training: float32, or short floats for convolutions and matrix products."""

from __future__ import annotations

import contextlib
from typing import Any

import torch
from torch import Tensor

from edam_gui.core.errors import OptionError


class MixedPrecision:
    """Autocast, and the scaling of gradients that float16 needs.

    Parameters
    ----------
    name
        `auto`: bfloat16 on GPUs that have it, float16 on other CUDA devices, else float32.
    device
        Where.

    Raises
    ------
    OptionError
        float16 on a device without CUDA.
    """

    def __init__(self, name: str, device: torch.device) -> None:
        self._device = device
        self._dtype = _dtype(name, device)
        self._scaler = torch.amp.GradScaler(device.type, enabled=self._dtype is torch.float16)

    @property
    def skips_overflow(self) -> bool:
        """Whether a gradient that is not finite only makes a step be skipped."""
        return self._scaler.is_enabled()

    def autocast(self) -> contextlib.AbstractContextManager[Any]:
        """Return the context of a forward pass."""
        if self._dtype is torch.float32:
            return contextlib.nullcontext()
        return torch.autocast(self._device.type, dtype=self._dtype)

    def scale(self, loss: Tensor) -> Tensor:
        """Scale a loss before its backward pass."""
        return self._scaler.scale(loss)

    def unscale(self, optimizer: torch.optim.Optimizer) -> None:
        """Give gradients their true size."""
        self._scaler.unscale_(optimizer)

    def step(self, optimizer: torch.optim.Optimizer) -> None:
        """Take the optimizer's step, unless gradients overflowed."""
        self._scaler.step(optimizer)
        self._scaler.update()

    def state(self) -> dict[str, Any]:
        """Return what `load` takes."""
        return self._scaler.state_dict()

    def load(self, state: dict[str, Any]) -> None:
        """Go on with a state of another process; one without scaling has none."""
        if state and self._scaler.is_enabled():
            self._scaler.load_state_dict(state)


def _dtype(name: str, device: torch.device) -> torch.dtype:
    if name == "fp16" and device.type != "cuda":
        raise OptionError(f"precision=fp16 needs a CUDA GPU, not the device '{device}'; use fp32, bf16 or auto.")
    if name == "auto" and device.type == "cuda":
        return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
    return {"bf16": torch.bfloat16, "fp16": torch.float16}.get(name, torch.float32)
