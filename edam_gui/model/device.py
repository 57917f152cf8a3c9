"""The device a network runs on, chosen by name."""

from __future__ import annotations

import re

import torch

from edam_gui.core.errors import OptionError


def choose_device(name: str = "auto") -> torch.device:
    """Turn a device name into a device that is there.

    Parameters
    ----------
    name
        ``auto`` (CUDA, else MPS, else CPU), ``cpu``, ``mps``, ``cuda`` or ``cuda:N``.

    Raises
    ------
    OptionError
        The name is none of these, or this machine (or this build of torch) has no such device.
    """
    if name == "auto":
        return torch.device(_best())
    if name == "cpu":
        return torch.device("cpu")
    if name == "mps":
        if not torch.backends.mps.is_available():
            raise OptionError("The device 'mps' (Apple GPU) is not available here; use --device cpu or auto.")
        return torch.device("mps")
    match = re.fullmatch(r"cuda(?::(\d{1,4}))?", name)
    if match is None:
        raise OptionError(f"There is no device '{name}'; use auto, cpu, mps, cuda or cuda:N.")
    count = torch.cuda.device_count() if torch.cuda.is_available() else 0
    if count == 0:
        raise OptionError(
            f"The device '{name}' is not available: no CUDA GPU was found, or this build of torch has no CUDA; "
            "use --device cpu or auto."
        )
    index = int(match[1] or 0)
    if index >= count:
        raise OptionError(f"The device '{name}' is not available: there are {count} CUDA GPUs, numbered from 0.")
    return torch.device("cuda", index)


def _best() -> str:
    if torch.cuda.is_available():
        return "cuda"
    return "mps" if torch.backends.mps.is_available() else "cpu"
