"""Arrays and dictionaries of any numpy come through; anything else is refused before it can act."""

from __future__ import annotations

import io
import pickle
import struct
import zipfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from edam_gui.core.errors import InputFileError
from edam_gui.imaging.numeric_pickle import read_numeric_pickle
from edam_gui.imaging.pickle_machine import PickleRefused
from edam_gui.imaging.safe_npy import load_npy, load_npz

GOLDEN = Path(__file__).parents[1] / "golden" / "masks"
OBJECT_HEADER = b"\x93NUMPY\x01\x00F\x00{'descr': '|O', 'fortran_order': False, 'shape': (), }" + b" " * 15 + b"\n"

NUMBERS = st.sampled_from(["?", "|i1", "|u1", "<i2", "<u4", "<i8", ">i4", "<f2", "<f4", "<f8", ">f4", ">f8"])
ARRAYS = NUMBERS.flatmap(
    lambda dtype: hnp.arrays(np.dtype(dtype), hnp.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=5))
)
LAYOUTS = st.sampled_from(
    [np.ascontiguousarray, np.asfortranarray, lambda a: a.T, lambda a: a[..., ::2] if a.ndim else a]
)
ANY_ARRAY = st.tuples(ARRAYS, LAYOUTS).map(lambda pair: pair[1](pair[0]))
SCALARS = st.one_of(
    st.integers(-(2**70), 2**70), st.floats(), st.booleans(), st.text(max_size=300), st.none(),
    st.integers(-100, 100).map(np.int64), st.floats(width=32).map(np.float32), st.booleans().map(np.bool_),
    st.text(max_size=5).filter(lambda t: not t.endswith("\0")).map(np.str_),
)  # fmt: skip
KEYS = st.one_of(st.text(max_size=20), st.integers(-(2**31), 2**31), st.integers(0, 99).map(np.int32))
DICTS = st.dictionaries(KEYS, st.one_of(ANY_ARRAY, SCALARS, st.lists(SCALARS, max_size=4)), max_size=6)


def loads(payload: bytes) -> object:
    return read_numeric_pickle(io.BytesIO(payload))


def same(read: object, written: object) -> bool:
    if isinstance(written, list):
        return isinstance(read, tuple) and len(read) == len(written) and all(map(same, read, written))
    if isinstance(written, np.ndarray):
        return (
            isinstance(read, np.ndarray)
            and (read.shape, read.dtype) == (written.shape, written.dtype)
            and read.tobytes() == written.tobytes()
        )
    if isinstance(written, (float, np.floating)) and np.isnan(written):
        return isinstance(read, float) and np.isnan(read)
    return bool(read == written)


@settings(deadline=None)
@given(DICTS, st.integers(0, 5))
def test_a_dictionary_reads_back_from_every_protocol(content: dict, protocol: int) -> None:
    for value in (content, np.array(content, dtype=object)):
        read = loads(pickle.dumps(value, protocol=protocol))
        assert list(read) == list(content)
        assert all(same(read[key], content[key]) for key in content)


@given(ANY_ARRAY)
def test_a_plain_array_reads_back(tmp_path_factory: pytest.TempPathFactory, array: np.ndarray) -> None:
    path = tmp_path_factory.mktemp("npy") / "a.npy"
    np.save(path, array)
    assert same(load_npy(path), array)


def test_np_save_of_a_dictionary_reads_back(tmp_path: Path) -> None:
    content = {np.int64(3): np.random.default_rng(1).random((40, 30), np.float32), 7: np.zeros((2, 2), np.float16)}
    np.save(tmp_path / "a.npy", content)
    read = load_npy(tmp_path / "a.npy")
    assert list(read) == [3, 7]
    assert same(read[3], content[3])
    assert same(read[7], content[7])


@pytest.mark.parametrize("protocol", [2, 3, 4, 5])
def test_files_of_numpy_1_read_back(protocol: int) -> None:
    array = np.arange(6, dtype=np.float32).reshape(2, 3)
    payload = pickle.dumps({"a": array, "s": np.float32(2)}, protocol=protocol)
    for module in (b"multiarray", b"numeric"):
        new, old = b"numpy._core." + module, b"numpy.core." + module
        payload = payload.replace(bytes([len(new)]) + new, bytes([len(old)]) + old).replace(new, old)
    assert b"_core" not in payload
    read = loads(payload)
    assert same(read["a"], array)
    assert read["s"] == 2.0


