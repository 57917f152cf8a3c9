from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
import torch
from torch import Tensor

from edam_gui.core.errors import InputFileError, OptionError, OutputError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.core.options import Dialect, ScoreForm, Thresholds
from edam_gui.model.authors_checkpoint import read_authors_checkpoint
from edam_gui.model.checkpoint import file_sha256, load_checkpoint
from edam_gui.model.checkpoint_info import BackgroundKind
from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.da_layer import MaskForm
from edam_gui.model.import_checkpoint import import_checkpoint
from tests.golden.weights import NAMES
from tests.model.authors_file import State, hollow_file

CMA_STARTS = ("d_d.", "fc_list.", "trans_list.", "embedding.")


def numbered_masks(state: State) -> State:
    """Mask channel i of the file holds i everywhere."""
    channels = torch.arange(21.0)[:, None, None, None]
    return state | {"mask_layer.weight": channels.expand(21, 4096, 3, 3)}


def without(*starts: str) -> Callable[[State], State]:
    return lambda state: {name: value for name, value in state.items() if not name.startswith(starts)}


def test_every_entry_is_taken_and_the_background_comes_first(tmp_path: Path) -> None:
    path = hollow_file(tmp_path / "edam.pth", lambda s: {f"module.{n}": v for n, v in numbered_masks(s).items()})
    loaded = load_checkpoint(path)
    masks = loaded.network.state_dict()["da_layer.conv.weight"]
    assert masks[:, 0, 0, 0].tolist() == [20, *range(20)]
    assert {"backbone.conv1a.weight", "backbone.b4_5.bn_branch2b1.running_var"} < {*loaded.network.state_dict()}
    info = loaded.info
    assert (info.backbone, info.stride, info.mask_form, info.score_form) == ("resnet38", 8, MaskForm.L2_ABS, "max")
    assert info.classes == PASCAL_VOC
    assert info.background is BackgroundKind.CHANNEL
    for recommended in (info.recommended.saliency, info.recommended.no_saliency):
        assert recommended.rule.dialect is Dialect.REFERENCE
        assert recommended.score_form is ScoreForm.MAX
        assert recommended.rule.thresholds == Thresholds(20, 1e-6, 0.99999)
    assert loaded.sha256 == file_sha256(path)
    assert info.provenance == {"file": "edam.pth", "sha256": loaded.sha256}
    assert not loaded.network.training


def test_the_cma_module_is_taken_whole(tmp_path: Path) -> None:
    checkpoint = read_authors_checkpoint(hollow_file(tmp_path / "edam.pth"))
    assert checkpoint.info.cma == CMASizes(4096, 20).to_mapping()
    assert checkpoint.cma is not None
    CMA(CMASizes(4096, 20)).load_state_dict(dict(checkpoint.cma))


def test_masks_need_no_cma_module_and_no_counters(tmp_path: Path) -> None:
    def bare(state: State) -> State:
        return {n: v for n, v in without(*CMA_STARTS)(state).items() if not n.endswith("num_batches_tracked")}

    checkpoint = read_authors_checkpoint(hollow_file(tmp_path / "edam.pth", bare))
    assert checkpoint.cma is None
    assert checkpoint.info.cma is None


