"""Opening, exporting, closing."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.action_rows.conditions import IMAGE, PROJECT, WRITABLE_PROJECT
from edam_gui.gui.shell.action_spec import ActionSpec

FILE: Final = (
    ActionSpec(
        "file.open_folder", "Open &folder…", "File", icon="open-folder", keys=("Ctrl+O",), tip="Open a folder of photos"
    ),
    ActionSpec(
        "file.open_voc",
        "Open &VOC root…",
        "File",
        icon="voc",
        keys=("Ctrl+Shift+V",),
        tip="Open a PASCAL VOC root by one of its lists",
    ),
    ActionSpec("file.open_list", "Open &list…", "File", icon="open-list", tip="Open the photos that a text file names"),
    ActionSpec(
        "file.open_project",
        "Open &project…",
        "File",
        icon="open-project",
        keys=("Ctrl+Shift+O",),
        tip="Go on with a project.edam",
    ),
    ActionSpec(
        "file.add_images",
        "&Add images…",
        "File",
        icon="add-images",
        tip="Add photos to this project",
        enabled_when=WRITABLE_PROJECT,
    ),
    ActionSpec(
        "file.import_labels",
        "&Import image-level labels…",
        "File",
        icon="import",
        keys=("Ctrl+I",),
        tip="Read which classes are in which photo: CSV, JSON, VOC XML, cls_labels.npy or label maps",
        enabled_when=WRITABLE_PROJECT,
    ),
    ActionSpec(
        "file.folders",
        "Fol&ders of this project…",
        "File",
        icon="folder",
        tip="Choose where saliency maps, masks and ground truth are, and see what matches",
        enabled_when=PROJECT,
    ),
    ActionSpec(
        "file.classes",
        "Classes…",
        "File",
        icon="edit",
        keys=("Ctrl+Shift+K",),
        tip="Add, rename, recolour or load the classes of this project",
        enabled_when=WRITABLE_PROJECT,
    ),
    ActionSpec(
        "file.save_labels",
        "Save image-level la&bels as…",
        "File",
        icon="tag",
        tip="Write the ticked classes as cls_labels.npy or CSV",
        enabled_when=PROJECT,
    ),
    ActionSpec(
        "file.save_elsewhere",
        "Save pro&ject elsewhere…",
        "File",
        icon="save",
        keys=("Ctrl+Shift+S",),
        tip="Write a full copy of the project to another place and go on in it",
        enabled_when=PROJECT,
    ),
    ActionSpec(
        "file.export",
        "&Export this label map…",
        "File",
        icon="export",
        keys=("Ctrl+E",),
        tip="Write the label map on the screen as an indexed PNG",
        enabled_when=IMAGE,
    ),
    ActionSpec(
        "file.export_all",
        "E&xport all…",
        "File",
        icon="export-all",
        keys=("Ctrl+Shift+E",),
        tip="Write label maps, a VOC tree or overlays of all images or of some",
        enabled_when=PROJECT,
    ),
    ActionSpec(
        "file.close_project",
        "&Close project",
        "File",
        icon="close",
        keys=("Ctrl+W",),
        tip="Close the project; everything is saved already",
        enabled_when=PROJECT,
    ),
    ActionSpec(
        "file.settings", "&Settings…", "File", icon="settings", keys=("Ctrl+,",), tip="Look, behaviour and shortcuts"
    ),
    ActionSpec(
        "file.quit",
        "&Quit",
        "File",
        icon="quit",
        keys=("Ctrl+Q",),
        tip="Close the program; everything is saved already",
    ),
)
