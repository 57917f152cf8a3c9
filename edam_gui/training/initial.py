"""The network that a run starts from."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import nn

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import LabelSet
from edam_gui.model.backbones import build_backbone
from edam_gui.model.backbones.resnet38 import ResNet38
from edam_gui.model.checkpoint import is_foreign, load_checkpoint
from edam_gui.model.checkpoint_info import BackgroundKind, CheckpointInfo
from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.cma_checkpoint import load_cma
from edam_gui.model.da_layer import DALayer, MaskForm
from edam_gui.model.mxnet_params import is_mxnet_file
from edam_gui.model.network import EdamNetwork
from edam_gui.model.shipped import find_model
from edam_gui.model.trunk_weights import load_mxnet_trunk
from edam_gui.training.config import MaskFormChoice, TrainConfig
from edam_gui.training.trainee import Trainee, freeze


@dataclass(frozen=True, eq=False)
class Initial:
    """A network ready to be trained.

    Parameters
    ----------
    trainee
        On the CPU, float32, frozen as the settings say.
    info
        What its checkpoints will say.
    notices
        Sentences about what the initial weights did not hold.
    """

    trainee: Trainee
    info: CheckpointInfo
    notices: tuple[str, ...]


def make_initial(config: TrainConfig, label_set: LabelSet) -> Initial:
    """Build the network of the settings and fill it with the initial weights, as far as there are any.

    New layers start Xavier-uniform, as the authors'. A checkpoint for other classes gives its backbone, and the DA
    layer's channels of the classes that it has too. Random numbers come from PyTorch's generator, which is seeded
    with the settings' seed.

    Raises
    ------
    EdamError
        The initial weights cannot be used, or the settings do not fit them.
    """
    torch.manual_seed(config.seed)
    if not config.init:
        return _fresh(config, label_set, None)
    path = find_model(config.init)
    if _is_mxnet(path):
        return _fresh(config, label_set, path)
    model = load_checkpoint(path)
    info = model.info
    if (info.backbone, info.stride) != (config.backbone, config.stride):
        raise OptionError(
            f"{config.init} holds the backbone {info.backbone} of stride {info.stride}; the settings say "
            f"{config.backbone} of stride {config.stride}. Choose the preset for it, or other initial weights."
        )
    notices: list[str] = []
    da_layer = model.network.da_layer
    same = info.classes.names == label_set.names
    if not same:
        da_layer = _for_classes(da_layer, info.classes, label_set, notices)
    form = info.mask_form if config.mask_form is MaskFormChoice.AUTO else MaskForm(config.mask_form.value)
    network = EdamNetwork(model.network.backbone, da_layer, form)
    module = None
    if config.cma_loss:
        if same and info.cma is not None and not is_foreign(path):
            module = load_cma(path, info)
        elif same and info.cma is not None:
            module = load_cma(path, info, label_set)
        if module is None:
            notices.append(f"{config.init} has no CMA module for these classes; it starts from random values.")
    return _finished(config, label_set, network, module, _info(config, label_set, form, info), notices)


def _fresh(config: TrainConfig, label_set: LabelSet, trunk: Path | None) -> Initial:
    backbone = build_backbone(config.backbone, config.stride)
    notices = []
    if trunk is None:
        notices.append("There are no initial weights: the whole network starts from random values.")
    elif isinstance(backbone, ResNet38):
        load_mxnet_trunk(backbone, trunk)
    else:
        raise OptionError(f"{trunk} holds weights of resnet38; the settings say {config.backbone}.")
    da_layer = DALayer(backbone.out_channels, len(label_set) + 1, config.kernel_size)
    nn.init.xavier_uniform_(da_layer.conv.weight)
    form = MaskForm.L2_ABS if config.mask_form is MaskFormChoice.AUTO else MaskForm(config.mask_form.value)
    network = EdamNetwork(backbone, da_layer, form)
    return _finished(config, label_set, network, None, _info(config, label_set, form, None), notices)


def _finished(
    config: TrainConfig,
    label_set: LabelSet,
    network: EdamNetwork,
    module: CMA | None,
    info: CheckpointInfo,
    notices: list[str],
) -> Initial:
    if config.cma_loss:
        if module is None:
            sizes = CMASizes(network.backbone.out_channels, len(label_set))
            module = CMA(sizes, config.dropout)
        module.append_image_rows(config.images_per_group)
        _set_dropout(module, config.dropout)
        info = replace(info, cma=module.sizes.to_mapping())
    trainee = Trainee(network, module)
    freeze(trainee, config.backbone, config.frozen_stages)
    return Initial(trainee, info, tuple(notices))


def _info(config: TrainConfig, label_set: LabelSet, form: MaskForm, before: CheckpointInfo | None) -> CheckpointInfo:
    background = BackgroundKind.CHANNEL if form is MaskForm.L2_ABS else BackgroundKind.NONE
    provenance = {"trained_from": config.init or "random values", "preset": config.preset}
    if before is None:
        return CheckpointInfo(
            config.backbone,
            config.stride,
            label_set,
            mask_form=form,
            background=background,
            provenance=provenance,
        )
    same = before.classes.names == label_set.names
    recommended = before.recommended
    if not same:
        # They may name classes that there are no longer.
        recommended = replace(
            recommended,
            saliency=replace(recommended.saliency, ignore_saliency=()),
            no_saliency=replace(recommended.no_saliency, ignore_saliency=()),
        )
    return replace(
        before,
        classes=label_set,
        mask_form=form,
        background=background,
        recommended=recommended,
        suggestion_thresholds=before.suggestion_thresholds if same else (),
        provenance={**{f"before: {k}": v for k, v in before.provenance.items()}, **provenance},
        cma=None,
    )


def _for_classes(before: DALayer, has: LabelSet, label_set: LabelSet, notices: list[str]) -> DALayer:
    """Return a DA layer for other classes, with the channels that both have."""
    conv = before.conv
    layer = DALayer(conv.in_channels, len(label_set) + 1, conv.kernel_size[0], bias=conv.bias is not None)
    nn.init.xavier_uniform_(layer.conv.weight)
    new = []
    with torch.no_grad():
        layer.conv.weight[0] = conv.weight[0]
        if layer.conv.bias is not None and conv.bias is not None:
            layer.conv.bias.copy_(conv.bias.mean())
        for index, name in enumerate(label_set.names[1:], start=1):
            source = has.find(name)
            if source is None:
                new.append(name)
                continue
            layer.conv.weight[index] = conv.weight[source]
            if layer.conv.bias is not None and conv.bias is not None:
                layer.conv.bias[index] = conv.bias[source]
    if new:
        notices.append(f"The initial weights know nothing of: {', '.join(new)}; these start from random values.")
    return layer


def _set_dropout(module: CMA, dropout: float) -> None:
    """Set the dropout of a module that may come from a file, with the authors' then."""
    for part in module.modules():
        if isinstance(part, nn.Dropout):
            part.p = dropout
    module.block.attention.dropout = dropout


def _is_mxnet(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            return is_mxnet_file(file.read(16))
    except OSError as error:
        raise InputFileError(path, f"the file cannot be read ({error.strerror or error}).") from None