def test_files_of_python_2_read_back() -> None:
    numbers = np.array([1.5, -2.0], "<f4").tobytes()
    payload = (
        b"\x80\x02}q\x01U\x012q\x02cnumpy.core.multiarray\n_reconstruct\nq\x03cnumpy\nndarray\nq\x04K\x00\x85q\x05"
        b"U\x01bq\x06\x87q\x07Rq\x08(K\x01\x8a\x01\x02\x85q\tcnumpy\ndtype\nq\nU\x02f4q\x0bK\x00K\x01\x87q\x0cRq\r"
        b"(K\x03U\x01<q\x0eNNNJ\xff\xff\xff\xffJ\xff\xff\xff\xffK\x00tq\x0fb\x89U\x08" + numbers + b"q\x10tq\x11bs."
    )
    read = loads(payload)
    assert list(read) == ["2"]
    assert read["2"].tolist() == [1.5, -2.0]


def test_torch_tensors_in_irn_files_become_arrays() -> None:
    read = load_npy(GOLDEN / "irn_torch.npy")
    assert read["keys"].tolist() == [3, 7]
    assert read["cam"].shape == (2, 2, 3)
    assert np.array_equal(read["cam"], read["high_res"][:, ::4, ::4])


def test_an_array_dump_without_header_reads_back(tmp_path: Path) -> None:
    array = np.arange(12.0).reshape(3, 4)
    array.dump(tmp_path / "a.npy")
    assert same(load_npy(tmp_path / "a.npy"), array)


# --- hostile and damaged files ---------------------------------------------------------------------------------------


class Calls:
    """Pickles as a call of `function`."""

    def __init__(self, function: object, *arguments: object) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple[object, tuple[object, ...]]:
        return self.call


def _touch_with(marker: Path) -> list[object]:
    import builtins
    import os
    import subprocess

    code = f"open({str(marker)!r}, 'w').close()"
    return [
        Calls(os.system, f"touch {marker}"),
        Calls(builtins.eval, code),
        Calls(builtins.exec, code),
        Calls(subprocess.check_output, ["touch", str(marker)]),
        Calls(marker.touch),
        Calls(np.save, str(marker), np.zeros(1)),
        Calls(np.loadtxt, str(marker)),
        Calls(__import__, "os"),
        Calls(getattr, marker, "touch"),
    ]


@pytest.mark.parametrize("protocol", range(6))
def test_nothing_a_pickle_asks_for_is_executed(tmp_path: Path, protocol: int) -> None:
    marker = tmp_path / "executed"
    for hostile in _touch_with(marker):
        for value in (hostile, {"a": hostile}, {1: [hostile]}, [hostile], np.array({"a": hostile}, dtype=object)):
            path = tmp_path / "hostile.npy"
            for header in (b"", OBJECT_HEADER):
                path.write_bytes(header + pickle.dumps(value, protocol=protocol))
                with pytest.raises(InputFileError, match=r"hostile\.npy: holds more than numbers and names"):
                    load_npy(path)
                assert not marker.exists()


def test_a_torch_storage_is_no_way_around_the_list(tmp_path: Path) -> None:
    marker = tmp_path / "executed"
    inner = pickle.dumps(Calls(marker.touch), protocol=2)
    payload = b"\x80\x03}X\x01\0\0\0actorch.storage\n_load_from_bytes\nB" + struct.pack("<I", len(inner)) + inner
    with pytest.raises(PickleRefused, match="more than numbers"):
        loads(payload + b"\x85Rs.")
    assert not marker.exists()