def test_other_position_codes_and_more_image_rows_are_accepted(tmp_path: Path) -> None:
    other = {"embedding.position.pe": torch.ones(1, 99, 128), "embedding.segment.weight": torch.ones(9, 128)}
    checkpoint = read_authors_checkpoint(hollow_file(tmp_path / "edam.pth", lambda s: s | other))
    assert checkpoint.info.cma is not None
    assert checkpoint.info.cma["image_rows"] == 9


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (without("conv1a"), r"'resnet38 of the authors': missing entries: conv1a\.weight\."),
        (lambda s: s | {"extra": torch.ones(1)}, "unexpected entries: extra"),
        (lambda s: s | {"conv1a.weight": torch.ones(64, 3, 5, 5)}, r"conv1a\.weight \(64x3x5x5 instead of 64x3x3x3\)"),
        (lambda s: s | {"d_d.weight": torch.ones(128, 9, 1, 1)}, r"d_d\.weight \(128x9x1x1 instead of 128x4096x1x1\)"),
        (lambda s: s | {"d_d.weight": torch.ones(128)}, r"d_d\.weight \(128 instead of 128x4096x1x1\)"),
        (without("trans_list.7."), r"missing entries: trans_list\.7\.0\.attention.* and 11 more"),
        (without("trans_list", "fc_list"), "missing entries: fc_list"),
        (without("d_d."), r"missing entries: d_d\.weight"),
        (without("mask_layer"), r"'mask_layer\.weight' is missing among 571 entries"),
        (lambda s: s | {"mask_layer.weight": torch.ones(21, 4096)}, "21x4096, not a convolution to masks"),
        (lambda s: s | {"mask_layer.weight": torch.ones(21, 7, 3, 3)}, "21x7x3x3 instead of 21x4096x3x3"),
        (
            lambda s: s | {"bn7.weight": torch.full((4096,), torch.nan)},
            r"'bn7\.weight' holds values that are not finite",
        ),
        (lambda s: s | {"bn7.running_var": -torch.ones(4096)}, "negative variances"),
        (lambda s: s | {"bn7.weight": torch.ones(4096, dtype=torch.int32)}, "holds int32 numbers"),
        (lambda s: s | {"fc_list.3.weight": torch.full((1, 128, 1, 1), torch.inf)}, "not finite"),
    ],
)
def test_entries_that_do_not_fit_are_named(
    tmp_path: Path, change: Callable[[State], Mapping[str, Tensor]], sentence: str
) -> None:
    path = hollow_file(tmp_path / "bad.pth", change)
    with pytest.raises(InputFileError, match=sentence) as error:
        load_checkpoint(path)
    assert str(error.value).startswith(str(path))
    assert len(str(error.value)) < 700


def test_every_single_entry_is_accounted_for(tmp_path: Path) -> None:
    for name in NAMES[::37]:
        if name.endswith("num_batches_tracked"):
            continue
        with pytest.raises(InputFileError, match="missing"):
            read_authors_checkpoint(hollow_file(tmp_path / "bad.pth", lambda s, n=name: without(n)(s)))


def few_classes(state: State) -> State:
    fewer = {"mask_layer.weight": torch.arange(3.0)[:, None, None, None].expand(3, 4096, 3, 3)}
    others = [f"{start}.{k}." for k in range(2, 20) for start in ("trans_list", "fc_list")]
    return without(*others)(state) | fewer


def test_other_classes_need_a_class_file(tmp_path: Path) -> None:
    path = hollow_file(tmp_path / "two.pth", few_classes)
    with pytest.raises(OptionError, match=r"two\.pth has masks for 2 classes.*import-checkpoint and --classes"):
        load_checkpoint(path)
    with pytest.raises(OptionError, match="2 classes, but the class file names 3"):
        read_authors_checkpoint(path, LabelSet.from_names(["a", "b", "c"]))
    own = LabelSet.from_names(["Käse", "dog"])
    checkpoint = read_authors_checkpoint(path, own)
    assert checkpoint.info.classes == own
    assert checkpoint.info.cma == CMASizes(4096, 2).to_mapping()
    assert checkpoint.network.num_channels == 3


def test_importing_keeps_every_number_and_says_where_it_came_from(tmp_path: Path) -> None:
    source, out = hollow_file(tmp_path / "edam.pth", numbered_masks), tmp_path / "models" / "edam.safetensors"
    info = import_checkpoint(source, out)
    assert info.provenance["file"] == "edam.pth"
    assert info.provenance["sha256"] == file_sha256(source)
    loaded, direct = load_checkpoint(out), load_checkpoint(source)
    assert loaded.info == info
    for name, value in direct.network.state_dict().items():
        assert torch.equal(loaded.network.state_dict()[name], value), name


def test_what_cannot_be_imported_is_refused(tmp_path: Path) -> None:
    source = hollow_file(tmp_path / "edam.pth", without(*CMA_STARTS))
    with pytest.raises(OptionError, match=r"must end in \.safetensors"):
        import_checkpoint(source, tmp_path / "edam.pt")
    out = tmp_path / "there.safetensors"
    out.write_bytes(b"precious")
    with pytest.raises(OutputError, match="exists already"):
        import_checkpoint(source, out)
    with pytest.raises(InputFileError, match="nothing to import"):
        import_checkpoint(out, tmp_path / "new.safetensors")
    with pytest.raises(InputFileError, match="cannot be read"):
        import_checkpoint(tmp_path / "none.pth", tmp_path / "new.safetensors")
    assert out.read_bytes() == b"precious"
    assert {p.name for p in tmp_path.iterdir()} == {"edam.pth", "there.safetensors"}
