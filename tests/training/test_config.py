from __future__ import annotations

import json

import pytest

from edam_gui.core.errors import OptionError
from edam_gui.training import config_text, presets
from edam_gui.training.config import MaskFormChoice, TrainConfig


def test_a_misspelt_key_is_answered_with_the_one_meant() -> None:
    with pytest.raises(OptionError, match="no setting 'max_step'; did you mean 'max_steps'"):
        config_text.with_settings(presets.LITE, ["max_step=5"])


def test_an_unknown_key_is_answered_with_all_there_are() -> None:
    with pytest.raises(OptionError, match=r"there is: .*max_steps"):
        config_text.with_settings(presets.LITE, ["zzzzzz=5"])


@pytest.mark.parametrize(
    ("word", "sentence"),
    [
        ("lr", "not of the form key=value"),
        ("lr=fast", "lr takes a number, not 'fast'"),
        ("groups=1.5", "groups takes a whole number"),
        ("compile=perhaps", "compile takes true or false"),
        ("mask_form=sigmoid", "mask_form takes auto, l2_abs, relu"),
        ("group_size=1", "group_size must be between 2 and 64"),
        ("lr=nan", "lr must be at least 0"),
        ("kernel_size=2", "kernel_size must be odd"),
        ("long_side_max=100", "must not be below long_side_min"),
        ("precision=fp8", "precision must be"),
        ("val_scales=1,0", "val_scales must be"),
        ("preset=lite", "no setting 'preset'"),
    ],
)
def test_wrong_values_are_refused_with_a_sentence(word: str, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        config_text.with_settings(presets.AUTHORS, [word])


def test_values_take_the_type_of_their_key() -> None:
    config = config_text.with_settings(
        presets.AUTHORS, ["max-steps=7", "lr=2e-3", "compile=yes", "mask_form=relu", "val_scales=1,0.5", "init=a=b"]
    )
    assert (config.max_steps, config.lr, config.compile, config.val_scales) == (7, 2e-3, True, (1.0, 0.5))
    assert config.mask_form is MaskFormChoice.RELU
    assert config.init == "a=b"


def test_a_key_set_twice_is_an_error() -> None:
    with pytest.raises(OptionError, match="set twice"):
        config_text.with_settings(presets.LITE, ["lr=1", "lr=2"])


def test_there_must_be_a_loss() -> None:
    with pytest.raises(OptionError, match="nothing to train"):
        config_text.with_settings(presets.AUTHORS, ["cma_loss=0"])


@pytest.mark.parametrize("name", presets.PRESETS)
def test_settings_survive_json(name: str) -> None:
    config = presets.preset(name)
    assert config.preset == name
    assert config_text.from_json(json.loads(json.dumps(config_text.to_json(config)))) == config


def test_json_of_another_program_is_refused() -> None:
    with pytest.raises(OptionError, match="no setting 'speed'"):
        config_text.from_json({"speed": 1})
    with pytest.raises(OptionError, match="lr must be float"):
        config_text.from_json({"lr": "1"})


def test_only_harmless_keys_change_when_a_run_goes_on() -> None:
    assert config_text.with_settings(TrainConfig(), ["lr=1e-4"], allowed=config_text.CHANGEABLE).lr == 1e-4
    with pytest.raises(OptionError, match="'crop' cannot change"):
        config_text.with_settings(TrainConfig(), ["crop=64"], allowed=config_text.CHANGEABLE)


def test_the_authors_preset_is_their_recipe() -> None:
    config = presets.AUTHORS
    assert (config.backbone, config.crop, config.long_side_min, config.long_side_max) == ("resnet38", 368, 256, 512)
    assert (config.brightness, config.contrast, config.saturation, config.hue) == (0.3, 0.3, 0.3, 0.1)
    assert (config.groups * config.accumulate, config.group_size, config.negatives) == (4, 2, 0)
    assert (config.collage, config.pool_loss, config.cma_loss, config.clip_norm) == (0, 0, 1, 0)


def test_an_unknown_preset_is_refused() -> None:
    with pytest.raises(OptionError, match="no preset 'huge' \\(there is: authors, lite\\)"):
        presets.preset("huge")
