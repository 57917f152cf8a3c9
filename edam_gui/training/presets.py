"""Named settings to start from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from edam_gui.core.errors import OptionError
from edam_gui.training.config import ALL_STAGES, MaskFormChoice, TrainConfig

AUTHORS: Final = TrainConfig()
"""The recipe of the authors' released code (tests/golden/README.md); four pairs a step, as on their four GPUs."""

LITE: Final = TrainConfig(
    preset="lite",
    backbone="efficientnet_lite0",
    stride=32,
    kernel_size=1,
    mask_form=MaskFormChoice.RELU,
    init="efficientnet_lite0_voc",
    groups=4,
    group_size=2,
    negatives=1,
    accumulate=1,
    balance=0.5,
    crop=320,
    long_side_min=256,
    long_side_max=448,
    collage=0.5,
    pool_loss=1.0,
    pool_scale=3.0,
    class_trust=200.0,
    doubtful="person",
    dropout=0.0,
    lr=3e-3,
    new_lr_factor=10.0,
    da_lr_factor=10.0,
    bias_lr_factor=1.0,
    weight_decay=1e-4,
    warmup_steps=20,
    epochs=3,
    clip_norm=5.0,
    frozen_stages=ALL_STAGES,
    workers=0,
    save_every=25,
)
"""For `efficientnet_lite0` on a CPU: the trunk stays as it is; additions for small backbones are on."""

PRESETS: Final[Mapping[str, TrainConfig]] = {"authors": AUTHORS, "lite": LITE}


def preset(name: str) -> TrainConfig:
    """Return the settings of a preset.

    Raises
    ------
    OptionError
        There is none of this name.
    """
    if name not in PRESETS:
        raise OptionError(f"There is no preset '{name}' (there is: {', '.join(PRESETS)}).")
    return PRESETS[name]
