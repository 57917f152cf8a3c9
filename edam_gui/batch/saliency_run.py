"""Make the saliency maps of a folder of images, overlapped."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from edam_gui.batch.folder_run import FolderRun, Outputs, Progress, RunReport
from edam_gui.batch.input_images import list_input_images
from edam_gui.batch.run_file import hash_of, inputs_hash
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import EdamError, InputFileError, OptionError
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.onnx_saliency import OnnxOptions, OnnxSaliency
from edam_gui.imaging.photo import probe_photo_size, read_photo
from edam_gui.imaging.picture_file import read_picture
from edam_gui.imaging.saliency import DEFAULT_METHOD, check_method, make_saliency
from edam_gui.jobs import CancelToken, Street
from edam_gui.project.images import ImageEntry
from edam_gui.project.names import output_names

MakeSaliency = Callable[[UInt8Array], UInt8Array]
"""(H, W, 3) uint8 RGB -> (H, W) uint8."""


@dataclass(frozen=True)
class SaliencyRequest:
    """A saliency run as the user asked for it.

    Parameters
    ----------
    images
        Folder, VOC root, list file or one image.
    out
        Folder for the maps.
    list_file
        Chooses and orders the images.
    method
        Name of a built-in method; `None` = the default. Not used with `onnx`.
    onnx, onnx_options
        A network to use instead.
    resume, overwrite
        Go on with an earlier run in `out`; redo it with other options.

    Raises
    ------
    OptionError
        Both a method and a network, or an unknown method.
    """

    images: Path
    out: Path
    list_file: Path | None = None
    method: str | None = None
    onnx: Path | None = None
    onnx_options: OnnxOptions | None = None
    resume: bool = False
    overwrite: bool = False

    def __post_init__(self) -> None:
        if self.method is not None:
            check_method(self.method)
            if self.onnx is not None:
                raise OptionError("Choose either --method or --onnx, not both.")
        if self.onnx is None and self.onnx_options is not None:
            raise OptionError("The options --onnx-... are for a network; add --onnx FILE.")


@dataclass(frozen=True)
class SavedMap:
    """One saliency map.

    Parameters
    ----------
    image
        Relative path of the photo.
    saliency
        File that was written.
    """

    image: PurePosixPath
    saliency: Path

    def to_json(self) -> dict[str, Any]:
        """Return the entry of `--json`."""
        return {"image": str(self.image), "saliency": str(self.saliency)}


SaliencyReport = RunReport[SavedMap]


class SaliencyRun:
    """A prepared run: images listed, options checked, nothing computed yet.

    Parameters
    ----------
    request
        What the user asked for.

    Raises
    ------
    EdamError
        The run as a whole cannot be made.
    """

    def __init__(self, request: SaliencyRequest) -> None:
        self._request = request
        self._collection = list_input_images(request.images, request.list_file, request.out)
        self._names = output_names(self._collection.entries, ".png")

    @property
    def entries(self) -> tuple[ImageEntry, ...]:
        """The images, in order."""
        return self._collection.entries

    def run(self, token: CancelToken, progress: Callable[[Progress], None]) -> SaliencyReport:
        """Make every map.

        Parameters
        ----------
        token
            Stops the run after the maps already computed were written.
        progress
            Called in this thread after every image.

        Raises
        ------
        EdamError
            The network cannot be used, or `out` holds a run made with other options.
        """
        with open_saliency(self._request) as (make, described):
            options = {
                **described,
                "images": str(self._request.images),
                "list": None if self._request.list_file is None else str(self._request.list_file),
            }
            identity = {
                "options_hash": hash_of({k: v for k, v in described.items() if k != "onnx"}),
                "model_hash": described.get("onnx_sha256", ""),
                "inputs_hash": inputs_hash(self.entries),
                "options": options,
            }
            folder_run: FolderRun[SavedMap] = FolderRun(
                self._request, self.entries, identity, Outputs(self._target, self._is_done)
            )
            report = SaliencyReport(options, self._collection.problems)
            street: Street[ImageEntry, _Map, _Map, SavedMap] = Street(
                _read, lambda photo: _compute(photo, make), self._write
            )
            folder_run.run(street, report, token, progress)
        return report

    def _is_done(self, entry: ImageEntry) -> bool:
        """Whether the map is there, newer than the image, whole, grey and of the image's size."""
        target = self._target(entry)
        try:
            if target.stat().st_mtime_ns < entry.path.stat().st_mtime_ns:
                return False
            picture = read_picture(target)
            grey = picture.palette is None and picture.samples.ndim == 2 and picture.bits == 8
            return grey and picture.size == probe_photo_size(entry.path)
        except (OSError, InputFileError):
            # Not there, or not usable: it is made again, and what is wrong with the photo is reported then.
            return False

    def _target(self, entry: ImageEntry) -> Path:
        return self._request.out / self._names[entry]

    def _write(self, saliency: _Map) -> SavedMap:
        target = self._target(saliency.entry)
        write_bytes(target, encode_saliency(saliency.pixels))
        return SavedMap(saliency.entry.relative, target)


@dataclass(frozen=True, eq=False)
class _Map:
    """A photo, (H, W, 3), or its saliency map, (H, W)."""

    entry: ImageEntry
    pixels: UInt8Array


@contextmanager
def open_saliency(request: SaliencyRequest) -> Iterator[tuple[MakeSaliency, dict[str, Any]]]:
    """Yield what makes the maps, and its description for reports; a network's process ends with the block.

    Raises
    ------
    EdamError
        The network cannot be used.
    """
    if request.onnx is None:
        method = request.method or DEFAULT_METHOD
        yield (lambda pixels: make_saliency(pixels, method)), {"method": method}
        return
    with OnnxSaliency(request.onnx, request.onnx_options) as network:
        described = {"method": "onnx", "onnx": str(request.onnx), "onnx_sha256": network.sha256}
        yield network.make, described | network.form.to_json()


def encode_saliency(values: UInt8Array) -> bytes:
    """Encode (H, W) uint8 as an 8-bit grey PNG."""
    buffer = io.BytesIO()
    Image.fromarray(values).save(buffer, "PNG", compress_level=6)
    return buffer.getvalue()


def _read(entry: ImageEntry) -> _Map:
    return _Map(entry, read_photo(entry.path).pixels)


def _compute(photo: _Map, make: MakeSaliency) -> _Map:
    try:
        return _Map(photo.entry, make(photo.pixels))
    except EdamError as error:
        raise InputFileError(photo.entry.path, f"has no saliency map now: {error}") from error
