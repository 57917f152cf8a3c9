"""ONNX files are judged before any runtime sees them."""

from __future__ import annotations

import pickle
from contextlib import suppress
from pathlib import Path

import numpy as np
import onnx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from onnx import TensorProto, helper, numpy_helper

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.onnx_saliency.model_file import ImageInput, read_onnx
from tests.imaging.onnx_models import brightness, first_channel, network, save


def refusal(path: Path, model: onnx.ModelProto) -> str:
    with pytest.raises(InputFileError) as caught:
        read_onnx(save(path, model))
    assert str(caught.value).startswith(f"{path}: ")
    return caught.value.cause


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.onnx"


def test_input_and_metadata_are_read_from_the_file(path: Path) -> None:
    file = read_onnx(save(path, network(brightness(), shape=(1, 3, 24, 40), metadata={"mean": "0.5", "by": "me"})))
    assert file.image == ImageInput("image", "float32", channels_first=True, height=24, width=40)
    assert file.metadata == {"mean": "0.5", "by": "me"}
    assert file.data == path.read_bytes()


@pytest.mark.parametrize(
    ("shape", "dtype", "expected"),
    [
        (("N", 3, "H", "W"), TensorProto.FLOAT, ("float32", True, None, None)),
        ((1, 3, 320, None), TensorProto.FLOAT16, ("float16", True, 320, None)),
        ((1, 20, 30, 3), TensorProto.UINT8, ("uint8", False, 20, 30)),
        ((None, None, None, 3), TensorProto.FLOAT, ("float32", False, None, None)),
        ((1, 3, -1, -1), TensorProto.FLOAT, ("float32", True, None, None)),
    ],
)
def test_open_sides_types_and_orders_are_understood(
    path: Path, shape: tuple, dtype: int, expected: tuple[str, bool, int | None, int | None]
) -> None:
    assert read_onnx(save(path, network(brightness(), shape=shape, dtype=dtype))).image == ImageInput(
        "image", *expected
    )


def test_weights_listed_among_the_inputs_are_no_inputs(path: Path) -> None:
    nodes, tensors = first_channel()
    model = network(nodes, initializers=tensors, more_inputs=[t.name for t in tensors])
    assert read_onnx(save(path, model)).image.name == "image"


def test_a_file_with_outside_weights_is_refused(path: Path) -> None:
    nodes, tensors = first_channel()
    tensors[0].data_location = TensorProto.EXTERNAL
    tensors[0].external_data.add(key="location", value="../../etc/passwd")
    assert "another file (../../etc/passwd)" in refusal(path, network(nodes, initializers=tensors))


def test_outside_data_is_found_in_the_attributes_of_a_branch_too(path: Path) -> None:
    constant = numpy_helper.from_array(np.ones(1, np.float32), "c")
    constant.external_data.add(key="location", value="weights.bin")
    branch = helper.make_graph(
        [helper.make_node("Constant", [], ["x"], value=constant)], "b", [],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, None)],
    )  # fmt: skip
    nodes = [helper.make_node("If", ["image"], ["map"], then_branch=branch, else_branch=branch)]
    assert "weights.bin" in refusal(path, network(nodes))


def test_custom_operators_are_refused(path: Path) -> None:
    nodes = [helper.make_node("Shell", ["image"], ["map"], domain="evil.ops")]
    assert "custom operator 'Shell' of 'evil.ops'" in refusal(path, network(nodes, domains=["evil.ops"]))


def test_custom_operators_are_found_in_branches(path: Path) -> None:
    branch = helper.make_graph(
        [helper.make_node("Shell", ["image"], ["x"], domain="evil.ops")], "b", [],
        [helper.make_tensor_value_info("x", TensorProto.FLOAT, None)],
    )  # fmt: skip
    nodes = [helper.make_node("If", ["image"], ["map"], then_branch=branch, else_branch=branch)]
    assert "'Shell'" in refusal(path, network(nodes, domains=["evil.ops"]))


def test_functions_that_the_file_itself_defines_are_no_custom_operators(path: Path) -> None:
    function = helper.make_function(
        "own", "Bright", ["x"], ["y"],
        [helper.make_node("ReduceMean", ["x"], ["y"], axes=[1], keepdims=1)], [helper.make_opsetid("", 17)],
    )  # fmt: skip
    nodes = [helper.make_node("Bright", ["image"], ["map"], domain="own")]
    assert read_onnx(save(path, network(nodes, functions=[function], domains=["own"]))).image.name == "image"


def test_a_second_input_is_refused(path: Path) -> None:
    assert "takes 2 inputs" in refusal(path, network(brightness(), more_inputs=["depth"]))


@pytest.mark.parametrize(
    "shape", [(1, 1, 32, 32), (8, 3, 32, 32), (3, 32, 32), (1, 3, 32), (1, 3, 100_000, 32), (1, 4, 32, 32)]
)
def test_an_input_that_is_no_rgb_image_is_refused(path: Path, shape: tuple[int, ...]) -> None:
    assert "takes" in refusal(path, network(brightness(), shape=shape))


def test_an_input_of_words_is_refused(path: Path) -> None:
    assert "no image" in refusal(path, network(brightness(), dtype=TensorProto.STRING))


@pytest.mark.parametrize(
    ("content", "cause"),
    [
        (b"", "empty"),
        (b"not a network", "not an ONNX file"),
        (b"\x89PNG\r\n\x1a\n" + bytes(50), "not an ONNX file"),
        (pickle.dumps({"weights": [1, 2]}), "not an ONNX file"),
        (b"\x08\x00\x00\x00ORTM" + bytes(40), "onnxruntime's own format"),
        (b"\x08\x08", "not an ONNX file"),
    ],
)
def test_other_files_are_refused_in_a_sentence(path: Path, content: bytes, cause: str) -> None:
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=cause):
        read_onnx(path)


def test_a_file_cut_short_is_refused(path: Path) -> None:
    data = network(brightness()).SerializeToString()
    path.write_bytes(data[:-10])
    with pytest.raises(InputFileError, match="damaged"):
        read_onnx(path)


def test_a_missing_or_oversized_file_is_refused(path: Path) -> None:
    with pytest.raises(InputFileError, match="does not exist"):
        read_onnx(path)
    save(path, network(brightness()))
    with pytest.raises(InputFileError, match="too large"):
        read_onnx(path, max_bytes=20)


def test_graphs_nested_without_end_are_refused(path: Path) -> None:
    graph = b""
    for _ in range(200):
        attribute = b"\x32" + varint(len(graph)) + graph
        node = b"\x2a" + varint(len(attribute)) + attribute
        graph = b"\x0a" + varint(len(node)) + node
    path.write_bytes(b"\x3a" + varint(len(graph)) + graph)
    with pytest.raises(InputFileError, match="damaged"):
        read_onnx(path)


def varint(value: int) -> bytes:
    out = b""
    while value > 127:
        out += bytes([value & 127 | 128])
        value >>= 7
    return out + bytes([value])


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_damaged_bytes_never_raise_anything_but_the_sentence(path: Path, data: st.DataObject) -> None:
    nodes, tensors = first_channel()
    content = bytearray(network(nodes, initializers=tensors).SerializeToString())
    for _ in range(data.draw(st.integers(1, 4))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path.write_bytes(content)
    with suppress(InputFileError):
        read_onnx(path)
