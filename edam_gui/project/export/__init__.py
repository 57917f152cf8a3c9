"""Label maps, VOC trees, overlays and contact sheets out of a project; it knows no model: the caller makes label maps.

An export's folder holds, besides the formats that were chosen: `provenance.json` (program version, what each image was
made with), `classes.json`, `cls_labels.npy` and `cls_labels.csv`, and a hidden journal by which it can be resumed.
"""

from edam_gui.project.export.report import ExportProgress, ExportReport
from edam_gui.project.export.request import ExportFormat, ExportImage, ExportRequest, Labelled, PhotoLink, Split
from edam_gui.project.export.run import export_images
from edam_gui.project.export.selection import select_images

__all__ = [
    "ExportFormat",
    "ExportImage",
    "ExportProgress",
    "ExportReport",
    "ExportRequest",
    "Labelled",
    "PhotoLink",
    "Split",
    "export_images",
    "select_images",
]