@pytest.mark.parametrize(
    "payload",
    [
        b"(ios\nsystem\n.",  # INST
        b"\x80\x02cos\nsystem\n.",
        b"\x80\x02c__builtin__\neval\n(U\x011tR.",
        b"\x80\x02\x82\x01.",  # EXT1
        b"P12\n.",  # PERSID
        b"\x80\x02K\x01Q.",  # BINPERSID
        b"\x80\x05\x97.",  # NEXT_BUFFER
        b"\x80\x02cnumpy\nndarray\n)\x81.",  # NEWOBJ
        b"\x80\x02cnumpy\nndarray\n)R.",  # calling what only names a type
        b"\x80\x02cnumpy\nndarray\nK\x01b.",  # BUILD on it
        b"\x80\x02cnumpy\ndtype\nX\x02\0\0\0O8\x85R.",
        b"\x80\x02c_codecs\nencode\nX\x01\0\0\0aX\x05\0\0\0utf-8\x86R.",
        b"\x80\x02](K\x01K\x02e.",  # a list is no dictionary
        b"\x80\x02}K\x01]]as.",  # lists in lists
        b"\x80\x02}q\0K\x01h\0s.",  # a dictionary in itself
        b"\x80\x02}N)s.",  # None as a key
        b"\x80\x02})K\x01s.",  # a tuple as a key
        b"\x80\x02}\x8a\x09" + b"\x7f" * 9 + b"K\x01s.",  # a key whose hash can be chosen
        b"\x80\x02}X\x01\0\0\0acnumpy\nndarray\ns.",
    ],
)
def test_other_payloads_are_refused(payload: bytes) -> None:
    with pytest.raises(PickleRefused):
        loads(payload)


def test_bombs_end_quickly() -> None:
    laughs = b"\x80\x02}" + b"K\x01" + b")" + b"q\0" + b"".join(b"h\0h\0\x86q\0" for _ in range(10_000)) + b"s."
    deep = b"\x80\x02}K\x01" + b"]" * 300_000 + b"a" * 299_999 + b"s."
    marks = b"\x80\x02" + b"(" * 1_000_000
    tuple_key = b"\x80\x02})q\0" + b"".join(b"h\0h\0\x86q\0" for _ in range(10_000)) + b"K\x01s."
    for payload in (laughs, deep, marks, tuple_key):
        with pytest.raises(PickleRefused):
            loads(payload)


@pytest.mark.parametrize(
    "opcode", [b"B" + b"\xff" * 4, b"\x8e" + b"\xff" * 7 + b"\x0f", b"\x96" + b"\xff" * 7 + b"\x0f"]
)
def test_a_length_that_is_not_there_takes_no_memory(opcode: bytes) -> None:
    with pytest.raises(PickleRefused, match="damaged"):
        loads(b"\x80\x05" + opcode + b"abc")


def test_a_shape_that_does_not_fit_its_bytes_is_refused() -> None:
    payload = pickle.dumps({1: np.zeros((2, 3), np.float32)}, protocol=4)
    assert payload.count(b"K\x02K\x03\x86") == 1
    for sides in (
        b"K\x02K\x04\x86",
        b"J\xff\xff\xff\xffJ\xfa\xff\xff\xff\x86",
        b"J\xff\xff\xff\x7fJ\xff\xff\xff\x7f\x86",
    ):
        with pytest.raises(PickleRefused, match="does not fit its bytes"):
            loads(payload.replace(b"K\x02K\x03\x86", sides))


def test_a_tensor_cannot_look_outside_its_storage() -> None:
    data = (GOLDEN / "irn_torch_cam_only.npy").read_bytes()
    strides = b"K`K0K\x04\x87"  # 96, 48, 4
    assert data.count(strides) == 1
    for hostile in (b"K\xffK0K\x04\x87", b"K`K\xf0K\x04\x87", b"J\xff\xff\xff\xffK0K\x04\x87"):
        with pytest.raises(PickleRefused):
            loads(data[data.index(b"\n") + 1 :].replace(strides, hostile))


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_a_damaged_pickle_never_ends_in_anything_but_one_sentence(data: st.DataObject) -> None:
    whole = bytearray(
        pickle.dumps({"a": np.arange(4.0), 2: np.float32(1), "k": [1, "b"]}, data.draw(st.integers(0, 5)))
    )
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=4)):
        whole[at] = data.draw(st.integers(0, 255))
    try:
        read = loads(bytes(whole[: data.draw(st.integers(0, len(whole)))]))
    except PickleRefused:
        return
    assert isinstance(read, (dict, np.ndarray))


def test_object_arrays_and_other_dtypes_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    for array in (
        np.array([1, "a", None], dtype=object),
        np.array(["2020-01-01"], "M8[D]"),
        np.zeros(3, [("a", "f4"), ("b", "i2")]),
        np.zeros(3, np.complex64),
    ):
        np.save(path, array)
        with pytest.raises(InputFileError, match="more than numbers and names"):
            load_npy(path)


