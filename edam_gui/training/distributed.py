"""Several processes, started by `torchrun`, that train together."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import torch
import torch.distributed as dist
from torch import Tensor, nn
from torch.nn.parallel import DistributedDataParallel

from edam_gui.core.errors import OptionError
from edam_gui.model.device import choose_device

_TIMEOUT: Final = timedelta(hours=2)
"""The others wait while one validates."""


@dataclass(frozen=True)
class Team:
    """The processes of a run.

    Parameters
    ----------
    rank, world
        Which of how many this is.
    device
        Of this process.
    restarts
        How often `torchrun` has started them anew.
    """

    rank: int
    world: int
    device: torch.device
    restarts: int = 0

    @property
    def leads(self) -> bool:
        """Whether this process writes the run folder."""
        return self.rank == 0

    def wrap(self, module: nn.Module) -> nn.Module:
        """Let gradients be averaged over the processes."""
        if self.world == 1:
            return module
        devices = [self.device.index] if self.device.type == "cuda" else None
        return DistributedDataParallel(module, device_ids=devices)

    def mean(self, values: Tensor) -> Tensor:
        """Average over the processes."""
        if self.world > 1:
            dist.all_reduce(values)
            values /= self.world
        return values

    def any(self, *flags: bool) -> tuple[bool, ...]:
        """Return for each flag whether any process has it set."""
        if self.world == 1:
            return flags
        values = torch.tensor([float(flag) for flag in flags], device=self.device)
        dist.all_reduce(values, op=dist.ReduceOp.MAX)
        return tuple(bool(value) for value in values.tolist())

    def wait(self) -> None:
        """Wait until all processes are here."""
        if self.world > 1:
            dist.barrier()


@contextmanager
def join_team(device: str) -> Iterator[Team]:
    """Join the processes that `torchrun` has started, or be alone.

    Parameters
    ----------
    device
        A device name; several processes on CUDA take one GPU each.

    Raises
    ------
    OptionError
        The device is not there, or there are more processes on this computer than GPUs.
    """
    world = int(os.environ.get("WORLD_SIZE", "1"))
    if world == 1 or not dist.is_available():
        yield Team(0, 1, choose_device(device), _restarts())
        return
    chosen = choose_device(device)
    if chosen.type == "cuda":
        local = int(os.environ.get("LOCAL_RANK", "0"))
        if local >= torch.cuda.device_count():
            raise OptionError(f"There are {torch.cuda.device_count()} GPUs, too few for --nproc-per-node.")
        chosen = torch.device("cuda", local)
        torch.cuda.set_device(chosen)
    _meet("nccl" if chosen.type == "cuda" else "gloo", world)
    try:
        yield Team(dist.get_rank(), dist.get_world_size(), chosen, _restarts())
    finally:
        dist.destroy_process_group()


def _meet(backend: str, world: int) -> None:
    """Find the other processes.

    `torchrun` keeps one store for all restarts, in which gloo would find the addresses of the processes before, and
    wait for them for ever; so every restart gets names of its own.
    """
    if os.environ.get("TORCHELASTIC_USE_AGENT_STORE") != "True":
        dist.init_process_group(backend, timeout=_TIMEOUT)
        return
    host, port = os.environ["MASTER_ADDR"], int(os.environ["MASTER_PORT"])
    store = dist.TCPStore(host, port, world, is_master=False, timeout=_TIMEOUT)  # type: ignore[attr-defined]
    named = dist.PrefixStore(f"edam/{_restarts()}", store)  # type: ignore[attr-defined]
    dist.init_process_group(backend, store=named, rank=int(os.environ["RANK"]), world_size=world, timeout=_TIMEOUT)


def _restarts() -> int:
    return int(os.environ.get("TORCHELASTIC_RESTART_COUNT", "0"))
