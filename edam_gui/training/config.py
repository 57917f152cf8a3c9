"""Every setting of a training run, in one frozen value."""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from edam_gui.core.errors import OptionError


class MaskFormChoice(StrEnum):
    """The mask form to train, or the one that the initial weights have (`l2_abs` without any)."""

    AUTO = "auto"
    L2_ABS = "l2_abs"
    RELU = "relu"


class Optimizer(StrEnum):
    """`sgd` is the authors'."""

    SGD = "sgd"
    ADAMW = "adamw"


class ValidationSaliency(StrEnum):
    """Saliency maps for Algorithm 1 in validation: the program's own (`rbd`), or none (S = 1)."""

    AUTO = "auto"
    NONE = "none"


ALL_STAGES: Final = -1


@dataclass(frozen=True)
class TrainConfig:
    """The settings of a run; `key=value` on the command line sets one of them.

    Parameters
    ----------
    preset
        The preset these settings started from.
    backbone, stride, kernel_size, mask_form
        The network, where no initial weights say otherwise. `kernel_size` is the DA layer's.
    init
        Name of a shipped model or path of initial weights; "" = none.
    groups, group_size, negatives
        A batch of one process is `groups` groups of `group_size` images that share a class, plus `negatives` images
        without any class per group.
    accumulate
        Batches per optimizer step.
    balance
        0: classes as frequent as they are; 1: every class in as many groups as the most frequent one.
    crop, long_side_min, long_side_max
        Pixels: the photo's long side is drawn from the range, then a square is cut out or padded.
    flip
        Probability of mirroring.
    brightness, contrast, saturation, hue
        Colour jitter: factors in 1 +- value, hue as a share of the colour circle.
    collage
        Probability that a photo becomes a collage with others (their labels are joined).
    cma_loss
        Weight of EDAM's loss: binary cross-entropy of the CMA module's logits. 0 leaves the module out.
    pool_loss
        Weight of the addition for small backbones: binary cross-entropy of the DA layer's output pooled over a photo;
        in a collage over each of its photos, with that photo's own labels.
    pool_sharpness
        0 pools by the mean; larger values r by ``log(mean(exp(r M))) / r``, nearer to the maximum.
    pool_scale
        The pooled output times this is the logit.
    class_trust
        A class with n images weighs n / (n + class_trust) in every loss: rare ones are learned by heart otherwise.
        0: all weigh the same, as published.
    doubtful, doubtful_weight
        Classes, with commas between, that photos may show without being labelled so (`person` in most data sets);
        where they are not labelled they weigh `doubtful_weight` times as much.
    dropout
        In the CMA module.
    optimizer, lr, momentum, weight_decay
        `lr` is that of pretrained weights.
    new_lr_factor, da_lr_factor, bias_lr_factor
        Times `lr`: for the CMA module's new layers, for the DA layer, and on top for biases of trunk and DA layer.
    warmup_steps, warmup_start, power
        The learning rate rises linearly from `warmup_start` times its value, then falls as
        ``(1 - progress) ** power``. A warm-up longer than half the run is cut to a tenth of it.
    epochs, max_steps
        `max_steps` above 0 overrides `epochs`.
    clip_norm
        Largest L2 norm of all gradients together; 0 = as large as they are.
    frozen_stages
        Leading stages of the backbone that are not trained; -1: none of it is.
    precision
        fp32, bf16, fp16 or auto (bf16 on GPUs that have it, else fp16 on CUDA, else fp32).
    compile
        Whether the network goes through `torch.compile`.
    threads
        CPU threads of the process; 0 = as many as PyTorch takes.
    workers
        Processes that prepare photos; 0 prepares them in the training process.
    save_every, validate_every
        Steps between resumable checkpoints, epochs between validations (0: only at the end).
    save_cma, export_half
        Whether `last` and `best` hold the CMA module, and whether their weights are float16.
    val_scales, val_limit, val_saliency
        Passes, number of images (0 = all) and saliency of a validation.
    samples
        Photos drawn with their label maps after every epoch.
    calibrate
        Training images on which the thresholds that suggest classes are chosen at the end; 0 keeps the old ones.
    seed
        Of everything random.
    """

    preset: str = "authors"
    backbone: str = "resnet38"
    stride: int = 8
    kernel_size: int = 3
    mask_form: MaskFormChoice = MaskFormChoice.L2_ABS
    init: str = ""
    groups: int = 1
    group_size: int = 2
    negatives: int = 0
    accumulate: int = 4
    balance: float = 0.0
    crop: int = 368
    long_side_min: int = 256
    long_side_max: int = 512
    flip: float = 0.5
    brightness: float = 0.3
    contrast: float = 0.3
    saturation: float = 0.3
    hue: float = 0.1
    collage: float = 0.0
    cma_loss: float = 1.0
    pool_loss: float = 0.0
    pool_sharpness: float = 0.0
    pool_scale: float = 1.0
    class_trust: float = 0.0
    doubtful: str = ""
    doubtful_weight: float = 0.2
    dropout: float = 0.1
    optimizer: Optimizer = Optimizer.SGD
    lr: float = 1e-3
    momentum: float = 0.9
    weight_decay: float = 5e-4
    new_lr_factor: float = 10.0
    da_lr_factor: float = 10.0
    bias_lr_factor: float = 2.0
    warmup_steps: int = 2000
    warmup_start: float = 0.1
    power: float = 0.9
    epochs: int = 10
    max_steps: int = 0
    clip_norm: float = 0.0
    frozen_stages: int = 1
    precision: str = "auto"
    compile: bool = False
    threads: int = 0
    workers: int = 2
    save_every: int = 100
    validate_every: int = 1
    save_cma: bool = True
    export_half: bool = False
    val_scales: tuple[float, ...] = (1.0, 0.5, 1.5, 2.0)
    val_limit: int = 200
    val_saliency: ValidationSaliency = ValidationSaliency.AUTO
    samples: int = 6
    calibrate: int = 100
    seed: int = 0

    def __post_init__(self) -> None:
        for name, (low, high) in _RANGES.items():
            value = getattr(self, name)
            if not math.isfinite(value) or not low <= value <= high:
                limits = f"at least {low:g}" if math.isinf(high) else f"between {low:g} and {high:g}"
                raise OptionError(f"{name} must be {limits}, not {value:g}.")
        if self.long_side_max < self.long_side_min:
            raise OptionError("long_side_max must not be below long_side_min.")
        if self.kernel_size % 2 == 0:
            raise OptionError(f"kernel_size must be odd, not {self.kernel_size}.")
        if self.cma_loss == 0 and self.pool_loss == 0:
            raise OptionError("There is nothing to train: cma_loss and pool_loss are both 0.")
        if self.precision not in ("auto", "fp32", "fp16", "bf16"):
            raise OptionError(f"precision must be auto, fp32, fp16 or bf16, not '{self.precision}'.")
        if not self.val_scales or not all(math.isfinite(s) and 0 < s <= 8 for s in self.val_scales):
            raise OptionError("val_scales must be one or more numbers above 0 and up to 8.")

    @property
    def images_per_group(self) -> int:
        """B plus the negatives."""
        return self.group_size + self.negatives

    @property
    def images_per_batch(self) -> int:
        """Images that one process works on at a time."""
        return self.groups * self.images_per_group


