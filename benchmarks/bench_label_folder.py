"""Labelling a folder against the bare forward passes of the same photos, paired in one run.

The bare passes get ready-made tensors and throw their results away; `label` decodes, resizes, enlarges the masks,
applies Algorithm 1 and writes verified PNGs besides. Run ``make bench`` or this file [--photos N] [--pairs N].
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from importlib.resources import files
from pathlib import Path

import torch
from PIL import Image

from edam_gui.batch.label_options import LabelRequest
from edam_gui.batch.label_run import LabelRun
from edam_gui.imaging.photo import read_photo, resize_photo
from edam_gui.jobs import CancelToken
from edam_gui.model.checkpoint import load_checkpoint
from edam_gui.model.inference import InferenceOptions, normalise_photo, scaled_size
from edam_gui.model.shipped import DEFAULT_MODEL, find_model

NAMES = ("chelsea.png", "astronaut.png", "motorcycle_left.png", "coffee.png")
CLASSES = ("cat", "person", "motorbike", "diningtable")


def write_photos(folder: Path, count: int) -> None:
    rows = []
    for i in range(count):
        with files("skimage.data").joinpath(NAMES[i % 4]).open("rb") as file, Image.open(file) as image:
            image.convert("RGB").resize((500, 375)).save(folder / f"{i:03}.jpg", quality=92)
        rows.append(f"{i:03},{CLASSES[i % 4]}")
    (folder.parent / "labels.csv").write_text("\n".join(rows))


def bare_passes(folder: Path) -> float:
    loaded = load_checkpoint(find_model(DEFAULT_MODEL))
    network = loaded.network.prepare_for_inference(torch.device("cpu"))
    batches = []
    for path in sorted(folder.iterdir()):
        pixels = read_photo(path).pixels
        for scale in InferenceOptions().scales:
            height, width = scaled_size(pixels.shape[:2], scale)
            x = normalise_photo(resize_photo(pixels, (width, height)), loaded.info)
            batches.append(torch.cat([x, x.flip(-1)]).contiguous(memory_format=torch.channels_last))
    start = time.perf_counter()
    with torch.inference_mode():
        for batch in batches:
            network(batch)
    return time.perf_counter() - start


def label_folder(folder: Path) -> float:
    request = LabelRequest(folder, folder.parent / "out", labels=folder.parent / "labels.csv", device="cpu")
    report = LabelRun(request).run(CancelToken(), lambda _: None)
    assert not report.failed
    return report.seconds


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--photos", type=int, default=16)
    parser.add_argument("--pairs", type=int, default=5)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as root:
        folder = Path(root) / "photos"
        folder.mkdir()
        write_photos(folder, arguments.photos)
        label_folder(folder)
        pairs = [(bare_passes(folder), label_folder(folder)) for _ in range(arguments.pairs)]
    bare, labelled = (statistics.median(column) for column in zip(*pairs, strict=True))
    ratio = statistics.median(b / f for b, f in pairs)
    print(
        f"{arguments.photos} photos of 500x375: bare forward passes {bare:.2f} s, label {labelled:.2f} s "
        f"({arguments.photos / labelled:.2f} images/s); label runs at {ratio:.2f} of the bare speed"
    )


if __name__ == "__main__":
    main()
