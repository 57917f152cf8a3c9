"""Which of the project's classes a model knows: by name, so that no class ever gets the masks of another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from edam_gui.core.label_set import LabelSet

NO_MODEL_FITS: Final = (
    "label by hand, use masks of your own (File ▸ Folders of this project), or train a model (Training tab)"
)
_SHOWN: Final = 3


@dataclass(frozen=True)
class ClassMatch:
    """What a model can do for a project.

    Parameters
    ----------
    channels
        Class of the project -> class of the model, 1..K each; `None`: they are the same.
    objection
        Why the model cannot be used, as a sentence; empty: it can.
    remark
        What the user should know though it can be used, as a sentence; empty: nothing.
    """

    channels: Mapping[int, int] | None = field(default=None, hash=False)
    objection: str = ""
    remark: str = ""


SAME_CLASSES: Final = ClassMatch()


def match_classes(project: LabelSet, known_as: Sequence[str] | None, model: LabelSet) -> ClassMatch:
    """Find the project's classes among a model's.

    A class matches by its own name, or by the name under which models know it (a class that the user has only called
    otherwise); no two match the same class of the model.

    Parameters
    ----------
    project, model
        The classes.
    known_as
        Names for the project's classes 1..K; `None`: their own.
    """
    channels: dict[int, int] = {}
    taken: set[int] = set()
    own = project.names[1:]
    meant = tuple(known_as) if known_as is not None else own
    # A class that still means what it is called goes before one that is known by that name from earlier.
    order = sorted(range(len(own)), key=lambda place: own[place] != meant[place])
    for place in order:
        found = model.find(meant[place])
        if found and found not in taken:
            channels[place + 1] = found
            taken.add(found)
    if not channels:
        what = f"The model knows none of this project's classes (it knows {_list(model.names[1:])})"
        return ClassMatch({}, objection=f"{what}: {NO_MODEL_FITS}.")
    unknown = [own[index - 1] for index in range(1, len(own) + 1) if index not in channels]
    remark = ""
    if unknown:
        remark = (
            f"The model does not know {_list(unknown)}: paint {'it' if len(unknown) == 1 else 'them'} by hand, or "
            "train a model (Training tab)."
        )
    same = len(project) == len(model) and all(channels.get(i) == i for i in range(1, len(own) + 1))
    return SAME_CLASSES if same else ClassMatch(dict(sorted(channels.items())), remark=remark)


def _list(names: Sequence[str]) -> str:
    shown = ", ".join(names[:_SHOWN])
    return shown if len(names) <= _SHOWN else f"{shown} and {len(names) - _SHOWN} more"
