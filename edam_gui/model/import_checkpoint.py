"""Turning an authors' checkpoint into one of this program."""

from __future__ import annotations

from pathlib import Path

import edam_gui
from edam_gui.core.errors import InputFileError, OptionError, OutputError
from edam_gui.core.label_set import LabelSet
from edam_gui.model.authors_checkpoint import read_authors_checkpoint
from edam_gui.model.checkpoint import file_sha256, is_foreign, load_checkpoint, save_checkpoint
from edam_gui.model.checkpoint_info import CheckpointInfo
from edam_gui.model.shipped import SUFFIX


def import_checkpoint(
    source: Path, out: Path, classes: LabelSet | None = None, *, overwrite: bool = False
) -> CheckpointInfo:
    """Write an authors' `.pth` as `.safetensors`, with file name and hash in its provenance, and read it back.

    Parameters
    ----------
    source
        The file; it is not changed.
    out
        Ends in `.safetensors`.
    classes
        As `read_authors_checkpoint` takes them.
    overwrite
        Whether `out` may exist.

    Returns
    -------
    CheckpointInfo
        What was written.

    Raises
    ------
    InputFileError
        The source cannot be used.
    OptionError
        The classes do not fit, or `out` has another suffix.
    OutputError
        `out` exists or cannot be written.
    """
    if out.suffix != SUFFIX:
        raise OptionError(f"The imported checkpoint's name must end in {SUFFIX}: {out}")
    if out.exists() and not overwrite:
        raise OutputError(out, "exists already; give another name, or --overwrite")
    try:
        if not is_foreign(source):
            raise InputFileError(source, "this is no PyTorch checkpoint, so there is nothing to import.")
        sha256 = file_sha256(source)
    except OSError as error:
        raise InputFileError(source, f"the file cannot be read ({error.strerror or error}).") from None
    provenance = {
        "file": source.name,
        "sha256": sha256,
        "format": "PyTorch state dict of the authors' network (allenwu97/EDAM)",
        "imported_by": f"edam-gui {edam_gui.__version__}",
    }
    checkpoint = read_authors_checkpoint(source, classes, provenance)
    save_checkpoint(out, checkpoint.network, checkpoint.info, cma=checkpoint.cma)
    return load_checkpoint(out).info
