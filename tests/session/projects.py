"""Small projects whose masks and saliency come from files, so that no network is needed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from PIL import Image

from edam_gui.core.arrays import Float32Array
from edam_gui.jobs.delivery import DeliveryQueue
from edam_gui.session.model_host import ModelHost
from edam_gui.session.pass_cache import PassCache
from edam_gui.session.session import Session

CAT, DOG = 8, 12
PATIENCE_S = 20.0


def make_folder(folder: Path, *, images: int = 2, size: tuple[int, int] = (80, 120)) -> Path:
    """Write photos with masks and saliency; return the folder to open.

    A cat is the disc in the left half, a dog the disc in the right one. Both are salient and score 0.9 there: too
    little to show where nothing is salient.
    """
    height, width = size
    rows, columns = np.indices(size, np.float32)
    radius = 0.3 * height
    cat = (rows - height / 2) ** 2 + (columns - width / 4) ** 2 < radius**2
    dog = (rows - height / 2) ** 2 + (columns - 3 * width / 4) ** 2 < radius**2
    photos = folder / "photos"
    for name in ("photos", "masks", "saliency"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    lines = []
    for number in range(images):
        photo = np.empty((height, width, 3), np.uint8)
        photo[..., 0] = np.where(cat, 200, 40)
        photo[..., 1] = np.where(dog, 200, 40) + 10 * number
        photo[..., 2] = (columns * 200 / width).astype(np.uint8)
        Image.fromarray(photo).save(photos / f"p{number}.png")
        Image.fromarray(((cat | dog) * 255).astype(np.uint8)).save(folder / "saliency" / f"p{number}.png")
        _write_masks(folder / "masks" / f"p{number}.npz", {CAT: cat, DOG: dog})
        lines.append(f"p{number},cat,dog\n")
    (folder / "labels.csv").write_text("".join(lines))
    return folder


def _write_masks(path: Path, where: dict[int, np.ndarray]) -> None:
    scores: Float32Array = np.stack([np.where(mask, 0.9, 0.05) for mask in where.values()]).astype(np.float32)
    np.savez(path, scores=scores, classes=np.array(list(where)), score_form="max", passes=1, raw_max=scores.max((1, 2)))


@contextmanager
def opened(folder: Path, cache: Path) -> Iterator[tuple[Session, DeliveryQueue]]:
    """Open a folder in a session driven by a queue; wait for the first label map."""
    queue = DeliveryQueue()
    session = Session(queue, PassCache(cache))
    try:
        session.open(folder)
        settle(session, queue)
        yield session, queue
    finally:
        session.close()


def settle(session: Session, queue: DeliveryQueue) -> None:
    """Wait until the image on the desk has the label map that its thresholds give."""
    assert queue.run_until(lambda: is_settled(session), PATIENCE_S), "the label map did not come"


def is_settled(session: Session) -> bool:
    current = session.current
    return (
        current is not None
        and current.labels is not None
        and current.frame is not None
        and current.frame.scores is not None
        and not session.labelling.is_busy
    )


def without_network(host: ModelHost, *_: object) -> None:
    """Stand in for `ModelHost.load`: the masks come from files."""
