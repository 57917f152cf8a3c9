from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import torch

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.model.checkpoint import load_checkpoint, save_checkpoint
from edam_gui.model.checkpoint_info import BackgroundKind
from edam_gui.model.da_layer import MaskForm
from edam_gui.model.shipped import DEFAULT_MODEL, find_model
from edam_gui.training.config import MaskFormChoice
from edam_gui.training.initial import make_initial
from edam_gui.training.presets import AUTHORS, LITE
from edam_gui.training.trainee import Trainee, set_training
from tests.training.tiny import CLASSES, config


def da_weight(trainee: Trainee) -> torch.Tensor:
    return trainee.network.da_layer.conv.weight.detach()


def test_the_shipped_model_is_taken_as_it_is() -> None:
    initial = make_initial(LITE, PASCAL_VOC)
    shipped = load_checkpoint(find_model(DEFAULT_MODEL))
    assert torch.equal(da_weight(initial.trainee), shipped.network.da_layer.conv.weight)
    assert initial.info.mask_form is MaskForm.RELU
    assert initial.info.recommended == shipped.info.recommended
    assert initial.info.mean == shipped.info.mean
    assert initial.info.cma is not None
    assert "no CMA module" in initial.notices[0]
    assert not any(p.requires_grad for p in initial.trainee.network.backbone.parameters())


def test_other_classes_keep_what_both_know() -> None:
    own = LabelSet.from_names(["dog", "unicorn", "tv"])
    initial = make_initial(LITE, own)
    shipped = load_checkpoint(find_model(DEFAULT_MODEL))
    theirs = shipped.network.da_layer.conv.weight
    weight = da_weight(initial.trainee)
    assert torch.equal(weight[1], theirs[PASCAL_VOC.index("dog")])
    assert torch.equal(weight[3], theirs[PASCAL_VOC.index("tvmonitor")])
    assert torch.equal(weight[0], theirs[0])
    assert initial.info.classes == own
    assert len(initial.info.suggestion_thresholds) == 3
    assert any("unicorn" in notice for notice in initial.notices)


def test_a_trained_module_is_trained_further(tmp_path: Path) -> None:
    first = make_initial(config(), CLASSES)
    assert first.trainee.cma is not None
    save_checkpoint(tmp_path / "a.safetensors", first.trainee.network, first.info, cma=first.trainee.cma.state_dict())
    settings = config(init=str(tmp_path / "a.safetensors"), dropout=0.25, group_size=6, seed=9)
    second = make_initial(settings, CLASSES)
    assert second.trainee.cma is not None
    assert torch.equal(second.trainee.cma.classifier, first.trainee.cma.classifier)
    assert torch.equal(second.trainee.cma.image_code[:5], first.trainee.cma.image_code)
    assert second.info.cma is not None
    assert second.info.cma["image_rows"] == 7
    assert {m.p for m in second.trainee.cma.modules() if isinstance(m, torch.nn.Dropout)} == {0.25}
    assert second.trainee.cma.block.attention.dropout == 0.25
    assert second.notices == ()


def test_the_same_seed_gives_the_same_network() -> None:
    first, again, other = (make_initial(config(seed=s), CLASSES).trainee for s in (3, 3, 4))
    assert torch.equal(da_weight(first), da_weight(again))
    assert not torch.equal(da_weight(first), da_weight(other))


def test_the_mask_form_can_be_changed_and_decides_the_background() -> None:
    initial = make_initial(replace(LITE, mask_form=MaskFormChoice.L2_ABS), PASCAL_VOC)
    assert initial.info.mask_form is MaskForm.L2_ABS
    assert initial.info.background is BackgroundKind.CHANNEL
    auto = make_initial(replace(LITE, mask_form=MaskFormChoice.AUTO), PASCAL_VOC)
    assert auto.info.mask_form is MaskForm.RELU
    assert auto.info.background is BackgroundKind.NONE


def test_weights_of_another_network_are_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError, match="holds the backbone efficientnet_lite0 of stride 32"):
        make_initial(replace(AUTHORS, init=DEFAULT_MODEL), PASCAL_VOC)
    with pytest.raises(OptionError, match="neither a file nor the name"):
        make_initial(replace(LITE, init="missing"), PASCAL_VOC)
    mxnet = tmp_path / "trunk.params"
    mxnet.write_bytes((0x112).to_bytes(8, "little") + bytes(100))
    with pytest.raises(OptionError, match="holds weights of resnet38"):
        make_initial(replace(LITE, init=str(mxnet)), PASCAL_VOC)
    (tmp_path / "rubbish.safetensors").write_bytes(b"rubbish")
    with pytest.raises(InputFileError):
        make_initial(replace(LITE, init=str(tmp_path / "rubbish.safetensors")), PASCAL_VOC)


def test_more_stages_than_there_are_cannot_be_frozen() -> None:
    with pytest.raises(OptionError, match="has 8 stages"):
        make_initial(config(frozen_stages=9), CLASSES)


def test_every_stage_of_a_backbone_is_named() -> None:
    trainee = make_initial(config(frozen_stages=8), CLASSES).trainee
    assert not any(p.requires_grad for p in trainee.network.backbone.parameters())


def test_a_frozen_trunk_in_its_fast_form_yields_the_same_masks() -> None:
    frozen = make_initial(LITE, PASCAL_VOC).trainee
    open_trunk = make_initial(replace(LITE, frozen_stages=7), PASCAL_VOC).trainee
    photos = torch.randn(1, 2, 3, 96, 64)
    for trainee in (frozen, open_trunk):
        set_training(trainee)
        assert not trainee.network.backbone.stem.norm.training  # type: ignore[union-attr]
    fast, plain = frozen(photos).responses, open_trunk(photos).responses
    torch.testing.assert_close(fast, plain, rtol=1e-3, atol=2e-3)
    assert frozen.state_dict().keys() == open_trunk.state_dict().keys()
