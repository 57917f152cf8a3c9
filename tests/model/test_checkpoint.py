from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from safetensors.torch import load, save

from edam_gui.core.errors import InputFileError, OptionError, OutputError
from edam_gui.core.label_set import LabelSet
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreForm, ScoreSource, Thresholds
from edam_gui.model.backbones import build_backbone
from edam_gui.model.checkpoint import METADATA_KEY, load_checkpoint, save_checkpoint
from edam_gui.model.checkpoint_info import BackgroundKind, CheckpointInfo, Recommended, RecommendedSet
from edam_gui.model.da_layer import DALayer, MaskForm
from edam_gui.model.network import EdamNetwork
from edam_gui.model.shipped import DEFAULT_MODEL, find_model, shipped_models


def test_a_checkpoint_comes_back_as_it_was_saved(tmp_path: Path) -> None:
    backbone = build_backbone("efficientnet_lite0", 32)
    network = EdamNetwork(backbone, DALayer(1280, 3, 1, bias=True), MaskForm.RELU)
    info = CheckpointInfo(
        backbone="efficientnet_lite0",
        stride=32,
        classes=LabelSet.from_names(["Käse", "dog"]),
        mask_form=MaskForm.RELU,
        score_form=ScoreForm.MEAN,
        mean=(0.5, 0.25, 0.125),
        std=(1.0, 2.0, 0.5),
        background=BackgroundKind.NONE,
        recommended=Recommended(
            RecommendedSet(LabelRule(Dialect.PAPER, Rule.REGION, Thresholds(28.999999999999996, 0.1, 0.9, 0.25))),
            RecommendedSet(LabelRule(), ScoreForm.MEAN, ScoreSource.CRF, 2.5, ("dog",)),
        ),
        suggestion_thresholds=(1.5, float("inf")),
        provenance={"file": "x"},
    )
    path = tmp_path / "model.safetensors"
    save_checkpoint(path, network, info)
    loaded = load_checkpoint(path)
    assert loaded.info == info
    assert len(loaded.sha256) == 64
    assert not loaded.network.training
    for name, value in network.state_dict().items():
        assert torch.equal(value, loaded.network.state_dict()[name]), name


def test_weights_stored_in_half_precision_are_float32_in_use(tmp_path: Path, checkpoint_bytes: bytes) -> None:
    path = tmp_path / "half.safetensors"
    path.write_bytes(checkpoint_bytes)
    loaded = load_checkpoint(path)
    assert {v.dtype for v in loaded.network.state_dict().values()} == {torch.float32, torch.int64}


def test_a_checkpoint_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, fresh_network: EdamNetwork, fresh_info: CheckpointInfo
) -> None:
    (tmp_path / "folder.safetensors").mkdir()
    with pytest.raises(OutputError, match=r"folder\.safetensors"):
        save_checkpoint(tmp_path / "folder.safetensors", fresh_network, fresh_info)
    assert [p.name for p in tmp_path.iterdir()] == ["folder.safetensors"]


Tensors = dict[str, torch.Tensor]


def _rewritten(content: bytes, tensors: Callable[[Tensors], Tensors], info: Callable[[Any], Any]) -> bytes:
    length = struct.unpack("<Q", content[:8])[0]
    metadata = json.loads(json.loads(content[8 : 8 + length])["__metadata__"][METADATA_KEY])
    return save(tensors(load(content)), metadata={METADATA_KEY: json.dumps(info(metadata))})


def _same(value: Any) -> Any:
    return value


def _without(name: str) -> Callable[[Tensors], Tensors]:
    return lambda t: {k: v for k, v in t.items() if k != name}


def _with(name: str, value: torch.Tensor) -> Callable[[Tensors], Tensors]:
    return lambda t: {**t, name: value}


STEM = "backbone.stem.conv.weight"
NAN = torch.full((32, 3, 3, 3), float("nan"), dtype=torch.float16)


