"""The process a network runs in: a hostile or greedy file can end this process, never the program.

Started as ``python -m edam_gui.imaging.onnx_saliency.worker``; messages come on standard input (see `frames`).
"""

from __future__ import annotations

import os
import sys
from typing import IO, Any, Final

import numpy as np

from edam_gui.core.arrays import AnyArray, Float32Array
from edam_gui.imaging.onnx_saliency.frames import BrokenPipe, receive, send

_MAX_INPUT_BYTES: Final = 1 << 31
_MAX_MAP_PIXELS: Final = 64 << 20
_CAUSE_LENGTH: Final = 200
_SILENT: Final = 4


def main() -> None:
    """Load the network that comes first, then answer one photo after the other until the input ends."""
    source = sys.stdin.buffer
    # Whatever a library prints must not get between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    quiet = os.open(os.devnull, os.O_WRONLY)
    os.dup2(quiet, 1)
    try:
        limits, model = receive(source, _MAX_INPUT_BYTES)
        _limit_memory(int(limits["memory_bytes"]))
        session = _load(model, answers)
        del model
        while session is not None:
            header, photo = receive(source, _MAX_INPUT_BYTES)
            _answer(session, np.frombuffer(photo, header["dtype"]).reshape(header["shape"]), answers)
    except BrokenPipe:
        return


def _limit_memory(most: int) -> None:
    if sys.platform == "win32":
        return  # no such limit there; the time limit still holds
    import resource

    hard = resource.getrlimit(resource.RLIMIT_AS)[1]
    resource.setrlimit(resource.RLIMIT_AS, (most if hard == resource.RLIM_INFINITY else min(most, hard), hard))


def _load(model: bytes, answers: IO[bytes]) -> Any:
    try:
        import onnxruntime

        options = onnxruntime.SessionOptions()
        options.log_severity_level = _SILENT
        options.add_session_config_entry("session.load_model_format", "ONNX")
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
    except _runtime_errors() as error:
        send(answers, {"error": _cause(error)})
        return None
    send(answers, {"version": onnxruntime.__version__})
    return session


def _answer(session: Any, photo: AnyArray, answers: IO[bytes]) -> None:
    name = session.get_inputs()[0].name
    height, width = photo.shape[2:] if photo.shape[1] == 3 else photo.shape[1:3]
    try:
        found = _choose(session.run(None, {name: photo}), (height, width))
    except _runtime_errors() as error:
        send(answers, {"error": _cause(error)})
        return
    if found is None:
        send(answers, {"error": "none of its outputs is one map, (1, 1, H, W)"})
        return
    send(answers, {"shape": list(found.shape)}, np.ascontiguousarray(found).tobytes())


def _choose(outputs: list[Any], size: tuple[int, int]) -> Float32Array | None:
    """Return the first map of the input's size, else the first of the largest ones; `None` if there is no map."""
    maps = [m for m in map(_as_map, outputs) if m is not None]
    same = [m for m in maps if m.shape == size]
    if same:
        return same[0]
    return max(maps, key=lambda m: m.size, default=None)


def _as_map(output: Any) -> Float32Array | None:
    if not isinstance(output, np.ndarray) or output.dtype.kind not in "fiub" or output.size > _MAX_MAP_PIXELS:
        return None
    shape = output.shape[:-1] if output.ndim == 4 and output.shape[-1] == 1 else output.shape
    if len(shape) < 2 or output.size == 0 or any(side != 1 for side in shape[:-2]):
        return None
    return output.reshape(shape[-2:]).astype(np.float32)


def _runtime_errors() -> tuple[type[Exception], ...]:
    """Return what onnxruntime raises; its exceptions have no common base but `Exception`."""
    module = sys.modules.get("onnxruntime.capi.onnxruntime_pybind11_state")
    found = vars(module).values() if module else ()
    own = (e for e in found if isinstance(e, type) and issubclass(e, Exception))
    return (ImportError, MemoryError, RuntimeError, ValueError, *own)


def _cause(error: BaseException) -> str:
    if isinstance(error, MemoryError):
        return "it needs more memory than it may take"
    text = " ".join(str(error).split())
    if "allocate" in text or "bad_alloc" in text:
        return "it needs more memory than it may take"
    return text[:_CAUSE_LENGTH] or type(error).__name__


if __name__ == "__main__":
    main()
