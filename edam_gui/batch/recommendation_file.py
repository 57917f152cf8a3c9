"""`masks.json` beside saved masks: what the model that made them recommends."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from edam_gui.batch.label_options import Recommendation
from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.core.options import Dialect, LabelRule, Rule, ScoreSource, Thresholds
from edam_gui.imaging.atomic import write_bytes
from edam_gui.imaging.bounded_read import read_text

RECOMMENDATION_FILE: Final = "masks.json"
_KEYS: Final[Mapping[bool, str]] = {True: "saliency", False: "no_saliency"}


class _Recommend(Protocol):
    def __call__(self, *, with_saliency: bool) -> Recommendation | None: ...


def write_recommendations(folder: Path, recommend: _Recommend) -> None:
    """Write the recommended sets into the folder of the masks.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    sets = {key: recommend(with_saliency=with_saliency) for with_saliency, key in _KEYS.items()}
    content = {key: _to_json(value) for key, value in sets.items() if value is not None}
    write_bytes(folder / RECOMMENDATION_FILE, (json.dumps({"recommended": content}, indent=1) + "\n").encode())


def read_recommendations(folder: Path) -> dict[bool, Recommendation]:
    """Read the recommended sets for images with (`True`) and without saliency; none where there is no file.

    Raises
    ------
    InputFileError
        The file is there, but not of that form.
    """
    path = folder / RECOMMENDATION_FILE
    if not path.is_file():
        return {}
    try:
        content = json.loads(read_text(path))["recommended"]
        return {flag: _from_json(content[key]) for flag, key in _KEYS.items() if key in content}
    except (ValueError, KeyError, TypeError, RecursionError, OptionError) as error:
        raise InputFileError(path, f"is damaged ({error}); delete it to use the program's defaults") from None


def _to_json(recommended: Recommendation) -> dict[str, Any]:
    thresholds = recommended.rule.thresholds
    return {
        "dialect": recommended.rule.dialect.value,
        "rule": recommended.rule.rule.value,
        "scores": recommended.rule.scores.value,
        "theta": thresholds.theta,
        "alpha": thresholds.alpha,
        "beta": thresholds.beta,
        "background": thresholds.background,
        "background_exponent": recommended.crf_background_exponent,
        "ignore_saliency": list(recommended.ignore_saliency),
    }


def _from_json(content: Mapping[str, Any]) -> Recommendation:
    number: Callable[[str], float] = lambda name: float(content[name])  # noqa: E731
    thresholds = Thresholds(number("theta"), number("alpha"), number("beta"), number("background"))
    rule = LabelRule(
        Dialect(content["dialect"]), Rule(content["rule"]), thresholds, scores=ScoreSource(content["scores"])
    )
    ignored = tuple(str(name) for name in content["ignore_saliency"])
    return Recommendation(rule, None, False, number("background_exponent"), ignored)
