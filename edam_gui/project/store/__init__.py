"""The project file: SQLite, one writer, nothing lost, nothing trusted.

Schema, version 1 (`schema.py` has the statements):

- ``setting(key, value)``: JSON values of the project: ``project`` (a uuid), ``home`` (its folder when
  all roots were last in place),
  ``label_set``, ``choices``, ``annotator``, and what the session keeps.
- ``root(id, name, place)``: the folders that paths are relative to. ``place`` is relative to the project's folder, or
  absolute; absolute ones outside it are read only when the user has granted them.
- ``role(role, root, path)``: the folder (or file) of saliency maps, activation masks, image-level labels, ground truth,
  base label maps, photos.
- ``image(id, root, path, folded, natural, position, status, labelled, history, corrected, note, annotator, changed)``:
  one row an image; ids are stable. ``natural`` sorts as file managers sort, ``position`` is the order of adding.
  ``labelled = 0``: nothing is known of its classes. ``history``: the last step that holds.
- ``tick(image, class, suggested)``: image-level labels.
- ``threshold(image, class, fields)``: partial thresholds as JSON; image 0 is the project, class 0 is every class.
- ``view(image, state)``: zoom and layers, JSON.
- ``step(image, seq, kind, name, payload, time)``: the history; payloads are opaque.
- ``snapshot(image, kind, seq, payload)``: a layer after step ``seq``.

Changes go through `ProjectStore.submit`; a batch is written whole or not at all, in order, by one thread, with
``synchronous=FULL``. Reading one image or the project sees what was submitted at once, lists see it after `flush`.
"""

from edam_gui.project.store.checks import DamagedError
from edam_gui.project.store.paths import UngrantedError
from edam_gui.project.store.project_store import ProjectStore
from edam_gui.project.store.values import (
    Counts,
    ImageRecord,
    ImageRow,
    Location,
    Query,
    Role,
    Root,
    Snapshot,
    Sort,
    Status,
    Step,
    StepInfo,
    Ticks,
)

__all__ = [
    "Counts",
    "DamagedError",
    "ImageRecord",
    "ImageRow",
    "Location",
    "ProjectStore",
    "Query",
    "Role",
    "Root",
    "Snapshot",
    "Sort",
    "Status",
    "Step",
    "StepInfo",
    "Ticks",
    "UngrantedError",
]
