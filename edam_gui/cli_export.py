"""The command `export`: a labelling project's label maps, without a window."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from edam_gui import cli_output
from edam_gui.cli_frame import JsonFile, chosen_model, exit_code, interruptible, is_stdout, sentences
from edam_gui.core.errors import OptionError

if TYPE_CHECKING:
    from edam_gui.project.export import ExportReport, ExportRequest, Split
    from edam_gui.project.store import Query

_ANY: Final = "any"


def export(
    project: Annotated[Path, typer.Argument(help="Project file (.edam), or the folder that holds it.")],
    out: Annotated[Path, typer.Option(help="Folder to write into.")],
    status: Annotated[
        list[str] | None,
        typer.Option(
            help="Only images of this status: new, in_progress, accepted, needs_work, skipped, or any; repeatable. "
            "All but skipped ones without it."
        ),
    ] = None,
    form: Annotated[
        list[str] | None, typer.Option("--format", help="png (default), voc, overlay or sheet; repeatable.")
    ] = None,
    val_share: Annotated[float, typer.Option(help="Share of images in val.txt (voc).")] = 0.2,
    seed: Annotated[int, typer.Option(help="Chooses which images go to val.txt (voc).")] = 0,
    model: Annotated[
        str | None, typer.Option(help="Instead of the project's model: name, checkpoint file or run.")
    ] = None,
    device: Annotated[str | None, typer.Option(help="auto, cpu, mps, cuda or cuda:N.")] = None,
    allow: Annotated[
        list[Path] | None, typer.Option(help="A folder or file outside the project's that it may read; repeatable.")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with an earlier export.")] = False,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Write into a folder that holds other files.")] = False,
    json_file: JsonFile = None,
) -> None:
    """Export a labelling project: label maps, a VOC tree, overlays or contact sheets."""
    with sentences():
        from edam_gui.project.export import Split
        from edam_gui.session.headless import export_project

        request = _request(out, form, Split(val_share, seed), resume=resume, overwrite=overwrite)
        query = _query(status)
        with cli_output.progress_bar("Exporting", None) as bar, interruptible() as token:
            report = export_project(
                project,
                request,
                query,
                token=token,
                progress=bar.count,
                model=chosen_model(model),
                device=device,
                granted=allow,
            )
        if json_file is not None:
            cli_output.write_json(json_file, report.to_json())
        _print(report, quiet=is_stdout(json_file))
        done = len(report.written) + len(report.kept)
        raise typer.Exit(exit_code(done, len(report.failed) + len(report.problems), report.cancelled))


def _request(out: Path, forms: list[str] | None, split: Split, *, resume: bool, overwrite: bool) -> ExportRequest:
    from edam_gui.core.label_set import PASCAL_VOC
    from edam_gui.project.export import ExportFormat, ExportRequest

    known = [form.value for form in ExportFormat]
    wanted = forms or [ExportFormat.PNG.value]
    for form in wanted:
        if form not in known:
            raise OptionError(f"--format is one of {', '.join(known)}, not '{form}'.")
    return ExportRequest(
        out, PASCAL_VOC, frozenset(map(ExportFormat, wanted)), split=split, resume=resume, overwrite=overwrite
    )


def _query(statuses: list[str] | None) -> Query:
    from edam_gui.project.store import Query, Status

    known = [*(status.value for status in Status), _ANY]
    for status in statuses or ():
        if status not in known:
            raise OptionError(f"--status is one of {', '.join(known)}, not '{status}'.")
    if not statuses:
        return Query(statuses=frozenset(Status) - {Status.SKIPPED})
    return Query() if _ANY in statuses else Query(statuses=frozenset(map(Status, statuses)))


def _print(report: ExportReport, *, quiet: bool) -> None:
    for name, sentence in report.failed:
        cli_output.error(f"{name}: {sentence}")
    for sentence in report.problems:
        cli_output.error(sentence)
    if quiet:
        return
    if report.cancelled:
        done = len(report.written) + len(report.kept)
        cli_output.note(f"Stopped: {done} of {report.total} exported; the same command with --resume goes on.")
    else:
        kept = f", {len(report.kept)} kept" if report.kept else ""
        failed = f", {len(report.failed)} failed" if report.failed else ""
        cli_output.note(f"{len(report.written)} images exported{kept}{failed} in {report.seconds:.1f} s: {report.out}")
