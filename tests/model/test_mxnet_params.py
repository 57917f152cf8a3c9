from __future__ import annotations

import contextlib
import math
import struct
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.errors import InputFileError
from edam_gui.model.backbones.resnet38 import ResNet38, from_mxnet_names
from edam_gui.model.mxnet_params import read_mxnet_params
from edam_gui.model.trunk_weights import load_mxnet_trunk

HEAD = struct.pack("<QQ", 0x112, 0)
TYPES = {"float32": 0, "float64": 1, "float16": 2, "uint8": 3, "int32": 4, "int8": 5, "int64": 6}
VERSIONS = (0, 1, 2, 3)
CPU_CONTEXT = struct.pack("<ii", 1, 0)


def array_bytes(values: np.ndarray, version: int) -> bytes:
    start = {0: b"", 1: struct.pack("<I", 0xF993FAC8), 2: struct.pack("<Ii", 0xF993FAC9, 0)}
    start[3] = struct.pack("<Ii", 0xF993FACA, 0)
    size = "I" if version == 0 else "q"
    shape = struct.pack(f"<I{values.ndim}{size}", values.ndim, *values.shape)
    return start[version] + shape + CPU_CONTEXT + struct.pack("<i", TYPES[values.dtype.name]) + values.tobytes()


def file_bytes(arrays: Mapping[str, bytes]) -> bytes:
    names = [struct.pack("<Q", len(name.encode())) + name.encode() for name in arrays]
    count = struct.pack("<Q", len(arrays))
    return HEAD + count + b"".join(arrays.values()) + count + b"".join(names)


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("dtype", TYPES)
def test_every_version_and_type_is_read_exactly(tmp_path: Path, version: int, dtype: str) -> None:
    rng = np.random.default_rng(0)
    weight = rng.integers(0, 100, (3, 2, 1, 5)).astype(dtype)
    mean = rng.integers(0, 100, 7).astype(dtype)
    content = file_bytes({"arg:a_weight": array_bytes(weight, version), "aux:b_mean": array_bytes(mean, version)})
    read = read_mxnet_params(written(tmp_path / "x.params", content))
    assert list(read) == ["a_weight", "b_mean"]
    for name, values in (("a_weight", weight), ("b_mean", mean)):
        assert read[name].dtype == values.dtype
        np.testing.assert_array_equal(read[name], values)


def test_versions_may_be_mixed_and_empty_arrays_are_left_out(tmp_path: Path) -> None:
    one = np.float32([1.5])
    arrays = {f"arg:v{v}": array_bytes(one, v) for v in VERSIONS}
    arrays |= {"arg:none0": struct.pack("<I", 0), "arg:none2": struct.pack("<IiI", 0xF993FAC9, 0, 0)}
    read = read_mxnet_params(written(tmp_path / "x.params", file_bytes(arrays)))
    assert list(read) == ["v0", "v1", "v2", "v3"]


VALID = file_bytes({"arg:a": array_bytes(np.ones((2, 3), np.float32), 2)})


def with_array(array: bytes) -> bytes:
    return file_bytes({"arg:a": array})


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "no MXNet parameter file"),
        (b"PK\x03\x04" + bytes(20), "no MXNet parameter file"),
        (HEAD, "ends in the middle"),
        (HEAD + struct.pack("<Q", 2**63), "claims more entries than it has room for"),
        (VALID + b"\0", "1 bytes follow its end"),
        (with_array(struct.pack("<I", 2**31)), "claims 2147483648 dimensions"),
        (with_array(struct.pack("<II2q", 0xF993FAC8, 2, 2**62, 2**62) + CPU_CONTEXT + bytes(4)), "middle of an entry"),
        (with_array(struct.pack("<II2q", 0xF993FAC8, 2, -1, 4) + CPU_CONTEXT + bytes(4)), "middle of an entry"),
        (with_array(struct.pack("<IiI", 0xF993FAC9, 1, 1)), "sparse array"),
        (with_array(struct.pack("<II", 1, 1) + CPU_CONTEXT + struct.pack("<i", 12) + bytes(4)), "number 12"),
        (VALID[:-1] + b"\xff", "no UTF-8"),
        (VALID.replace(struct.pack("<Q", 5) + b"arg:a", struct.pack("<Q", 2**40) + b"arg:a"), "a name claims"),
        (HEAD + struct.pack("<QQ", 0, 1) + struct.pack("<Q", 1) + b"a", "0 arrays but 1 names"),
        (
            file_bytes(
                {"arg:a": array_bytes(np.ones(1, np.float32), 1), "aux:a": array_bytes(np.ones(1, np.float32), 1)}
            ),
            "'a' occurs twice",
        ),
    ],
)
def test_damaged_and_lying_files_are_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = written(tmp_path / "bad.params", content)
    with pytest.raises(InputFileError, match=sentence) as error:
        read_mxnet_params(path)
    assert str(error.value).startswith(str(path))


