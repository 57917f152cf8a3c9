"""Make the saliency maps of a folder of images, overlapped."""

from __future__ import annotations

import io
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path, PurePosixPath
from typing import Any

from PIL import Image

from edam_gui.batch.label_run import Progress
from edam_gui.batch.run_file import check_resume, hash_of, inputs_hash, write_run_file
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import Cancelled, EdamError, InputFileError, OptionError
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.onnx_saliency import OnnxOptions, OnnxSaliency
from edam_gui.imaging.photo import probe_photo_size, read_photo
from edam_gui.imaging.picture_file import read_picture
from edam_gui.imaging.saliency import DEFAULT_METHOD, check_method, make_saliency
from edam_gui.jobs import CancelToken, Failure, Street
from edam_gui.project.images import ImageCollection, ImageEntry, list_images
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


@dataclass
class SaliencyReport:
    """What a run did.

    Parameters
    ----------
    options
        Every resolved value, as JSON.
    problems
        What was wrong with lists and folders.
    written
        (image, map file) of new maps.
    kept, failed
        Images with a valid map from before; images with the reason they failed.
    seconds
        Wall time.
    cancelled
        Whether it was stopped.
    """

    options: dict[str, Any]
    problems: tuple[str, ...]
    written: list[tuple[PurePosixPath, Path]] = field(default_factory=list)
    kept: list[PurePosixPath] = field(default_factory=list)
    failed: list[tuple[PurePosixPath, str]] = field(default_factory=list)
    seconds: float = 0.0
    cancelled: bool = False

    @property
    def done(self) -> int:
        """Number of images dealt with, failed ones included."""
        return len(self.written) + len(self.kept) + len(self.failed)

    def to_json(self) -> dict[str, Any]:
        """Return the report for `--json`."""
        return {
            "options": self.options,
            "images": [{"image": str(image), "saliency": str(file)} for image, file in self.written],
            "kept": [str(image) for image in self.kept],
            "failed": [{"image": str(image), "error": error} for image, error in self.failed],
            "problems": list(self.problems),
            "seconds": round(self.seconds, 3),
            "cancelled": self.cancelled,
        }


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
        self._collection = _collection(request)
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
            keep = check_resume(self._request, identity["options_hash"], identity["model_hash"])
            write_run_file(self._request.out, "running", identity)
            report = SaliencyReport(options, self._collection.problems)
            self._make_all(make, keep, report, token, progress)
        counts = {"written": len(report.written), "kept": len(report.kept), "failed": len(report.failed)}
        state = "cancelled" if report.cancelled else "done"
        write_run_file(self._request.out, state, {**identity, **counts, "failures": report.to_json()["failed"]})
        return report

    def _make_all(
        self,
        make: MakeSaliency,
        keep: bool,
        report: SaliencyReport,
        token: CancelToken,
        progress: Callable[[Progress], None],
    ) -> None:
        started = time.monotonic()
        street: Street[ImageEntry, _Map, _Map, Path] = Street(_read, lambda photo: _compute(photo, make), self._write)
        try:
            for entry, result in street.run(self._waiting(keep, report, progress), token):
                failure = result.sentence if isinstance(result, Failure) else None
                if isinstance(result, Failure):
                    report.failed.append((entry.relative, result.sentence))
                else:
                    report.written.append((entry.relative, result))
                progress(Progress(report.done, len(self.entries), entry, failure))
        except Cancelled:
            report.cancelled = True
        report.seconds = time.monotonic() - started

    def _waiting(
        self, keep: bool, report: SaliencyReport, progress: Callable[[Progress], None]
    ) -> Iterator[ImageEntry]:
        for entry in self.entries:
            if keep and self._is_done(entry):
                report.kept.append(entry.relative)
                progress(Progress(report.done, len(self.entries), entry, None))
            else:
                yield entry

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

    def _write(self, saliency: _Map) -> Path:
        target = self._target(saliency.entry)
        write_bytes(target, encode_saliency(saliency.pixels))
        return target


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


def _collection(request: SaliencyRequest) -> ImageCollection:
    collection = list_images(request.images, request.list_file)
    root, out = collection.root.resolve(), request.out.resolve()
    if out == root:
        raise OptionError(f"{request.out}: the saliency maps would lie among the images; choose another --out folder.")
    if not out.is_relative_to(root):
        return collection
    # What an earlier run wrote below the images is no image.
    inside = out.relative_to(root)
    return replace(collection, entries=tuple(e for e in collection.entries if not e.relative.is_relative_to(inside)))
