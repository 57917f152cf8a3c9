"""All changes of a project: values that the writer thread applies, given to `ProjectStore.submit`."""

from edam_gui.project.store.change import Change
from edam_gui.project.store.history_changes import AppendNext, AppendStep, DropSteps, MoveHistory, PutSnapshot
from edam_gui.project.store.image_changes import (
    AddImages,
    ForgetSuggestions,
    ImportTicks,
    RemoveImages,
    SetCorrected,
    SetNote,
    SetStatus,
    SetTicks,
    SetView,
    SuggestTicks,
)
from edam_gui.project.store.project_changes import (
    PutRoot,
    SetRole,
    SetSetting,
    SetThresholds,
    set_annotator,
    set_choices,
    set_known_as,
    set_label_set,
)

__all__ = [
    "AddImages",
    "AppendNext",
    "AppendStep",
    "Change",
    "DropSteps",
    "ForgetSuggestions",
    "ImportTicks",
    "MoveHistory",
    "PutRoot",
    "PutSnapshot",
    "RemoveImages",
    "SetCorrected",
    "SetNote",
    "SetRole",
    "SetSetting",
    "SetStatus",
    "SetThresholds",
    "SetTicks",
    "SetView",
    "SuggestTicks",
    "set_annotator",
    "set_choices",
    "set_known_as",
    "set_label_set",
]