_ANY: Final = math.inf
_RANGES: Final[dict[str, tuple[float, float]]] = {
    "stride": (1, 64),
    "kernel_size": (1, 15),
    "groups": (1, 1024),
    "group_size": (2, 64),
    "negatives": (0, 64),
    "accumulate": (1, 4096),
    "balance": (0, 1),
    "crop": (32, 4096),
    "long_side_min": (16, 8192),
    "long_side_max": (16, 8192),
    "flip": (0, 1),
    "brightness": (0, 1),
    "contrast": (0, 1),
    "saturation": (0, 1),
    "hue": (0, 0.5),
    "collage": (0, 1),
    "cma_loss": (0, _ANY),
    "pool_loss": (0, _ANY),
    "pool_sharpness": (0, 100),
    "pool_scale": (0, _ANY),
    "class_trust": (0, _ANY),
    "doubtful_weight": (0, 1),
    "dropout": (0, 0.99),
    "lr": (0, _ANY),
    "momentum": (0, 0.9999),
    "weight_decay": (0, _ANY),
    "new_lr_factor": (0, _ANY),
    "da_lr_factor": (0, _ANY),
    "bias_lr_factor": (0, _ANY),
    "warmup_steps": (0, _ANY),
    "warmup_start": (0, 1),
    "power": (0, 100),
    "epochs": (1, 1e6),
    "max_steps": (0, 1e9),
    "clip_norm": (0, _ANY),
    "frozen_stages": (ALL_STAGES, 100),
    "threads": (0, 1024),
    "workers": (0, 256),
    "save_every": (1, 1e9),
    "validate_every": (0, 1e6),
    "val_limit": (0, 1e9),
    "samples": (0, 1000),
    "calibrate": (0, 1e9),
    "seed": (0, 2**63 - 1),
}
