"""Where a run's activation masks come from: a network, or files."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

import numpy as np

from edam_gui.batch.label_inputs import LabelInputs
from edam_gui.batch.label_options import LabelRequest, Recommendation
from edam_gui.batch.recommendation_file import read_recommendations
from edam_gui.core.activation_masks import ActivationMasks
from edam_gui.core.arrays import UInt8Array
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.imaging.class_file import read_class_file
from edam_gui.imaging.crf.refine import CrfFactory
from edam_gui.imaging.dense_crf import DenseCrf
from edam_gui.jobs import CancelToken

if TYPE_CHECKING:
    from edam_gui.model.pass_outputs import PassOutputs


DOUBTFUL_SHARE: Final = 0.2
"""A labelled class below this share of its suggestion threshold is doubted. With the shipped model, on 35 photos: 6 %
of the classes that are there, 37 % of those that are not."""


@dataclass(frozen=True, eq=False)
class MaskResult:
    """The masks of one image before they are enlarged.

    Parameters
    ----------
    inputs
        The image.
    present
        Classes that may get pixels.
    suggested
        Whether the model, not a label file, named them.
    passes
        Low-resolution masks of the network; `None` where masks come from files.
    doubtful
        Present classes that the network hardly answers to, so that the photo may not show them.
    """

    inputs: LabelInputs
    present: frozenset[int]
    suggested: bool
    passes: PassOutputs | None = None
    doubtful: frozenset[int] = frozenset()

    @property
    def notices(self) -> tuple[str, ...]:
        """What the user should know."""
        return self.inputs.notices + (self.passes.notices if self.passes else ())

    @property
    def working_size(self) -> tuple[int, int]:
        """(W, H) the passes' scales refer to."""
        height, width = self.passes.working_size if self.passes else (self.inputs.photo.height, self.inputs.photo.width)
        return width, height

    def masks(self) -> ActivationMasks:
        """Return the masks in the photo's size."""
        if self.inputs.masks is not None:
            return self.inputs.masks
        if self.passes is not None:
            return self.passes.masks(self.present)
        # No class is present, so the network was not asked.
        return ActivationMasks.from_sums(np.zeros((0, *self.inputs.photo.pixels.shape[:2]), np.float32), (), 1)


class MaskSource(Protocol):
    """A network or a folder of masks."""

    label_set: LabelSet

    def compute(self, inputs: LabelInputs, token: CancelToken) -> MaskResult:
        """Return the masks of one image."""

    def recommendation(self, *, with_saliency: bool) -> Recommendation | None:
        """Return what to use for options left out."""

    def describe(self) -> dict[str, Any]:
        """Return what JSON reports say about it; equal descriptions give equal masks."""

    def crf_engine(self) -> CrfFactory:
        """Return what makes dense CRFs, on the device that the masks are computed on."""


class FileSource:
    """Masks from files, of any method."""

    def __init__(self, request: LabelRequest) -> None:
        self.label_set = read_class_file(request.classes) if request.classes else PASCAL_VOC
        self._folder = request.masks
        self._keys = request.mask_keys
        self._recommended = read_recommendations(request.masks) if request.masks else {}

    def compute(self, inputs: LabelInputs, token: CancelToken) -> MaskResult:
        """Take the masks as they were read; without labels, the classes in the file are present."""
        token.check()
        assert inputs.masks is not None  # noqa: S101 - the reader was told to read them
        if inputs.present is not None:
            return MaskResult(inputs, inputs.present, suggested=False)
        return MaskResult(inputs, frozenset(inputs.masks.classes) - {0}, suggested=False)

    def recommendation(self, *, with_saliency: bool) -> Recommendation | None:
        """Return what the model that made the masks recommends, if it is known."""
        return self._recommended.get(with_saliency)

    def describe(self) -> dict[str, Any]:
        """Return folder and key form."""
        return {"masks": str(self._folder), "mask_keys": self._keys.value}

    def crf_engine(self) -> CrfFactory:
        """Return the CPU's: masks from files need no torch."""
        return DenseCrf


