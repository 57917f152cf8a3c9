from __future__ import annotations

import contextlib
import io
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.errors import InputFileError
from edam_gui.model.torch_file import read_torch_tensors

STATE = {"a.weight": torch.arange(6.0).view(2, 3), "b": torch.tensor(3)}


def saved(content: Any, *, archive: bool = True) -> bytes:
    buffer = io.BytesIO()
    torch.save(content, buffer, _use_new_zipfile_serialization=archive)
    return buffer.getvalue()


def written(path: Path, content: bytes) -> Path:
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("archive", [True, False], ids=["archive", "old format"])
@pytest.mark.parametrize("name", ["m.pth", "m", "m.safetensors"])
@pytest.mark.parametrize(
    "wrap",
    [
        lambda s: s,
        lambda s: {f"module.{k}": v for k, v in s.items()},
        lambda s: {"state_dict": s, "epoch": 3},
        lambda s: {"model": {f"module.{k}": v for k, v in s.items()}},
        lambda s: torch.nn.ParameterDict({"x": torch.nn.Parameter(torch.ones(1))}).state_dict() | s,
    ],
)
def test_both_formats_prefixes_and_wrappers_are_read(
    tmp_path: Path, name: str, archive: bool, wrap: Callable[[Any], Any]
) -> None:
    read = read_torch_tensors(written(tmp_path / name, saved(wrap(STATE), archive=archive)))
    assert {*read} - {"x"} == {*STATE}
    for key, value in STATE.items():
        assert torch.equal(read[key], value)


class Trap:
    def __reduce__(self) -> tuple[Callable[[Path], None], tuple[Path]]:
        return Path.touch, (Path("trap-was-sprung"),)


def compressed() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(STATE))) as old, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, old.read(name) + bytes(10_000))
    return buffer.getvalue()


def zipped(name: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr(name, b"\x80\x02}.")
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (pickle.dumps(Trap()), "nothing in the file was executed"),
        (saved({"a": Trap()}), "nothing in the file was executed"),
        (saved({"a": Trap()}, archive=False), "nothing in the file was executed"),
        (saved(torch.nn.Linear(1, 1)), "nothing in the file was executed"),
        (saved([torch.ones(1)]), "no state dict"),
        (saved({}), "no state dict"),
        (saved({1: torch.ones(1)}), "no state dict"),
        (saved({"a": "text"}), "the entry 'a' of this PyTorch file is no dense tensor"),
        (saved({"a": torch.eye(2).to_sparse()}), "no dense tensor"),
        (saved({"a": torch.ones(1, device="meta")}), "no dense tensor"),
        (saved({"a": torch.ones(1), "module.a": torch.ones(1)}), "'a' occurs twice"),
        (compressed(), "is compressed"),
        (zipped("m/constants.pkl"), "TorchScript program"),
        (zipped("word/document.xml"), "holds no data.pkl"),
        (b"PK\x03\x04", "damaged or truncated"),
        (b"\x80", "damaged or truncated|no PyTorch state dict"),
        (saved(STATE)[:-200], "damaged or truncated"),
        (saved(STATE, archive=False)[:-20], "damaged or truncated"),
    ],
)
def test_other_and_hostile_files_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, content: bytes, sentence: str
) -> None:
    monkeypatch.chdir(tmp_path)
    path = written(tmp_path / "bad.pth", content)
    with pytest.raises(InputFileError, match=sentence) as error:
        read_torch_tensors(path)
    assert str(error.value).startswith(str(path))
    assert [p.name for p in tmp_path.iterdir()] == ["bad.pth"]


def test_sizes_that_the_file_does_not_hold_are_refused(tmp_path: Path) -> None:
    # The number of values in the pickle, one more than 2**16 so that it is written in four bytes.
    for archive in (True, False):
        content = saved({"a": torch.zeros(2**16 + 1)}, archive=archive)
        little, huge = struct.pack("<i", 2**16 + 1), struct.pack("<i", 2**31 - 1)
        assert little in content
        with pytest.raises(InputFileError, match="damaged or truncated"):
            read_torch_tensors(written(tmp_path / "lie.pth", content.replace(little, huge)))


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.pth", tmp_path):
        with pytest.raises(InputFileError, match="cannot be read"):
            read_torch_tensors(path)


@pytest.mark.parametrize("archive", [True, False], ids=["archive", "old format"])
@given(data=st.data())
def test_changed_bytes_never_break_the_program(
    tmp_path_factory: pytest.TempPathFactory, archive: bool, data: st.DataObject
) -> None:
    content = bytearray(saved(STATE, archive=archive))
    for _ in range(data.draw(st.integers(1, 3))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = written(tmp_path_factory.mktemp("fuzz") / "x.pth", bytes(content))
    with contextlib.suppress(InputFileError):
        read_torch_tensors(path)
