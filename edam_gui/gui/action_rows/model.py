"""Running the model."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.action_rows.conditions import MODEL, MODEL_FOR_ALL, PROJECT, RUNNING
from edam_gui.gui.shell.action_spec import ActionSpec

MODEL_ACTIONS: Final = (
    ActionSpec(
        "model.run",
        "&Run on this image",
        "Model",
        icon="run",
        keys=("Ctrl+R",),
        tip="Make the activation masks of this photo",
        enabled_when=MODEL,
    ),
    ActionSpec(
        "model.run_all",
        "Run on &all images",
        "Model",
        icon="run-all",
        keys=("Ctrl+Shift+R",),
        tip="Make the activation masks of all photos in the background",
        enabled_when=MODEL_FOR_ALL,
    ),
    ActionSpec(
        "model.cancel",
        "&Cancel",
        "Model",
        icon="cancel",
        keys=("Ctrl+Shift+C",),
        tip="Stop the jobs that are running",
        enabled_when=RUNNING,
    ),
    ActionSpec(
        "model.choose",
        "Ch&oose model…",
        "Model",
        icon="model",
        tip="Choose a checkpoint or a folder of masks",
        enabled_when=PROJECT,
    ),
    ActionSpec(
        "model.saliency",
        "&Saliency maps…",
        "Model",
        icon="saliency",
        tip="Where saliency maps come from: files, made here, a network of yours, or none",
        enabled_when=PROJECT,
    ),
)
