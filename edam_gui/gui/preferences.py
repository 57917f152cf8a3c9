"""The settings of the program; the dialog, the defaults and the checks come from this table."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.shell.setting_spec import Choice, SettingKind, SettingSpec

THEME: Final = "look.theme"
PALETTE: Final = "look.palette"
LABEL_OPACITY: Final = "look.label_opacity"
MASK_OPACITY: Final = "look.mask_opacity"
REOPEN: Final = "start.reopen"
ANNOTATOR: Final = "start.annotator"
DEVICE: Final = "model.device"
RUN_AT_ONCE: Final = "model.run_at_once"
PREFETCH: Final = "model.prefetch"
THETA_STEP: Final = "keys.theta_step"
TRAIN_THREADS: Final = "train.threads"
TRAIN_NICENESS: Final = "train.niceness"

SETTINGS: Final = (
    SettingSpec(
        *(THEME, "Look", SettingKind.CHOICE, "system", "Theme"),
        "Light, dark, or as the system is set.",
        choices=(Choice("system", "As the system"), Choice("light", "Light"), Choice("dark", "Dark")),
    ),
    SettingSpec(
        *(PALETTE, "Look", SettingKind.CHOICE, "voc", "Class colours"),
        "On the screen only; exported files keep the PASCAL VOC palette.",
        choices=(Choice("voc", "PASCAL VOC"), Choice("colour_blind", "Colour-blind safe")),
    ),
    SettingSpec(
        *(LABEL_OPACITY, "Look", SettingKind.WHOLE, 55, "Opacity of the label map"),
        "How much of the photo the label map hides in a new project.",
        least=0,
        most=100,
        step=5,
        unit="%",
    ),
    SettingSpec(
        *(MASK_OPACITY, "Look", SettingKind.WHOLE, 60, "Opacity of the activation mask"),
        "How much of the photo the activation mask hides in a new project.",
        least=0,
        most=100,
        step=5,
        unit="%",
    ),
    SettingSpec(
        *(REOPEN, "Start", SettingKind.SWITCH, True, "Open the last project at the start"),
        "Goes on at the image where you stopped.",
    ),
    SettingSpec(
        *(ANNOTATOR, "Start", SettingKind.TEXT, "", "Your name"),
        "Stored with every status and correction you make; may be left empty.",
    ),
    SettingSpec(
        *(THETA_STEP, "Canvas", SettingKind.NUMBER, 5.0, "Step of theta by keys"),
        "How far one press of U or J moves theta.",
        least=0.1,
        most=50,
        step=1,
        decimals=1,
        unit="grey levels",
    ),
    SettingSpec(
        *(DEVICE, "Model", SettingKind.CHOICE, "auto", "Device"),
        "Where the model runs. Automatic takes a GPU where there is one.",
        choices=(
            *(Choice("auto", "Automatic"), Choice("cpu", "CPU"), Choice("cuda", "NVIDIA or AMD GPU")),
            Choice("mps", "Apple GPU"),
        ),
    ),
    SettingSpec(
        *(RUN_AT_ONCE, "Model", SettingKind.SWITCH, True, "Run the model when an image is opened"),
        "Off: only when you ask for it.",
    ),
    SettingSpec(
        *(PREFETCH, "Model", SettingKind.SWITCH, True, "Prepare the next images"),
        "Runs the model on the neighbours in the list while you look at one.",
    ),
    SettingSpec(
        *(TRAIN_THREADS, "Training", SettingKind.WHOLE, 0, "CPU threads of a run"),
        "0: one less than the computer has cores, so that labelling stays fluid.",
        least=0,
        most=256,
    ),
    SettingSpec(
        *(TRAIN_NICENESS, "Training", SettingKind.WHOLE, 10, "How far a run gives way"),
        "0: it is as important as any program; 19: it runs only when nothing else wants to.",
        least=0,
        most=19,
    ),
)