def npy_bytes(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.save(buffer, array)
    return buffer.getvalue()


def test_a_plain_file_of_the_wrong_length_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.npy"
    good = npy_bytes(np.zeros((4, 5), np.float32))
    for bad in (good[:-1], good + b"\0", good[:40], good[:7], good.replace(b"(4, 5)", b"(4,-5)")):
        path.write_bytes(bad)
        with pytest.raises(InputFileError, match=r"a\.npy: is .*(damaged|cut short)"):
            load_npy(path)
    for huge in (b"(99999999999, 9),", b"(1, 1, 1, 1, 1, 1, 1, 1, 1, 1),"):
        path.write_bytes(good.replace(b"(4, 5), }" + b" " * (len(huge) - 7), huge + b" }"))
        with pytest.raises(InputFileError, match=r"a\.npy"):
            load_npy(path)


@pytest.mark.parametrize(
    ("content", "cause"),
    [(b"", "empty"), (b"hello", "not a NumPy"), (b"\x93NUMPY\x09\x00", "not a NumPy"), (b"\x89PNG\r\n", "not a NumPy")],
)
def test_what_is_no_npy_file_is_named_so(tmp_path: Path, content: bytes, cause: str) -> None:
    path = tmp_path / "a.npy"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=cause):
        load_npy(path)


def test_missing_and_too_large_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="does not exist"):
        load_npy(tmp_path / "none.npy")
    with pytest.raises(InputFileError, match="folder"):
        load_npy(tmp_path)
    np.save(tmp_path / "a.npy", np.zeros(1000))
    with pytest.raises(InputFileError, match="too large"):
        load_npy(tmp_path / "a.npy", max_bytes=1000)


# --- npz -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("save", [np.savez, np.savez_compressed])
def test_an_npz_reads_back(tmp_path: Path, save: object) -> None:
    arrays = {
        "scores": np.random.default_rng(0).random((2, 300, 200)),
        "form": np.array("mean"),
        "none": np.zeros((0, 4)),
    }
    save(tmp_path / "a.npz", **arrays)
    read = load_npz(tmp_path / "a.npz")
    assert list(read) == list(arrays)
    assert all(same(read[name], arrays[name]) for name in arrays)


def write_npz(path: Path, *members: tuple[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_an_npz_with_a_pickle_is_refused(tmp_path: Path) -> None:
    np.savez(tmp_path / "a.npz", a=np.array({"a": 1}, dtype=object))
    with pytest.raises(InputFileError, match="more than numbers"):
        load_npz(tmp_path / "a.npz")


def test_a_zip_bomb_is_refused_unopened(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "a.npz", ("a.npy", bytes(64 << 20)))
    assert path.stat().st_size < 100_000
    with pytest.raises(InputFileError, match="unpacks to more than 16 MiB"):
        load_npz(path, max_bytes=16 << 20)
    with pytest.raises(InputFileError, match="not a NumPy"):
        load_npz(path)


def test_an_npz_member_must_be_as_long_as_its_header_says(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "a.npz", ("a.npy", npy_bytes(np.zeros(8)) + b"more"))
    with pytest.raises(InputFileError, match="size of its array"):
        load_npz(path)


def test_an_npz_of_many_members_is_refused(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "a.npz", *((f"{i}.npy", npy_bytes(np.zeros(1))) for i in range(65)))
    with pytest.raises(InputFileError, match="more than 64 arrays"):
        load_npz(path)


def test_other_archives_and_garbage_are_no_npz(tmp_path: Path) -> None:
    path = write_npz(tmp_path / "a.npz", ("readme.txt", b"hello"))
    with pytest.raises(InputFileError, match="not a NumPy"):
        load_npz(path)
    for content in (b"PK", b"hello" * 20):
        path.write_bytes(content)
        with pytest.raises(InputFileError, match="not a NumPy"):
            load_npz(path)


@settings(max_examples=200, deadline=None)
@given(st.data())
def test_a_damaged_npz_never_ends_in_anything_but_one_sentence(
    tmp_path_factory: pytest.TempPathFactory, data: st.DataObject
) -> None:
    buffer = io.BytesIO()
    np.savez_compressed(buffer, a=np.arange(6.0), b=np.array("max"))
    whole = bytearray(buffer.getvalue())
    for at in data.draw(st.lists(st.integers(0, len(whole) - 1), min_size=1, max_size=3)):
        whole[at] = data.draw(st.integers(0, 255))
    path = tmp_path_factory.mktemp("npz") / "a.npz"
    path.write_bytes(whole)
    try:
        load_npz(path)
    except InputFileError:
        return
