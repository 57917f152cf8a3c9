"""Small ONNX networks, made by the onnx package."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

Shape = Sequence[int | str | None]
SQUARE: Shape = (1, 3, 32, 32)


def network(
    nodes: Sequence[onnx.NodeProto],
    *,
    shape: Shape = SQUARE,
    dtype: int = TensorProto.FLOAT,
    outputs: Sequence[str] = ("map",),
    initializers: Sequence[onnx.TensorProto] = (),
    more_inputs: Sequence[str] = (),
    functions: Sequence[onnx.FunctionProto] = (),
    domains: Sequence[str] = (),
    metadata: dict[str, str] | None = None,
) -> onnx.ModelProto:
    """Put nodes that turn `image` into `outputs` into a model."""
    graph = helper.make_graph(
        list(nodes),
        "test",
        [helper.make_tensor_value_info("image", dtype, list(shape))]
        + [helper.make_tensor_value_info(name, TensorProto.FLOAT, [1]) for name in more_inputs],
        [helper.make_tensor_value_info(name, TensorProto.FLOAT, None) for name in outputs],
        initializer=list(initializers),
    )
    opsets = [helper.make_opsetid("", 17), *(helper.make_opsetid(domain, 1) for domain in domains)]
    model = helper.make_model(graph, opset_imports=opsets, functions=list(functions), ir_version=8)
    if metadata:
        helper.set_model_props(model, metadata)
    return model


def brightness(output: str = "map") -> list[onnx.NodeProto]:
    """The mean over the channels."""
    return [helper.make_node("ReduceMean", ["image"], [output], axes=[1], keepdims=1)]


def first_channel() -> tuple[list[onnx.NodeProto], list[onnx.TensorProto]]:
    numbers = {"from": [0], "to": [1], "axis": [1]}
    tensors = [numpy_helper.from_array(np.array(v, np.int64), name) for name, v in numbers.items()]
    return [helper.make_node("Slice", ["image", "from", "to", "axis"], ["map"])], tensors


def save(path: Path, model: onnx.ModelProto) -> Path:
    path.write_bytes(model.SerializeToString())
    return path


def endless() -> onnx.ModelProto:
    """A network that counts to 2^62 before it answers."""
    body = helper.make_graph(
        [helper.make_node("Identity", ["go"], ["go_on"]), helper.make_node("Cos", ["value"], ["next"])],
        "body",
        [
            helper.make_tensor_value_info("round", TensorProto.INT64, []),
            helper.make_tensor_value_info("go", TensorProto.BOOL, []),
            helper.make_tensor_value_info("value", TensorProto.FLOAT, None),
        ],
        [
            helper.make_tensor_value_info("go_on", TensorProto.BOOL, []),
            helper.make_tensor_value_info("next", TensorProto.FLOAT, None),
        ],
    )
    constants = [
        numpy_helper.from_array(np.array(1 << 62, np.int64), "rounds"),
        numpy_helper.from_array(np.array(True), "yes"),
    ]
    nodes = [*brightness("start"), helper.make_node("Loop", ["rounds", "yes", "start"], ["map"], body=body)]
    return network(nodes, initializers=constants)


def greedy() -> onnx.ModelProto:
    """A network that asks for 4 TiB once it has seen the photo."""
    constants = [
        numpy_helper.from_array(np.array([1 << 40], np.int64), "many"),
        numpy_helper.from_array(np.array([0, 1, 2, 3], np.int64), "all"),
    ]
    nodes = [
        helper.make_node("ReduceMax", ["image"], ["one"], keepdims=0),
        helper.make_node("Expand", ["one", "many"], ["map"]),
    ]
    return network(nodes, initializers=constants)
