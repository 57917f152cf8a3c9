"""A saliency network out of an ONNX file, run in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final

import numpy as np

import edam_gui
from edam_gui.core.arrays import Float32Array, UInt8Array
from edam_gui.core.errors import InputFileError
from edam_gui.imaging.onnx_saliency.frames import BrokenPipe, receive, send
from edam_gui.imaging.onnx_saliency.model_file import OnnxFile, read_onnx
from edam_gui.imaging.onnx_saliency.options import OnnxOptions, resolve_form
from edam_gui.imaging.saliency.maps import fit_to_photo, stretch

_WORKER: Final = "edam_gui.imaging.onnx_saliency.worker"
_MAX_ANSWER: Final = 256 << 20
_LOGITS_BELOW: Final = -0.01
"""Probabilities are not negative, but for rounding: a map with smaller values holds logits."""


class OnnxSaliency:
    """A network that makes saliency maps; use it as a context manager, or call `close`.

    The file is looked through first (`read_onnx`); onnxruntime then runs it in a process with a time and a memory
    limit. A process that was ended by a photo is started again for the next one.

    Parameters
    ----------
    path
        The ONNX file.
    options
        Size, normalisation, limits.

    Raises
    ------
    InputFileError
        The file is unusable, or the runtime cannot load it.
    OptionError
        The options do not fit the file.
    """

    def __init__(self, path: Path, options: OnnxOptions | None = None) -> None:
        self._options = options or OnnxOptions()
        self._file: OnnxFile = read_onnx(path)
        self.form = resolve_form(self._file, self._options)
        self._process: subprocess.Popen[bytes] | None = None
        self._start()

    @property
    def sha256(self) -> str:
        """Hash of the file, in hexadecimal."""
        return self._file.sha256

    def make(self, pixels: UInt8Array) -> UInt8Array:
        """Make the saliency map of a photo.

        The network's map is stretched so that its least value is 0 and its largest 255 (a flat map becomes 0
        everywhere), after a logistic function if it holds negative values; then it is brought to the photo's size.

        Parameters
        ----------
        pixels
            (H, W, 3) uint8 RGB.

        Returns
        -------
        UInt8Array
            (H, W).

        Raises
        ------
        InputFileError
            The network failed on this photo, took too long, or gave values that are not finite.
        """
        values = self._run(pixels)
        if not np.isfinite(values).all():
            raise self._failed("it gave values that are not finite numbers")
        if float(values.min()) < _LOGITS_BELOW:
            values = np.asarray(1 / (1 + np.exp(-np.clip(values, -60, 60))), np.float32)
        return fit_to_photo(stretch(values), pixels)

    def close(self) -> None:
        """End the network's process."""
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                _close_quietly(pipe)

    def __enter__(self) -> OnnxSaliency:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _run(self, pixels: UInt8Array) -> Float32Array:
        photo = self.form.prepare(pixels)
        if self._process is None:
            self._start()
        header, data = self._ask({"shape": list(photo.shape), "dtype": photo.dtype.str}, photo.tobytes())
        if "error" in header:
            raise self._failed(str(header["error"]))
        shape = _shape(header.get("shape"))
        if shape is None or shape[0] * shape[1] * 4 != len(data):
            self.close()
            raise self._failed("its process gave no usable answer")
        return np.frombuffer(data, np.float32).reshape(shape)

    def _start(self) -> None:
        try:
            self._process = subprocess.Popen(  # noqa: S603 (our own module, by this interpreter)
                [sys.executable, "-m", _WORKER],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                # Ctrl-C is for the program; it ends this process by closing the pipe.
                start_new_session=True,
            )
        except OSError as error:
            raise self._failed(f"its process could not be started: {error.strerror or error}") from error
        header, _ = self._ask({"memory_bytes": self._options.memory_bytes}, self._file.data)
        if "error" in header:
            self.close()
            raise InputFileError(self._file.path, f"cannot be run by onnxruntime ({header['error']})")

    def _ask(self, header: dict[str, Any], payload: bytes) -> tuple[dict[str, Any], bytes]:
        """Send a message and wait for the answer; the process is ended when the time is over."""
        process = self._process
        assert process is not None  # noqa: S101 (callers start it)
        assert process.stdin is not None  # noqa: S101 (both are pipes)
        assert process.stdout is not None  # noqa: S101
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        timer = threading.Timer(self._options.seconds, stop)
        timer.start()
        try:
            send(process.stdin, header, payload)
            return receive(process.stdout, _MAX_ANSWER)
        except BrokenPipe:
            self.close()
            if late.is_set():
                raise self._failed(f"it took longer than {self._options.seconds:g} s") from None
            raise self._failed("its process ended unexpectedly; it may need more memory than it may take") from None
        finally:
            timer.cancel()
            timer.join()

    def _failed(self, cause: str) -> InputFileError:
        return InputFileError(self._file.path, f"the network made no saliency map ({cause})")


def _shape(value: object) -> tuple[int, int] | None:
    if not isinstance(value, list) or len(value) != 2:
        return None
    height, width = value
    return (height, width) if isinstance(height, int) and isinstance(width, int) and min(value) > 0 else None


def _environment() -> dict[str, str]:
    """Let the process find this package, and let no variable change how onnxruntime reads a file."""
    root = str(Path(edam_gui.__file__).parents[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith("ORT_")}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))}


def _close_quietly(pipe: IO[bytes]) -> None:
    try:
        pipe.close()
    except OSError:  # what could not be sent to a process that ended is no loss
        return
