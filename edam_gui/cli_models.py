"""Headless commands about checkpoints."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from edam_gui import cli_output
from edam_gui.cli_frame import sentences


def import_checkpoint(
    file: Annotated[Path, typer.Argument(help="A checkpoint of the authors' code (.pth).")],
    out: Annotated[Path, typer.Option(help="The checkpoint to write, such as models/NAME.safetensors.")],
    classes: Annotated[
        Path | None, typer.Option(help="JSON class file, in the order of the masks; PASCAL VOC without it.")
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace --out if it exists.")] = False,
) -> None:
    """Turn a checkpoint of the authors' code into one of this program; nothing in it is executed."""
    with sentences():
        from edam_gui.imaging.class_file import read_class_file
        from edam_gui.model.import_checkpoint import import_checkpoint as convert

        info = convert(file, out, read_class_file(classes) if classes else None, overwrite=overwrite)
        cli_output.note(
            f"{out}: {info.backbone}, {len(info.classes)} classes; from {file.name}, "
            f"SHA-256 {info.provenance['sha256'][:16]}..."
        )
        if info.cma is None:
            cli_output.note("The file has no CMA module: masks need none, but a training that goes on from it does.")


def add_commands(app: typer.Typer) -> None:
    """Add the commands of this file."""
    app.command(name="import-checkpoint")(import_checkpoint)