def test_every_truncation_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "half.params"
    for length in range(len(VALID)):
        with pytest.raises(InputFileError):
            read_mxnet_params(written(path, VALID[:length]))


@given(position=st.integers(16, len(VALID) - 1), value=st.integers(0, 255))
def test_a_changed_byte_never_breaks_the_program(
    tmp_path_factory: pytest.TempPathFactory, position: int, value: int
) -> None:
    content = bytearray(VALID)
    content[position] = value
    path = written(tmp_path_factory.mktemp("fuzz") / "x.params", bytes(content))
    with contextlib.suppress(InputFileError):
        assert sum(a.nbytes for a in read_mxnet_params(path).values()) <= len(content)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="cannot be read"):
        read_mxnet_params(tmp_path / "none.params")


def mxnet_name(name: str) -> str:
    """The name an entry of the trunk has in ilsvrc-cls_rna-a1_cls1000_ep-0001.params."""
    module, _, entry = name.rpartition(".")
    if module == "conv1a":
        return "arg:conv1a_weight"
    entries = {"weight": "arg:{}_gamma", "bias": "arg:{}_beta"}
    norm = {**entries, "running_mean": "aux:{}_moving_mean", "running_var": "aux:{}_moving_var"}
    if module == "bn7":
        return norm[entry].format("bn7")
    block, _, layer = module.partition(".")
    stage, _, index = block.removeprefix("b").partition("_")
    kind, _, branch = layer.partition("_")
    where = f"{stage}b{index}" if index else f"{stage}a"
    if kind == "conv":
        return f"arg:res{where}_{branch}_weight"
    return norm[entry].format(f"bn{where}_{branch}")


def _trunk_shapes() -> dict[str, tuple[int, ...]]:
    with torch.device("meta"):
        return {name: tuple(value.shape) for name, value in ResNet38().state_dict().items() if value.dim()}


def _trunk_file(path: Path, shapes: Mapping[str, tuple[int, ...]]) -> Path:
    """A file of the trunk's names and shapes; entry number i is filled with i."""
    arrays = {"arg:linear1000_weight": array_bytes(np.ones((2, 2), np.float32), 1)}
    for i, (name, shape) in enumerate(shapes.items()):
        values = np.full(shape, i, np.float16)
        arrays[mxnet_name(name)] = array_bytes(values, 1)
    return written(path, file_bytes(arrays))


def test_names_of_the_authors_initial_weights_are_understood() -> None:
    shapes = _trunk_shapes()
    theirs = {mxnet_name(name).partition(":")[2]: name for name in shapes}
    assert len(theirs) == len(shapes) == 191
    assert from_mxnet_names([*theirs, "linear1000_weight", "linear1000_bias"]) == theirs
    assert from_mxnet_names(["bn4b5_branch2b1_moving_var"]) == {
        "bn4b5_branch2b1_moving_var": "b4_5.bn_branch2b1.running_var"
    }


def test_wrong_trunk_files_are_named_and_change_nothing(tmp_path: Path) -> None:
    with torch.device("meta"):
        backbone = ResNet38()
    few = {"conv1a.weight": (64, 3, 5, 5), "b2.conv_branch2a.weight": (1,)}
    arrays = {mxnet_name(name): array_bytes(np.ones(shape, np.float32), 2) for name, shape in few.items()}
    arrays["arg:fc_weight"] = array_bytes(np.ones(1, np.float32), 2)
    path = written(tmp_path / "few.params", file_bytes(arrays))
    with pytest.raises(InputFileError) as error:
        load_mxnet_trunk(backbone, path)
    for part in ("missing entries: b2.bn_branch2a.bias", "unexpected entries: fc_weight", "conv1a.weight (64x3x5x5"):
        assert part in str(error.value)


@pytest.mark.slow
def test_a_trunk_is_filled_by_name(tmp_path: Path) -> None:
    shapes = _trunk_shapes()
    path = _trunk_file(tmp_path / "trunk.params", shapes)
    assert path.stat().st_size > 2 * sum(map(math.prod, shapes.values()))
    with torch.device("meta"):
        backbone = ResNet38()
    backbone.to_empty(device="cpu")
    load_mxnet_trunk(backbone, path)
    state = backbone.state_dict()
    for i, (name, shape) in enumerate(shapes.items()):
        assert torch.equal(state[name], torch.full(shape, float(i))), name
