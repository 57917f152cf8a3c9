"""Every action of the window, and where it stands in menus and tool bars; what the actions do is bound elsewhere.

The keys are for the left hand while the right one holds the mouse: A, S and D go through the images, single letters
pick tools, digits pick classes. The thresholds are three columns under the right hand: U/J theta, I/K alpha, O/L beta.
"""

from __future__ import annotations

from typing import Final

from edam_gui.gui.action_rows.classes import CLASSES
from edam_gui.gui.action_rows.edit import EDIT
from edam_gui.gui.action_rows.file import FILE
from edam_gui.gui.action_rows.help import HELP
from edam_gui.gui.action_rows.image import IMAGES
from edam_gui.gui.action_rows.model import MODEL_ACTIONS
from edam_gui.gui.action_rows.thresholds import THRESHOLDS
from edam_gui.gui.action_rows.tools import TOOLS
from edam_gui.gui.action_rows.train import TRAIN
from edam_gui.gui.action_rows.view import VIEW
from edam_gui.gui.shell.action_bars import SEPARATOR, MenuSpec
from edam_gui.gui.shell.action_spec import ActionSpec

ACTIONS: Final[tuple[ActionSpec, ...]] = (
    *FILE,
    *EDIT,
    *VIEW,
    *IMAGES,
    *CLASSES,
    *THRESHOLDS,
    *TOOLS,
    *MODEL_ACTIONS,
    *TRAIN,
    *HELP,
)

RECENT: Final = "Open recent"
DEVICE: Final = "Device"
PRESETS: Final = "Presets"
PANELS: Final = "Panels"
COMPARE: Final = "Compare with"
"""Menus that the window fills."""

MENU_BAR: Final = (
    MenuSpec(
        "&File",
        (
            *("file.open_folder", "file.open_voc", "file.open_list", "file.open_project"),
            MenuSpec("Open &recent", name=RECENT),
            SEPARATOR,
            *("file.classes", "file.add_images", "file.import_labels", "file.save_labels"),
            *("file.folders", "file.save_elsewhere"),
            SEPARATOR,
            *("file.export", "file.export_all"),
            SEPARATOR,
            *("file.settings", "file.close_project", "file.quit"),
        ),
    ),
    MenuSpec(
        "&Edit",
        (
            *("edit.undo", "edit.redo", "edit.history"),
            SEPARATOR,
            *("edit.clean_up", "edit.remove_corrections", "edit.bake"),
            SEPARATOR,
            "edit.note",
        ),
    ),
    MenuSpec(
        "&View",
        (
            *("view.labelling", "view.training"),
            SEPARATOR,
            *("view.zoom_in", "view.zoom_out", "view.zoom_fit", "view.zoom_actual"),
            SEPARATOR,
            *(
                "view.label_map",
                "view.mask",
                "view.saliency",
                "view.corrections",
                "view.ground_truth",
                "view.difference",
            ),
            SEPARATOR,
            *("view.peek", "view.blink", "view.split"),
            MenuSpec(COMPARE),
            SEPARATOR,
            *("view.grid", "view.pixel_grid", "view.minimap"),
            MenuSpec(PANELS),
            SEPARATOR,
            "view.full_screen",
        ),
    ),
    MenuSpec(
        "&Image",
        (
            *("image.next", "image.previous", "image.next_unfinished", "image.find"),
            SEPARATOR,
            *("image.accept_next", "image.accept", "image.needs_work", "image.skip"),
        ),
    ),
    MenuSpec(
        "&Labels",
        (
            *("class.next", "class.previous", "class.tick", "class.confirm"),
            MenuSpec("&By number", tuple(f"class.digit_{digit}" for digit in range(10)), name="By number"),
            SEPARATOR,
            *("threshold.theta_up", "threshold.theta_down", "threshold.alpha_up", "threshold.alpha_down"),
            *("threshold.beta_up", "threshold.beta_down"),
            SEPARATOR,
            *("threshold.reset", "threshold.for_project"),
            MenuSpec("Pre&sets", name=PRESETS),
        ),
    ),
    MenuSpec(
        "&Tools",
        (
            *("tool.hand", "tool.brush", "tool.eraser", "tool.ignore", "tool.revert"),
            SEPARATOR,
            *(
                "tool.polygon",
                "tool.lasso",
                "tool.rectangle",
                "tool.fill",
                "tool.replace",
                "tool.pick",
                "tool.saliency",
            ),
            SEPARATOR,
            *("tool.bigger", "tool.smaller", "tool.square"),
        ),
    ),
    MenuSpec(
        "&Model",
        (
            *("model.run", "model.run_all", "model.cancel"),
            SEPARATOR,
            *("model.choose", "model.saliency"),
            MenuSpec("&Device", name=DEVICE),
            SEPARATOR,
            *("train.new", "train.folder"),
        ),
    ),
    MenuSpec(
        "&Help",
        (
            *("help.guide", "help.keys", "help.palette", "help.shortcuts"),
            SEPARATOR,
            *("help.log", "help.about"),
        ),
    ),
)

MAIN_BAR: Final = (
    *("file.open_folder", "file.export", SEPARATOR, "edit.undo", "edit.redo", SEPARATOR),
    *("image.previous", "image.next", "image.accept_next", SEPARATOR),
    *("view.zoom_out", "view.zoom_in", "view.zoom_fit", "view.zoom_actual", SEPARATOR),
    *("view.label_map", "view.mask", "view.saliency", "view.split", "view.grid", SEPARATOR),
    *("model.run", "model.run_all", "model.cancel"),
)
"""The tool bar along the top."""

PLACE_BAR: Final = ("view.labelling", "view.training")
"""The switch between labelling and training, before the tool bar along the top."""

TOOL_BAR: Final = (
    *("tool.hand", "tool.brush", "tool.eraser", "tool.ignore", "tool.revert", SEPARATOR),
    *("tool.polygon", "tool.lasso", "tool.rectangle", "tool.fill", "tool.replace", "tool.pick", SEPARATOR),
    *("tool.saliency", SEPARATOR),
    *("tool.smaller", "tool.bigger"),
)
"""The tool bar at the side."""
