"""ONNX files: looked through and judged before any runtime sees them."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.bounded_read import read_bounded
from edam_gui.imaging.onnx_saliency.protobuf import DamagedMessage, FieldReader, text

MAX_FILE_BYTES: Final = 1 << 30
MAX_SIDE: Final = 4096
_MAX_DEPTH: Final = 16
_STANDARD_DOMAINS: Final = frozenset({"", "ai.onnx", "ai.onnx.ml"})
_ORT_MARK: Final = b"ORTM"
_PIXEL_TYPES: Final = {1: "float32", 2: "uint8", 10: "float16"}
_METADATA_BYTES: Final = 4096

# Field numbers of onnx.proto: ModelProto, GraphProto, NodeProto and so on.
_MODEL_GRAPH, _MODEL_METADATA, _MODEL_FUNCTION = 7, 14, 25
_GRAPH_NODE, _GRAPH_INITIALIZER, _GRAPH_INPUT, _GRAPH_OUTPUT, _GRAPH_SPARSE = 1, 5, 11, 12, 15
_NODE_OPERATOR, _NODE_ATTRIBUTE, _NODE_DOMAIN = 4, 5, 7
_ATTRIBUTE_TENSORS, _ATTRIBUTE_GRAPHS, _ATTRIBUTE_SPARSE = (5, 10), (6, 11), (22, 23)
_TENSOR_NAME, _TENSOR_EXTERNAL, _TENSOR_LOCATION = 8, 13, 14
_FUNCTION_NAME, _FUNCTION_NODE, _FUNCTION_DOMAIN = 1, 7, 10
_FUNCTION_ATTRIBUTE_DEFAULT = 11


@dataclass(frozen=True)
class ImageInput:
    """The one input of a network.

    Parameters
    ----------
    name
        In the file.
    dtype
        `float32`, `float16` or `uint8`.
    channels_first
        (1, 3, H, W) if true, else (1, H, W, 3).
    height, width
        `None` where the file leaves them open.
    """

    name: str
    dtype: str
    channels_first: bool
    height: int | None
    width: int | None


@dataclass(frozen=True, eq=False)
class OnnxFile:
    """A network that may be given to the runtime.

    Parameters
    ----------
    path
        The file.
    data
        Its bytes, the very ones that were looked through.
    sha256
        Of the bytes, in hexadecimal.
    image
        Its input.
    metadata
        Key -> value, as stored by whoever exported it.
    """

    path: Path
    data: bytes = field(repr=False)
    sha256: str
    image: ImageInput
    metadata: Mapping[str, str]


def read_onnx(path: Path, *, max_bytes: int = MAX_FILE_BYTES) -> OnnxFile:
    """Read an ONNX file: one image in, no outside data, no custom operators.

    Nothing is executed and no tensor is built.

    Raises
    ------
    InputFileError
        The file is missing, unreadable, too large, no ONNX file, needs other files or operators, or does not take
        exactly one RGB image.
    """
    data = read_bounded(path, max_bytes)
    if data[4:8] == _ORT_MARK:
        raise InputFileError(path, "is in onnxruntime's own format; the .onnx file it was made from is needed")
    scan = _Scan()
    try:
        scan.model(memoryview(data))
        if not scan.has_graph:
            raise DamagedMessage
        if scan.refusal is None:
            image = _image_input(path, scan)
            return OnnxFile(path, data, hashlib.sha256(data).hexdigest(), image, scan.metadata)
    except DamagedMessage:
        raise InputFileError(path, "is not an ONNX file, or is damaged") from None
    raise InputFileError(path, scan.refusal)


class _Scan:
    """What a walk through the whole file finds; parts may come in any order and more than once."""

    def __init__(self) -> None:
        self._reader = FieldReader()
        self._own_functions: set[tuple[str, str]] = set()
        self._foreign: dict[tuple[str, str], None] = {}
        self._external: str | None = None
        self.has_graph = False
        self.metadata: dict[str, str] = {}
        self.inputs: list[memoryview] = []
        self.outputs = 0
        self.initializers: set[str] = set()

    def fields_of(self, message: memoryview, number: int) -> list[memoryview]:
        return list(self._reader.messages(message, number))

    @property
    def refusal(self) -> str | None:
        """Why the file may not be run, as the end of "FILE: cause"."""
        if self._external is not None:
            return f"keeps its weights in another file ({self._external}); export it into one file"
        foreign = next((f for f in self._foreign if f not in self._own_functions), None)
        if foreign is not None:
            return (
                f"uses the custom operator '{foreign[1]}' of '{foreign[0]}'; only standard ONNX operators are run, "
                "so export it without runtime-specific optimisation"
            )
        return None

    def model(self, message: memoryview) -> None:
        for number, value in self._reader.fields(message):
            if isinstance(value, int):
                continue
            if number == _MODEL_GRAPH:
                self.has_graph = True
                self._graph(value, 0)
            elif number == _MODEL_METADATA:
                self._metadata(value)
            elif number == _MODEL_FUNCTION:
                self._function(value)

    def _metadata(self, message: memoryview) -> None:
        if len(message) <= _METADATA_BYTES:
            entry = dict(self._reader.fields(message))
            self.metadata[text(entry.get(1, 0))] = text(entry.get(2, 0))

    def _function(self, message: memoryview) -> None:
        name = domain = ""
        for number, value in self._reader.fields(message):
            if number == _FUNCTION_NAME:
                name = text(value)
            elif number == _FUNCTION_DOMAIN:
                domain = text(value)
            elif number == _FUNCTION_NODE and isinstance(value, memoryview):
                self._node(value, 0)
            elif number == _FUNCTION_ATTRIBUTE_DEFAULT and isinstance(value, memoryview):
                self._attribute(value, 0)
        self._own_functions.add((domain, name))

    def _graph(self, message: memoryview, depth: int) -> None:
        if depth > _MAX_DEPTH:
            raise DamagedMessage
        for number, value in self._reader.fields(message):
            if isinstance(value, int):
                continue
            if number == _GRAPH_NODE:
                self._node(value, depth)
            elif number == _GRAPH_INITIALIZER:
                name = self._tensor(value)
                if depth == 0:
                    self.initializers.add(name)
            elif number == _GRAPH_SPARSE:
                self._sparse_tensor(value)
            elif number == _GRAPH_INPUT and depth == 0:
                self.inputs.append(value)
            elif number == _GRAPH_OUTPUT and depth == 0:
                self.outputs += 1

    def _node(self, message: memoryview, depth: int) -> None:
        operator = domain = ""
        for number, value in self._reader.fields(message):
            if number == _NODE_OPERATOR:
                operator = text(value)
            elif number == _NODE_DOMAIN:
                domain = text(value)
            elif number == _NODE_ATTRIBUTE and isinstance(value, memoryview):
                self._attribute(value, depth)
        if domain not in _STANDARD_DOMAINS:
            self._foreign[domain, operator] = None

    def _attribute(self, message: memoryview, depth: int) -> None:
        for number, value in self._reader.fields(message):
            if isinstance(value, int):
                continue
            if number in _ATTRIBUTE_TENSORS:
                self._tensor(value)
            elif number in _ATTRIBUTE_SPARSE:
                self._sparse_tensor(value)
            elif number in _ATTRIBUTE_GRAPHS:
                self._graph(value, depth + 1)

    def _sparse_tensor(self, message: memoryview) -> None:
        for number, value in self._reader.fields(message):
            if number in (1, 2) and isinstance(value, memoryview):
                self._tensor(value)

    def _tensor(self, message: memoryview) -> str:
        """Note a tensor that lies elsewhere; return its name."""
        name = ""
        for number, value in self._reader.fields(message):
            if number == _TENSOR_NAME:
                name = text(value)
            elif number == _TENSOR_EXTERNAL and isinstance(value, memoryview):
                entry = dict(self._reader.fields(value))
                if text(entry.get(1, 0)) == "location" or self._external is None:
                    self._external = text(entry.get(2, 0))
            elif number == _TENSOR_LOCATION and value != 0:
                self._external = self._external or "not named"
        return name


def _image_input(path: Path, scan: _Scan) -> ImageInput:
    # Old files list their weights among the inputs.
    named = [(_name(scan, value), value) for value in scan.inputs]
    inputs = [(name, value) for name, value in named if name not in scan.initializers]
    if len(inputs) != 1:
        raise InputFileError(path, f"takes {len(inputs)} inputs; a saliency network takes one image and nothing else")
    if scan.outputs < 1:
        raise InputFileError(path, "has no output")
    name, value = inputs[0]
    dtype, dims = _tensor_type(path, scan, value)
    if len(dims) != 4 or dims[0] not in (1, None):
        raise InputFileError(path, f"takes an input of shape {_shown(dims)}; one RGB image, (1, 3, H, W), is needed")
    channels_first = dims[1] == 3 or (dims[1] is None and dims[3] != 3)
    if not channels_first and dims[3] != 3:
        raise InputFileError(path, f"takes an input of shape {_shown(dims)}; an image of three channels is needed")
    height, width = dims[2:] if channels_first else dims[1:3]
    if any(side is not None and not 1 <= side <= MAX_SIDE for side in (height, width)):
        raise InputFileError(path, f"takes images of {_shown((width, height))} pixels; at most {MAX_SIDE} are allowed")
    return ImageInput(name, dtype, channels_first, height, width)


def _name(scan: _Scan, value_info: memoryview) -> str:
    return "".join(text(part) for part in scan.fields_of(value_info, 1))


def _tensor_type(path: Path, scan: _Scan, value_info: memoryview) -> tuple[str, tuple[int | None, ...]]:
    kind, dims = 0, []
    for type_message in scan.fields_of(value_info, 2):
        for tensor in scan.fields_of(type_message, 1):
            kind = next((v for n, v in FieldReader().fields(tensor) if n == 1 and isinstance(v, int)), kind)
            dims += [d for shape in scan.fields_of(tensor, 2) for d in scan.fields_of(shape, 1)]
    if kind not in _PIXEL_TYPES:
        raise InputFileError(path, "takes an input that is no image (32-bit or 16-bit float, or 8-bit numbers)")
    return _PIXEL_TYPES[kind], tuple(_side(dim) for dim in dims)


def _side(dimension: memoryview) -> int | None:
    value = dict(FieldReader().fields(dimension)).get(1)
    # Exporters write -1 or 0 for "any".
    return value if isinstance(value, int) and 0 < value < 1 << 63 else None


def _shown(dims: tuple[int | None, ...]) -> str:
    return "(" + ", ".join("?" if d is None else str(d) for d in dims) + ")"
