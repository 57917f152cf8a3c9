"""Headless commands, one function each."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

import edam_gui
from edam_gui import cli_output
from edam_gui.core.errors import Cancelled, EdamError, OptionError
from edam_gui.core.options import Dialect, Rule, ScoreForm, ScoreSource
from edam_gui.imaging.activation_file import MaskKeys
from edam_gui.jobs import CancelToken

EXIT_DONE = 0
EXIT_SOME_FAILED = 1
EXIT_UNUSABLE = 2
EXIT_INTERRUPTED = 130

app = typer.Typer(
    name="edam-gui",
    help="From image-level labels to pixel label maps: EDAM activation masks, saliency, three thresholds.",
    add_completion=False,
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
    context_settings={"help_option_names": ["-h", "--help"]},
)

JsonFile = Annotated[Path | None, typer.Option("--json", help="Write what happened as JSON; '-' = standard output.")]
ListFile = Annotated[
    Path | None, typer.Option("--list", help="Only these images, in this order: one stem or path a line.")
]
ClassFile = Annotated[Path | None, typer.Option("--classes", help="JSON class file; PASCAL VOC without it.")]


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
        typer.echo("The window is not part of this version yet; try 'demo' first, then 'label'.")


@app.command()
def demo(
    out: Annotated[Path, typer.Option(help="Folder to write into.")] = Path("edam-demo"),
    gui: Annotated[
        bool, typer.Option("--gui/--no-gui", help="Open the window on it (no window in this version).")
    ] = True,
) -> None:
    """Label four real photos and draw a contact sheet."""
    with _sentences():
        from edam_gui.batch.demo import DEMO_PHOTOS, run_demo

        with cli_output.progress_bar("Labelling", len(DEMO_PHOTOS)) as bar, _interruptible() as token:
            result = run_demo(out, token, bar.image_done)
        cli_output.print_label_report(result.report)
        cli_output.note(f"Look at {result.sheet}; the label maps are in {result.folder / 'label_maps'}.")
        _ = gui  # Accepted so that scripts written today keep working when there is a window.
        raise typer.Exit(_exit_code(len(result.report.written), len(result.report.failed), result.report.cancelled))


@app.command()
def label(
    images: Annotated[Path, typer.Argument(help="A folder, a VOC root, a list file or one image.")],
    out: Annotated[Path, typer.Option(help="Folder for the PNG label maps.")],
    list_file: ListFile = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="Image-level labels: VOC XML folder, cls_labels.npy, CSV, JSON, or a folder of label maps."),
    ] = None,
    classes: ClassFile = None,
    model: Annotated[str | None, typer.Option(help="Name of a shipped model, or a checkpoint file.")] = None,
    masks: Annotated[
        Path | None, typer.Option(help="Folder of activation maps (.npy, .npz) of any method instead of a model.")
    ] = None,
    mask_keys: Annotated[
        MaskKeys, typer.Option(help="Keys of .npy dictionaries: 'cam' 0 = first class, 'crf' 0 = background.")
    ] = MaskKeys.CAM,
    saliency: Annotated[str | None, typer.Option(help="Folder of saliency maps, matched by name.")] = None,
    scores: Annotated[ScoreSource, typer.Option(help="What the thresholds act on.")] = ScoreSource.MASKS,
    score_form: Annotated[
        ScoreForm | None, typer.Option(help="'mean': sum / passes; 'max': each class / its own maximum.")
    ] = None,
    dialect: Annotated[
        Dialect | None, typer.Option(help="'paper': Algorithm 1 as printed; 'reference': the authors' script.")
    ] = None,
    rule: Annotated[Rule | None, typer.Option(help="Judge pixels, or connected regions ('paper' only).")] = None,
    theta: Annotated[float | None, typer.Option(help="Saliency cut, 0..255.")] = None,
    alpha: Annotated[float | None, typer.Option(help="Background suppression, 0..1.")] = None,
    beta: Annotated[float | None, typer.Option(help="Foreground pop-up, 0..1.")] = None,
    background: Annotated[
        float | None, typer.Option(help="Score a class must exceed without a saliency map ('reference'), 0..1.")
    ] = None,
    scales: Annotated[str | None, typer.Option(help="Sizes of the passes, e.g. 1,0.5,1.5,2.")] = None,
    device: Annotated[str, typer.Option(help="auto, cpu, cuda, cuda:N or mps.")] = "auto",
    precision: Annotated[str, typer.Option(help="auto, fp32, fp16 or bf16.")] = "auto",
    save_masks: Annotated[Path | None, typer.Option(help="Folder for the scores (.npz), usable as --masks.")] = None,
    save_overlays: Annotated[Path | None, typer.Option(help="Folder for overlays (.jpg).")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Keep valid label maps of an earlier run in --out.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="With --resume: redo a run that was made with other options.")
    ] = False,
    json_file: JsonFile = None,
) -> None:
    """Turn images into PNG label maps."""
    with _sentences():
        from edam_gui.batch.label_options import LabelRequest, RuleOptions
        from edam_gui.batch.label_run import LabelRun

        _refuse_later(saliency, scores)
        request = LabelRequest(
            images=images,
            out=out,
            list_file=list_file,
            labels=labels,
            classes=classes,
            saliency=None if saliency is None else Path(saliency),
            masks=masks,
            model=model,
            mask_keys=mask_keys,
            rule=RuleOptions(dialect, rule, score_form, theta, alpha, beta, background),
            scales=_scales(scales),
            device=device,
            precision=precision,
            save_masks=save_masks,
            save_overlays=save_overlays,
            resume=resume,
            overwrite=overwrite,
        )
        run = LabelRun(request)
        cli_output.print_label_start(run, quiet=_is_stdout(json_file))
        with cli_output.progress_bar("Labelling", len(run.entries)) as bar, _interruptible() as token:
            report = run.run(token, bar.image_done)
        cli_output.print_label_report(report)
        if json_file is not None:
            cli_output.write_json(json_file, report.to_json())
        failed = len(report.failed) + len(report.problems)
        raise typer.Exit(_exit_code(len(report.written) + len(report.kept), failed, report.cancelled))


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
    with _sentences():
        from edam_gui.batch.evaluate import EvaluateRequest
        from edam_gui.batch.evaluate import evaluate as compare

        request = EvaluateRequest(pred, gt, list_file, classes, skip_ignored_pred, absent_as_zero)
        with cli_output.progress_bar("Comparing", None) as bar, _interruptible() as token:
            evaluation = compare(request, token, bar.count)
        cli_output.print_evaluation(evaluation, quiet=_is_stdout(json_file))
        if json_file is not None:
            cli_output.write_json(json_file, evaluation.to_json())
        if plot is not None and evaluation.images:
            from edam_gui.batch.evaluation_plot import save_evaluation_plot

            save_evaluation_plot(evaluation, plot)
        raise typer.Exit(_exit_code(evaluation.images, len(evaluation.missing) + len(evaluation.failed), False))


@contextmanager
def _sentences() -> Iterator[None]:
    """Print an error's sentence instead of a traceback."""
    try:
        yield
    except EdamError as error:
        cli_output.error(str(error))
        raise typer.Exit(EXIT_UNUSABLE) from None
    except (Cancelled, KeyboardInterrupt):
        cli_output.error("Stopped.")
        raise typer.Exit(EXIT_INTERRUPTED) from None


@contextmanager
def _interruptible() -> Iterator[CancelToken]:
    """Turn the first Ctrl-C (or SIGTERM) into a clean stop; a second one ends the program at once."""
    import signal

    token = CancelToken()
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}

    def stop(number: int, frame: object) -> None:  # noqa: ARG001
        token.cancel()
        signal.signal(number, before[signal.Signals(number)])

    for number in before:
        signal.signal(number, stop)
    try:
        yield token
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _refuse_later(saliency: str | None, scores: ScoreSource) -> None:
    if saliency == "auto":
        raise OptionError(
            "--saliency auto is not part of this version yet; give a folder of saliency maps, or leave it out."
        )
    if scores is ScoreSource.CRF:
        raise OptionError("--scores crf is not part of this version yet; use --scores masks.")


def _scales(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise OptionError(f"--scales takes numbers with commas between, such as 1,0.5,1.5,2, not '{text}'.") from None


def _is_stdout(path: Path | None) -> bool:
    return path is not None and str(path) == "-"


def _exit_code(done: int, failed: int, cancelled: bool) -> int:
    if cancelled:
        return EXIT_INTERRUPTED
    if not done:
        return EXIT_UNUSABLE
    return EXIT_SOME_FAILED if failed else EXIT_DONE
