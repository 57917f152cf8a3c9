"""The read-out under the cursor, in words."""

from __future__ import annotations

from typing import Final

from edam_gui.core.explain import Explanation, Reason
from edam_gui.core.label_set import IGNORE, LabelSet
from edam_gui.gui.annotate.threshold_row import shortest
from edam_gui.session.readout import Readout

_WHY: Final = {
    Reason.NO_CLASS: "no class is ticked",
    Reason.BACKGROUND_WINS: "the background scores best",
    Reason.SUPPRESSED: "below alpha {alpha}",
    Reason.POPPED_UP: "above beta {beta}",
    Reason.SALIENT: "salient, best class",
    Reason.NOT_SALIENT: "not salient, not above beta {beta}",
    Reason.NO_SCORE: "no class scores above 0",
    Reason.BACKGROUND_SCORE: "against the background score {background}",
    Reason.CRF_ARGMAX: "most probable by the CRF",
    Reason.REGION_KEPT: "its region is kept",
    Reason.REGION_DROPPED: "its region is dropped",
}


def readout_text(readout: Readout, label_set: LabelSet) -> str:
    """Return the line for the status bar."""
    parts = [f"x {readout.x}, y {readout.y}", "RGB {} {} {}".format(*readout.color)]
    explanation = readout.explanation
    if explanation is not None:
        parts += _scores(explanation, label_set)
    if readout.label is not None:
        parts.append(f"→ {_name(readout.label, label_set)}{_why(readout)}")
    if readout.truth is not None:
        parts.append(f"truth: {_name(readout.truth, label_set)}")
    return "   ".join(parts)


def _scores(explanation: Explanation, label_set: LabelSet) -> list[str]:
    parts = []
    if explanation.saliency is not None:
        parts.append(f"saliency {explanation.saliency}")
    ranked = sorted(explanation.scores, key=lambda pair: -pair[1])[:4]
    parts += [f"{label_set.names[index]} {score:.3g}" for index, score in ranked]
    return parts


def _why(readout: Readout) -> str:
    if readout.edited:
        return " (painted)"
    explanation = readout.explanation
    if explanation is None:
        return ""
    thresholds = explanation.thresholds
    text = _WHY[explanation.reason].format(
        alpha=shortest(thresholds.alpha), beta=shortest(thresholds.beta), background=shortest(thresholds.background)
    )
    return f" ({text})"


def _name(label: int, label_set: LabelSet) -> str:
    if label == IGNORE:
        return "ignore"
    return label_set.names[label] if label < len(label_set.names) else f"label {label}"
