"""What a checkpoint says about itself, and its JSON form."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final, NoReturn, TypeVar

from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import PASCAL_VOC, LabelSet
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreForm, ScoreSource, Thresholds
from edam_gui.model.da_layer import MaskForm

FORMAT_VERSION: Final = 1
IMAGENET_MEAN: Final = (0.485, 0.456, 0.406)
IMAGENET_STD: Final = (0.229, 0.224, 0.225)


class BackgroundKind(StrEnum):
    """What mask channel 0 is: a mask of its own, or zeros that nothing may compete with."""

    CHANNEL = "channel"
    NONE = "none"


@dataclass(frozen=True)
class RecommendedSet:
    """Options to start from with a checkpoint.

    Parameters
    ----------
    rule
        Dialect, rule and thresholds.
    score_form
        How sums become scores.
    score_source
        What the thresholds act on.
    background_exponent
        Of ``1 - max`` where a dense CRF runs on the scores; see `imaging.crf.unaries.crf_probabilities`.
    ignore_saliency
        Names of classes for which saliency maps are better ignored.
    """

    rule: LabelRule = field(default_factory=LabelRule)
    score_form: ScoreForm = ScoreForm.MAX
    score_source: ScoreSource = ScoreSource.MASKS
    background_exponent: float = 1.0
    ignore_saliency: tuple[str, ...] = ()


@dataclass(frozen=True)
class Recommended:
    """The recommended options, one set with and one without a saliency map."""

    saliency: RecommendedSet = field(default_factory=RecommendedSet)
    no_saliency: RecommendedSet = field(default_factory=RecommendedSet)

    def of(self, *, with_saliency: bool) -> RecommendedSet:
        """Return the set that applies."""
        return self.saliency if with_saliency else self.no_saliency


@dataclass(frozen=True)
class CheckpointInfo:
    """Everything but the weights.

    Parameters
    ----------
    backbone, stride
        As `build_backbone` takes them.
    classes
        The K foreground classes.
    mask_form, score_form
        How M becomes masks, and the score form the masks are made for.
    mean, std
        Per RGB channel, of values in [0, 1]; std is positive.
    background
        Whether mask channel 0 means something.
    recommended
        Options to start from.
    suggestion_thresholds
        K pooled scores; above its own a class is suggested.
    provenance
        Where the weights come from: short texts by name.
    cma
        Sizes of the CMA module by name, if the file holds one.
    format_version
        Of the file.

    Raises
    ------
    OptionError
        A value is out of range, or counts do not match.
    """

    backbone: str
    stride: int
    classes: LabelSet = PASCAL_VOC
    mask_form: MaskForm = MaskForm.L2_ABS
    score_form: ScoreForm = ScoreForm.MAX
    mean: tuple[float, float, float] = IMAGENET_MEAN
    std: tuple[float, float, float] = IMAGENET_STD
    background: BackgroundKind = BackgroundKind.CHANNEL
    recommended: Recommended = field(default_factory=Recommended)
    suggestion_thresholds: tuple[float, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    cma: Mapping[str, int] | None = None
    format_version: int = FORMAT_VERSION

    def __post_init__(self) -> None:
        if self.format_version != FORMAT_VERSION:
            raise OptionError(
                f"it is of format version {self.format_version}; this program reads version {FORMAT_VERSION}"
            )
        if not self.suggestion_thresholds:
            object.__setattr__(self, "suggestion_thresholds", (math.inf,) * len(self.classes))
        if len(self.suggestion_thresholds) != len(self.classes):
            raise OptionError(
                f"it has {len(self.suggestion_thresholds)} suggestion thresholds for {len(self.classes)} classes"
            )
        for name in (*self.recommended.saliency.ignore_saliency, *self.recommended.no_saliency.ignore_saliency):
            if self.classes.find(name) is None:
                raise OptionError(
                    f"it recommends to ignore saliency for '{_short(name)}', which is none of its classes"
                )
        if any(math.isnan(t) for t in self.suggestion_thresholds):
            raise OptionError("a suggestion threshold is not a number")
        if not all(map(math.isfinite, (*self.mean, *self.std))) or min(self.std) <= 0:
            raise OptionError("its mean and std must be finite, and std above 0")

    def to_json(self) -> str:
        """Write the value of the metadata key `edam`."""
        return json.dumps(
            {
                "format_version": self.format_version,
                "backbone": self.backbone,
                "stride": self.stride,
                "classes": [{"name": c.name, "color": list(c.color)} for c in self.classes.classes],
                "mask_form": self.mask_form.value,
                "score_form": self.score_form.value,
                "mean": list(self.mean),
                "std": list(self.std),
                "background": self.background.value,
                "recommended": {
                    "saliency": _set_to_json(self.recommended.saliency),
                    "no_saliency": _set_to_json(self.recommended.no_saliency),
                },
                # JSON has no infinity; null means "never suggested".
                "suggestion_thresholds": [t if math.isfinite(t) else None for t in self.suggestion_thresholds],
                "provenance": dict(self.provenance),
                "cma": None if self.cma is None else dict(self.cma),
            },
            ensure_ascii=False,
            allow_nan=False,
        )

    @classmethod
    def from_json(cls, text: str) -> CheckpointInfo:
        """Read the value of the metadata key `edam`.

        Raises
        ------
        OptionError
            An entry is missing, of the wrong type or out of range; the text is the end of a sentence.
        """
        try:
            data = json.loads(text, parse_constant=_refuse_constant)
        except (ValueError, RecursionError) as error:
            raise OptionError(f"its metadata are not valid JSON ({error})") from None
        entries = _Entries(data, "the metadata")
        recommended = entries.child("recommended")
        return cls(
            format_version=entries.get("format_version", int),
            backbone=entries.get("backbone", str),
            stride=entries.get("stride", int),
            classes=_classes(entries.get("classes", list)),
            mask_form=entries.choice("mask_form", MaskForm),
            score_form=entries.choice("score_form", ScoreForm),
            mean=entries.triple("mean"),
            std=entries.triple("std"),
            background=entries.choice("background", BackgroundKind),
            recommended=Recommended(
                _set_from_json(recommended.child("saliency")), _set_from_json(recommended.child("no_saliency"))
            ),
            suggestion_thresholds=_suggestions(entries.get("suggestion_thresholds", list)),
            provenance=entries.child("provenance").all_of(str),
            cma=None if entries.is_null("cma") else entries.child("cma").all_of(int),
        )


_T = TypeVar("_T")
_E = TypeVar("_E", bound=StrEnum)
_TYPE_NAMES: Final[Mapping[type, str]] = {
    int: "a whole number",
    float: "a number",
    str: "a text",
    list: "a list",
    dict: "an object",
}


class _Entries:
    """An object read from JSON, taken apart with a sentence for every wrong type."""

    def __init__(self, data: object, name: str) -> None:
        if not isinstance(data, dict):
            raise OptionError(f"{name} must be an object")
        self._data: dict[str, Any] = data
        self._name = name

    def get(self, key: str, kind: type[_T]) -> _T:
        if key not in self._data:
            raise OptionError(f"'{key}' is missing in {self._name}")
        return _typed(self._data[key], kind, f"'{key}' in {self._name}")

    def is_null(self, key: str) -> bool:
        return self._data.get(key) is None

    def child(self, key: str) -> _Entries:
        return _Entries(self.get(key, dict), f"'{key}'")

    def number(self, key: str) -> float:
        return _number(self.get(key, object), f"'{key}' in {self._name}")

    def triple(self, key: str) -> tuple[float, float, float]:
        values = [_number(v, f"'{key}'") for v in self.get(key, list)]
        if len(values) != 3:
            raise OptionError(f"'{key}' must hold three numbers")
        return values[0], values[1], values[2]

    def choice(self, key: str, kind: type[_E]) -> _E:
        value = self.get(key, str)
        if value not in [member.value for member in kind]:
            raise OptionError(f"'{key}' is '{_short(value)}', not one of {', '.join(kind)}")
        return kind(value)

    def all_of(self, kind: type[_T]) -> dict[str, _T]:
        return {key: _typed(value, kind, f"'{_short(key)}' in {self._name}") for key, value in self._data.items()}


def _typed(value: object, kind: type[_T], name: str) -> _T:
    if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise OptionError(f"{name} must be {_TYPE_NAMES[kind]}")
    return value


def _number(value: object, name: str) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise OptionError(f"{name} must be a number")
    try:
        number = float(value)
    except OverflowError:
        raise OptionError(f"{name} is too large a number") from None
    if not math.isfinite(number):
        raise OptionError(f"{name} must be a finite number")
    return number


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not a JSON number")


def _short(text: str) -> str:
    return text if len(text) <= 40 else text[:37] + "..."


def _classes(entries: list[object]) -> LabelSet:
    try:
        return LabelSet.from_json(json.dumps(entries))
    except OptionError as error:
        raise OptionError(f"its classes are unusable: {error}") from None


def _suggestions(values: list[object]) -> tuple[float, ...]:
    return tuple(math.inf if v is None else _number(v, "a suggestion threshold") for v in values)


def _set_to_json(recommended: RecommendedSet) -> dict[str, str | float | list[str]]:
    thresholds = recommended.rule.thresholds
    return {
        "dialect": recommended.rule.dialect.value,
        "rule": recommended.rule.rule.value,
        "scores": recommended.score_source.value,
        "score_form": recommended.score_form.value,
        "theta": thresholds.theta,
        "alpha": thresholds.alpha,
        "beta": thresholds.beta,
        "background": thresholds.background,
        "background_exponent": recommended.background_exponent,
        "ignore_saliency": list(recommended.ignore_saliency),
    }


def _set_from_json(entries: _Entries) -> RecommendedSet:
    thresholds = Thresholds(
        theta=entries.number("theta"),
        alpha=entries.number("alpha"),
        beta=entries.number("beta"),
        background=entries.number("background"),
    )
    rule = LabelRule(entries.choice("dialect", Dialect), entries.choice("rule", Rule), thresholds)
    exponent = entries.number("background_exponent")
    if exponent <= 0:
        raise OptionError("'background_exponent' must be above 0")
    ignoring = entries.get("ignore_saliency", list)
    return RecommendedSet(
        rule,
        entries.choice("score_form", ScoreForm),
        entries.choice("scores", ScoreSource),
        exponent,
        tuple(_typed(name, str, "a class in 'ignore_saliency'") for name in ignoring),
    )
