"""Headless commands, one function each."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Annotated

import typer

import edam_gui
from edam_gui import cli_models, cli_output
from edam_gui.cli_export import export
from edam_gui.cli_frame import ClassFile, JsonFile, ListFile, exit_code, interruptible, is_stdout, sentences
from edam_gui.cli_label import label
from edam_gui.cli_runs import runs
from edam_gui.cli_saliency import saliency
from edam_gui.cli_train import train
from edam_gui.cli_train_help import TrainCommand

app = typer.Typer(
    name="edam-gui",
    help="From image-level labels to pixel label maps: EDAM activation masks, saliency, three thresholds.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

cli_models.add_commands(app)


def main() -> None:
    """Start the program."""
    app()


@app.callback(invoke_without_command=True)
def start(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.", is_eager=True)] = False,
) -> None:
    """Show what there is."""
    if version:
        typer.echo(f"edam-gui {edam_gui.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        typer.echo(context.get_help())


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("edam-demo"),
    gui: Annotated[
        bool,
        typer.Option("--gui/--no-gui", help="Open the window on the photos afterwards, where there is a screen."),
    ] = True,
) -> None:
    """Label four real photos step by step and draw a contact sheet."""
    with sentences():
        from edam_gui.batch.demo import DEMO_PHOTOS, run_demo

        with cli_output.progress_bar("Labelling", len(DEMO_PHOTOS)) as bar, interruptible() as token:
            result = run_demo(out, token, bar.image_done)
        cli_output.print_label_report(result.report)
        if result.sheet is not None:
            cli_output.note(f"Look at {result.sheet}; the label maps are in {result.folder / 'label_maps'}.")
        if gui and result.sheet is not None:
            _show_demo(result.folder / "images")
        raise typer.Exit(exit_code(len(result.report.written), len(result.report.failed), result.report.cancelled))


def _show_demo(folder: Path) -> None:
    """Open the window on the demo's photos where somebody sits in front; as another process, commands know no Qt."""
    if not sys.stdout.isatty():
        cli_output.note(f"The window on these photos: python main.py {folder}")
        return
    cli_output.note("Opening the window; --no-gui leaves that out.")
    subprocess.run([sys.executable, "-m", "edam_gui", "gui", str(folder)], check=False)  # noqa: S603 - our own program


app.command()(label)
app.command()(saliency)
app.command()(export)
app.command(cls=TrainCommand)(train)
app.command()(runs)


@app.command()
def evaluate(
    pred: Annotated[Path, typer.Option(help="Folder of predicted label maps.")],
    gt: Annotated[Path, typer.Option(help="Folder of ground truth label maps.")],
    list_file: ListFile = None,
    classes: ClassFile = None,
    skip_ignored_pred: Annotated[
        bool, typer.Option("--skip-ignored-pred", help="Leave pixels predicted 255 out instead of counting a miss.")
    ] = False,
    absent_as_zero: Annotated[
        bool, typer.Option("--absent-as-zero", help="Classes in neither map count as IoU 0, as in the authors' script.")
    ] = False,
    json_file: JsonFile = None,
    plot: Annotated[Path | None, typer.Option(help="Draw IoU per class and the confusion matrix into a PNG.")] = None,
) -> None:
    """Compare label maps with ground truth: IoU, precision, recall, mIoU."""
    with sentences():
        from edam_gui.batch.evaluate import EvaluateRequest
        from edam_gui.batch.evaluate import evaluate as compare

        request = EvaluateRequest(pred, gt, list_file, classes, skip_ignored_pred, absent_as_zero)
        with cli_output.progress_bar("Comparing", None) as bar, interruptible() as token:
            evaluation = compare(request, token, bar.count)
        cli_output.print_evaluation(evaluation, quiet=is_stdout(json_file))
        if json_file is not None:
            cli_output.write_json(json_file, evaluation.to_json())
        if plot is not None and evaluation.images:
            from edam_gui.batch.evaluation_plot import save_evaluation_plot

            save_evaluation_plot(evaluation, plot)
        raise typer.Exit(exit_code(evaluation.images, len(evaluation.missing) + len(evaluation.failed), False))