@pytest.mark.parametrize(
    ("tensors", "sentence"),
    [
        (_without(STEM), f"does not fit the network 'efficientnet_lite0': missing entries: {STEM}"),
        (_with("extra.weight", torch.zeros(2)), r"unexpected entries: extra\.weight"),
        (_with(STEM, torch.zeros(32, 3, 5, 5)), rf"wrong shape: {STEM} \(32x3x5x5 instead of 32x3x3x3\)"),
        (_with(STEM, NAN), f"'{STEM}' holds values that are not finite"),
        (_with(STEM, torch.zeros(32, 3, 3, 3, dtype=torch.int32)), f"'{STEM}' holds int32 numbers"),
        (_with("backbone.stem.norm.running_var", -torch.ones(32)), "negative variances"),
        (_without("da_layer.conv.weight"), r"'da_layer\.conv\.weight' is missing"),
        (_with("da_layer.conv.weight", torch.zeros(21, 1280, 2, 2)), "no square convolution of odd size"),
        (_with("da_layer.conv.weight", torch.zeros(4, 1280, 1, 1)), r"4x1280x1x1 instead of 21x1280x1x1"),
        (_with("da_layer.conv.bias", torch.zeros(4)), r"da_layer\.conv\.bias \(4 instead of 21\)"),
        (lambda t: {f"m.{k}": v for k, v in t.items()}, "is missing"),
    ],
)
def test_entries_that_do_not_fit_are_named(
    tmp_path: Path, checkpoint_bytes: bytes, tensors: Callable[[Tensors], Tensors], sentence: str
) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(_rewritten(checkpoint_bytes, tensors, _same))
    with pytest.raises(InputFileError, match=sentence) as error:
        load_checkpoint(path)
    assert str(error.value).startswith(str(path))


def test_many_wrong_entries_make_one_short_sentence(tmp_path: Path, checkpoint_bytes: bytes) -> None:
    path = tmp_path / "bad.safetensors"
    only_da = _rewritten(checkpoint_bytes, lambda t: {k: v for k, v in t.items() if "da_layer" in k}, _same)
    path.write_bytes(only_da)
    with pytest.raises(InputFileError, match=r"and \d+ more\.$") as error:
        load_checkpoint(path)
    assert len(str(error.value)) < 600


def test_the_weights_of_a_cma_module_are_left_in_the_file(tmp_path: Path, checkpoint_bytes: bytes) -> None:
    path = tmp_path / "trained.safetensors"
    with_cma = _with("cma.reduce.weight", torch.zeros(2))
    path.write_bytes(_rewritten(checkpoint_bytes, with_cma, lambda i: {**i, "cma": {"width": 128}}))
    assert load_checkpoint(path).info.cma == {"width": 128}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"backbone": "vgg16"}, "no backbone 'vgg16'"),
        ({"backbone": 3}, "'backbone' in the metadata must be a text"),
        ({"stride": 7}, "stride 16 or 32, not 7"),
        ({"stride": True}, "'stride' in the metadata must be a whole number"),
        ({"stride": "16"}, "must be a whole number"),
        ({"format_version": 99}, "format version 99; this program reads version 1"),
        ({"classes": {}}, "'classes' in the metadata must be a list"),
        ({"classes": []}, "its classes are unusable"),
        ({"classes": ["cat", "cat"]}, "occurs twice"),
        ({"classes": [f"c{i}" for i in range(400)]}, "1 to 254 classes"),
        ({"mask_form": "softmax"}, "'mask_form' is 'softmax', not one of l2_abs, relu"),
        ({"score_form": 1}, "must be a text"),
        ({"mean": [0.5, 0.5]}, "'mean' must hold three numbers"),
        ({"std": [1, 1, 0]}, "std above 0"),
        ({"std": [1, 1, "a"]}, "'std' must be a number"),
        ({"mean": [10**400, 0, 0]}, "too large a number"),
        ({"background": "yes"}, "'background' is 'yes'"),
        ({"recommended": None}, "'recommended' in the metadata must be an object"),
        ({"recommended": {"saliency": {}}}, "is missing in 'saliency'"),
        ({"suggestion_thresholds": [1.0]}, "1 suggestion thresholds for 20 classes"),
        ({"suggestion_thresholds": ["x"] * 20}, "must be a number"),
        ({"provenance": {"a": 1}}, "'a' in 'provenance' must be a text"),
        ({"cma": [1]}, "must be an object"),
    ],
)
def test_wrong_metadata_are_refused_by_name(
    tmp_path: Path, checkpoint_bytes: bytes, change: dict[str, Any], sentence: str
) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(_rewritten(checkpoint_bytes, _same, lambda info: {**info, **change}))
    with pytest.raises(InputFileError, match=sentence):
        load_checkpoint(path)


def test_every_metadata_entry_is_needed(checkpoint_bytes: bytes, fresh_info: CheckpointInfo) -> None:
    data = json.loads(fresh_info.to_json())
    for key in data:
        rest = {k: v for k, v in data.items() if k != key}
        if key == "cma":
            assert CheckpointInfo.from_json(json.dumps(rest)) == fresh_info
            continue
        with pytest.raises(OptionError, match=f"'{key}' is missing"):
            CheckpointInfo.from_json(json.dumps(rest))


def _header(header: bytes, length: int | None = None, data: bytes = b"") -> bytes:
    return struct.pack("<Q", len(header) if length is None else length) + header + data


