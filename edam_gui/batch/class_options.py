"""Options that name classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from edam_gui.core.errors import OptionError
from edam_gui.core.label_set import BACKGROUND, LabelSet
from edam_gui.core.options import Thresholds


def ignore_saliency(
    names: str,
    label_set: LabelSet,
    thresholds: Thresholds,
    per_class: Mapping[int, Thresholds] | None = None,
) -> dict[int, Thresholds]:
    """Make the per-class thresholds under which saliency maps are ignored for some classes.

    Parameters
    ----------
    names
        Class names or aliases with commas between, such as ``sofa,chair``; empty for none.
    label_set
        The classes in use.
    thresholds
        What holds for classes without thresholds of their own.
    per_class
        Thresholds that classes have already; kept, but for the named classes' `ignore_saliency`.

    Returns
    -------
    dict
        Class index -> thresholds, for `LabelRule.per_class`.

    Raises
    ------
    OptionError
        A name is none of the classes, or is the background.
    """
    result = dict(per_class or {})
    for name in (part.strip() for part in names.split(",")):
        if not name:
            continue
        index = label_set.index(name)
        if index == BACKGROUND:
            raise OptionError("--ignore-saliency is for classes, not for the background.")
        result[index] = replace(result.get(index, thresholds), ignore_saliency=True)
    return result