class NetworkSource:
    """Masks from a checkpoint's network.

    Raises
    ------
    InputFileError, OptionError
        The checkpoint, the class file or the device cannot be used.
    """

    def __init__(self, request: LabelRequest) -> None:
        # torch takes seconds to import; nothing before this needs it.
        from edam_gui.model.checkpoint import load_checkpoint
        from edam_gui.model.device import choose_device
        from edam_gui.model.inference import InferenceOptions
        from edam_gui.model.precision import Precision, convolution_dtype
        from edam_gui.model.shipped import DEFAULT_MODEL, find_model

        self._path = find_model(request.model or DEFAULT_MODEL)
        self._device = choose_device(request.device)
        loaded = load_checkpoint(self._path)
        self._info = loaded.info
        self._sha256 = loaded.sha256
        self.label_set = _agreed_classes(request.classes, self._info.classes, self._path)
        if request.precision not in list(Precision):
            raise OptionError(f"--precision is one of {', '.join(Precision)}, not '{request.precision}'.")
        precision = Precision(request.precision)
        convolution_dtype(precision, self._device, float32_only=loaded.network.backbone.float32_only)
        self._options = InferenceOptions(precision=precision)
        if request.scales:
            self._options = InferenceOptions(scales=request.scales, precision=precision)
        self._network = loaded.network.prepare_for_inference(self._device)

    @property
    def can_suggest(self) -> bool:
        """Whether the checkpoint has suggestion thresholds."""
        return any(map(math.isfinite, self._info.suggestion_thresholds))

    def passes(
        self, pixels: UInt8Array, token: CancelToken, progress: Callable[[int, int], None] | None = None
    ) -> PassOutputs:
        """Run all passes over a photo, (H, W, 3) uint8 RGB; see `run_passes`."""
        from edam_gui.model.inference import run_passes

        return run_passes(
            self._network, self._info, pixels, self._options, self._device, cancelled=token.cancelled, progress=progress
        )

    def suggested(self, outputs: PassOutputs) -> frozenset[int]:
        """Return the classes that the model suggests for a photo."""
        from edam_gui.model.inference import suggest

        return suggest(self._info, outputs.pooled())

    def doubtful(self, outputs: PassOutputs, present: frozenset[int]) -> frozenset[int]:
        """Return the present classes that the network hardly answers to."""
        limits = DOUBTFUL_SHARE * np.asarray(self._info.suggestion_thresholds)
        weak = np.flatnonzero(np.isfinite(limits) & (outputs.pooled() < limits)) + 1
        return present & frozenset(weak.tolist())

    def compute(self, inputs: LabelInputs, token: CancelToken) -> MaskResult:
        """Run all passes over one image; without labels, the model suggests the classes."""
        if inputs.present is not None and not inputs.present:
            token.check()
            return MaskResult(inputs, frozenset(), suggested=False)
        if inputs.present is None and not self.can_suggest:
            raise InputFileError(
                inputs.entry.path,
                f"its classes are unknown, and the model {self._path.name} suggests none; name them with --labels.",
            )
        outputs = self.passes(inputs.photo.pixels, token)
        if inputs.present is not None:
            doubtful = self.doubtful(outputs, inputs.present)
            return MaskResult(inputs, inputs.present, suggested=False, passes=outputs, doubtful=doubtful)
        return MaskResult(inputs, self.suggested(outputs), suggested=True, passes=outputs)

    def recommendation(self, *, with_saliency: bool) -> Recommendation:
        """Return the checkpoint's recommended set."""
        from edam_gui.model.da_layer import MaskForm

        recommended = self._info.recommended.of(with_saliency=with_saliency)
        fixed = self._info.mask_form is MaskForm.RELU
        rule = replace(recommended.rule, scores=recommended.score_source)
        return Recommendation(
            rule, recommended.score_form, fixed, recommended.background_exponent, recommended.ignore_saliency
        )

    def describe(self) -> dict[str, Any]:
        """Return checkpoint, hash, device and passes."""
        return {
            "model": self._path.stem,
            "model_sha256": self._sha256,
            "device": str(self._device),
            "precision": self._options.precision.value,
            "scales": list(self._options.scales),
            "flip": self._options.flip,
            "max_working_pixels": self._options.max_working_pixels,
        }

    def crf_engine(self) -> CrfFactory:
        """Return the network's device's where that is CUDA; elsewhere the CPU's, which is faster than torch there."""
        if self._device.type != "cuda":
            return DenseCrf
        from edam_gui.model.torch_crf import TorchCrf

        return partial(TorchCrf, device=self._device)


def open_mask_source(request: LabelRequest) -> MaskSource:
    """Open what the request names."""
    if request.masks is not None and request.model is not None:
        raise OptionError("Give either --masks or --model, not both.")
    return FileSource(request) if request.masks is not None else NetworkSource(request)


def _agreed_classes(class_file: Path | None, own: LabelSet, model: Path) -> LabelSet:
    """Check that a class file names the checkpoint's classes; its colours are then used."""
    if class_file is None:
        return own
    given = read_class_file(class_file)
    if len(given) != len(own):
        raise OptionError(f"{class_file} names {len(given)} classes, but {model.name} was made for {len(own)}.")
    for index, name in enumerate(given.names):
        if own.find(name) != index:
            raise OptionError(
                f"{class_file} calls class {index} '{name}', but {model.name} calls it '{own.names[index]}'."
            )
    return given