META = {METADATA_KEY: "{}"}


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "not a safetensors file, or it is truncated"),
        (b"\x10\x00", "not a safetensors file, or it is truncated"),
        (b"\x89PNG\r\n\x1a\n" + b"\0" * 100, "not a safetensors file, or it is truncated"),
        (_header(b"{}", 2**63), "not a safetensors file, or it is truncated"),
        (_header(b"{}", 2**40, b"x" * 50), "not a safetensors file, or it is truncated"),
        (_header(b"not json"), "header is not valid JSON"),
        (_header(b"[" * 100_000), "header is not valid JSON"),
        (_header(b"\xff\xfe{}"), "header is not valid JSON"),
        (_header(b"[1]"), "header is not an object"),
        (_header(b"{}"), "has no 'edam' metadata"),
        (_header(b'{"__metadata__": 5}'), "has no 'edam' metadata"),
        (_header(json.dumps({"__metadata__": {METADATA_KEY: "{"}}).encode()), "metadata are not valid JSON"),
        (_header(json.dumps({"__metadata__": {METADATA_KEY: "[NaN]"}}).encode()), "NaN is not a JSON number"),
        (_header(json.dumps({"__metadata__": {METADATA_KEY: "[" * 9**5}}).encode()), "metadata are not valid JSON"),
        (_header(json.dumps({"__metadata__": {METADATA_KEY: "[]"}}).encode()), "must be an object"),
    ],
)
def test_files_of_another_kind_are_refused(tmp_path: Path, content: bytes, sentence: str) -> None:
    path = tmp_path / "bad.safetensors"
    path.write_bytes(content)
    with pytest.raises(InputFileError, match=sentence):
        load_checkpoint(path)


@pytest.mark.parametrize("share", [0.001, 0.01, 0.5, 0.999])
def test_a_truncated_checkpoint_is_refused(tmp_path: Path, checkpoint_bytes: bytes, share: float) -> None:
    path = tmp_path / "half.safetensors"
    path.write_bytes(checkpoint_bytes[: int(len(checkpoint_bytes) * share)])
    with pytest.raises(InputFileError, match=r"not a sound safetensors file|truncated"):
        load_checkpoint(path)


def test_no_memory_is_taken_on_the_word_of_a_header(tmp_path: Path, fresh_info: CheckpointInfo) -> None:
    huge = {
        "__metadata__": {METADATA_KEY: fresh_info.to_json()},
        "da_layer.conv.weight": {"dtype": "F32", "shape": [10**6, 10**6, 1, 1], "data_offsets": [0, 4 * 10**12]},
    }
    path = tmp_path / "huge.safetensors"
    path.write_bytes(_header(json.dumps(huge).encode(), data=b"\0" * 64))
    with pytest.raises(InputFileError, match="not a sound safetensors file"):
        load_checkpoint(path)


class _Trap:
    def __reduce__(self) -> tuple[Callable[[str], object], tuple[str]]:
        return Path.touch, (Path("trap-was-sprung"),)  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["model.pth", "model.safetensors", "model.bin"])
def test_a_pickle_is_refused_and_not_executed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / name
    path.write_bytes(pickle.dumps(_Trap()))
    with pytest.raises(InputFileError, match=r"nothing in the file was executed"):
        load_checkpoint(path)
    torch.save({"weight": torch.zeros(2)}, path)
    with pytest.raises(InputFileError, match="no checkpoint of the authors' network"):
        load_checkpoint(path)
    assert not (tmp_path / "trap-was-sprung").exists()


def test_mxnet_files_are_told_from_checkpoints(tmp_path: Path) -> None:
    path = tmp_path / "ilsvrc-cls_rna-a1_cls1000_ep-0001.params"
    path.write_bytes(struct.pack("<QQ", 0x112, 0) + np.zeros(8).tobytes())
    with pytest.raises(InputFileError, match=r"\.params: these are MXNet weights of a trunk alone"):
        load_checkpoint(path)


def test_missing_files_and_folders_are_refused(tmp_path: Path) -> None:
    for path in (tmp_path / "none.safetensors", tmp_path):
        with pytest.raises(InputFileError, match="cannot be read"):
            load_checkpoint(path)


def test_shipped_models_are_found_by_name_and_files_by_path(tmp_path: Path) -> None:
    assert find_model(DEFAULT_MODEL).suffix == ".safetensors"
    assert DEFAULT_MODEL in shipped_models()
    own = tmp_path / "own.safetensors"
    own.write_bytes(b"")
    assert find_model(str(own)) == own
    with pytest.raises(OptionError, match=f"'nothing' is neither .*{DEFAULT_MODEL}"):
        find_model("nothing")


def test_every_shipped_model_has_a_model_card() -> None:
    for path in shipped_models().values():
        assert "Licence" in path.with_suffix(".md").read_text(encoding="utf-8")
