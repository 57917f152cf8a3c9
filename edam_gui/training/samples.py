"""Overlays of a few photos after every epoch."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator

from PIL import Image

from edam_gui.core.label_set import LabelSet
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.overlay import blend_labels
from edam_gui.imaging.photo import resize_photo
from edam_gui.training.run_folder import RunFolder
from edam_gui.training.validation import Drawn

_LONG_SIDE = 640
_QUALITY = 85


def save_samples(
    folder: RunFolder, epoch: int, drawn: Iterable[Drawn], label_set: LabelSet
) -> Iterator[tuple[str, str]]:
    """Write overlays; yield each photo's name and the overlay's path relative to the run folder.

    Raises
    ------
    OutputError
        One cannot be written.
    """
    for number, sample in enumerate(drawn):
        pixels = blend_labels(sample.pixels, sample.labels, label_set.palette)
        height, width = pixels.shape[:2]
        factor = min(1.0, _LONG_SIDE / max(height, width))
        pixels = resize_photo(pixels, (max(1, round(width * factor)), max(1, round(height * factor))))
        buffer = io.BytesIO()
        Image.fromarray(pixels).save(buffer, "JPEG", quality=_QUALITY)
        path = folder.samples / f"epoch_{epoch:04d}" / f"{number:02d}.jpg"
        write_bytes(path, buffer.getvalue())
        yield sample.name, path.relative_to(folder.root).as_posix()
