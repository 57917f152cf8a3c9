"""Planned groups become tensors, one batch of one process at a time."""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.context import BaseContext
from typing import Any, NamedTuple

import cv2
import numpy as np
import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.photo import read_photo
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.inference import normalise_photo
from edam_gui.training.config import TrainConfig
from edam_gui.training.manifest import Manifest
from edam_gui.training.sample import MAX_TILES, Sample, SampleMaker
from edam_gui.training.sampler import EpochPlan


class Batch(NamedTuple):
    """G groups of M images, M = B + negatives.

    Parameters
    ----------
    photos
        (G, M, 3, S, S) float32, normalised; 0 where there is no photo.
    labels
        (G, M, K) float32, 0 or 1; of a collage: of all its photos.
    boxes
        (G, M, T, 4) float32: see `Sample.boxes`.
    tile_labels
        (G, M, T, K) float32: labels of each photo.
    tile_used
        (G, M, T) float32, 0 or 1.
    weights
        (G, M) float32: 0 for a photo that could not be read, else 1.
    problems
        Sentences about such photos.
    """

    photos: Tensor
    labels: Tensor
    boxes: Tensor
    tile_labels: Tensor
    tile_used: Tensor
    weights: Tensor
    problems: tuple[str, ...]

    def to(self, device: torch.device) -> Batch:
        """Return the batch on a device."""
        return self._replace(**{name: getattr(self, name).to(device, non_blocking=True) for name in self._fields[:-1]})


class PlannedBatches(Dataset[Batch]):
    """The batches of an epoch for one process: item i is the i-th one.

    What is random in a sample follows from seed, epoch and the group's place in the plan: neither the number of
    processes nor where a run was interrupted changes it.

    Parameters
    ----------
    manifest, config, info
        What there is, how it is changed, and how photos are normalised.
    plan, epoch
        The epoch.
    rank, world
        Which process of how many: batch i takes `groups` groups from ``(i * world + rank) * groups`` on.
    """

    def __init__(
        self,
        manifest: Manifest,
        config: TrainConfig,
        info: CheckpointInfo,
        plan: EpochPlan,
        epoch: int,
        rank: int = 0,
        world: int = 1,
    ) -> None:
        self._manifest = manifest
        self._config = config
        self._info = info
        self._plan = plan
        self._epoch = epoch
        self._rank = rank
        self._world = world
        self._hot = manifest.hot().astype(np.float32)
        self._maker = SampleMaker(config, self._read, plan.members.ravel())

    def __len__(self) -> int:
        return len(self._plan) // (self._config.groups * self._world)

    def __getitem__(self, index: int) -> Batch:
        """Return batch `index`."""
        config = self._config
        first = (index * self._world + self._rank) * config.groups
        samples: list[Sample | None] = []
        problems: list[str] = []
        for place in range(first, first + config.groups):
            for member, image in enumerate(self._plan.members[place].tolist()):
                rng = np.random.default_rng([config.seed, 3, self._epoch, place, member])
                try:
                    samples.append(self._maker.make(image, rng))
                except InputFileError as error:
                    samples.append(None)
                    problems.append(str(error))
        return self._collate(samples, tuple(problems))

    def _read(self, index: int) -> np.ndarray:
        return read_photo(self._manifest.images[index].path).pixels

    def _collate(self, samples: list[Sample | None], problems: tuple[str, ...]) -> Batch:
        count, side, classes = len(samples), self._config.crop, self._hot.shape[1]
        photos = torch.zeros(count, 3, side, side)
        labels = np.zeros((count, classes), np.float32)
        boxes = np.zeros((count, MAX_TILES, 4), np.float32)
        tile_labels = np.zeros((count, MAX_TILES, classes), np.float32)
        used = np.zeros((count, MAX_TILES), np.float32)
        for i, sample in enumerate(samples):
            if sample is None:
                continue
            photos[i] = normalise_photo(sample.pixels, self._info)[0] * torch.from_numpy(sample.inside)
            boxes[i] = sample.boxes
            for t, tile in enumerate(sample.tiles):
                if tile >= 0:
                    tile_labels[i, t] = self._hot[tile]
                    used[i, t] = 1
            labels[i] = tile_labels[i].max(axis=0)
        weights = np.array([s is not None for s in samples], np.float32)
        groups = (self._config.groups, self._config.images_per_group)

        def grouped(values: np.ndarray) -> Tensor:
            return torch.from_numpy(values.reshape(*groups, *values.shape[1:]))

        return Batch(
            photos.reshape(*groups, *photos.shape[1:]),
            grouped(labels),
            grouped(boxes),
            grouped(tile_labels),
            grouped(used),
            grouped(weights),
            problems,
        )


class _From(torch.utils.data.Sampler[int]):
    def __init__(self, start: int, end: int) -> None:
        self._range = range(start, end)

    def __iter__(self) -> Iterator[int]:
        return iter(self._range)

    def __len__(self) -> int:
        return len(self._range)


@contextmanager
def open_loader(loader: DataLoader[Batch]) -> Iterator[Iterator[Batch]]:
    """Yield the loader's batches; its processes have ended when the context does, however it does."""
    iterator = iter(loader)
    if loader.num_workers and hasattr(signal, "SIGCHLD") and threading.current_thread() is threading.main_thread():
        # torch raises out of this signal's handler, in the middle of anything; `next` notices a dead process as well.
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    try:
        yield iterator
    finally:
        # An error holds on to its frames, and so to the iterator, which would end them only when it is collected.
        shut_down = getattr(iterator, "_shutdown_workers", None)
        if shut_down is not None:
            shut_down()


def make_loader(batches: PlannedBatches, start: int, workers: int, *, pin: bool) -> DataLoader[Batch]:
    """Return a loader of batches from `start` on, in order, prepared by `workers` processes."""
    options: dict[str, Any] = {}
    if workers:
        options = {
            "prefetch_factor": 2,
            "worker_init_fn": _start_worker,
            "multiprocessing_context": _worker_context(),
        }
    return DataLoader(
        batches,
        batch_size=None,
        sampler=_From(start, len(batches)),
        num_workers=workers,
        pin_memory=pin,
        **options,
    )


def _worker_context() -> BaseContext:
    """Return how processes are started: never by forking this one, whose threads (OpenMP, cv2) a fork would lose.

    A fork of a process that has computed already may wait for them for ever.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    # Imported once, in the server; every epoch's processes are forks of that.
    context.set_forkserver_preload(["edam_gui.training.batches"])
    return context


def _start_worker(number: int) -> None:  # noqa: ARG001
    """Leave Ctrl-C to the training process, and the cores to its computation."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    cv2.setNumThreads(1)
    torch.set_num_threads(1)
