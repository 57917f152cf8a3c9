"""Going to the training tab, and starting there."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.shell.action_spec import ActionSpec

TRAIN: Final = (
    ActionSpec(
        "view.labelling",
        "Label p&hotos",
        "View",
        icon="label-map",
        keys=("F2",),
        tip="Show the photos and their label maps",
        choice_of="workspace",
    ),
    ActionSpec(
        "view.training",
        "&Train a model",
        "View",
        icon="training",
        keys=("F3", "Ctrl+2"),
        tip="Show the training runs",
        choice_of="workspace",
    ),
    ActionSpec(
        "train.new",
        "&New training run…",
        "Training",
        icon="plus",
        keys=("Ctrl+Shift+N",),
        tip="Train a model on this project or other photos",
    ),
    ActionSpec(
        "train.folder",
        "&List runs of a folder…",
        "Training",
        icon="open-folder",
        tip="Show the training runs of another folder too",
    ),
)
