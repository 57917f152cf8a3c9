"""The command `label`."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from edam_gui import cli_output
from edam_gui.cli_frame import (
    ClassFile,
    JsonFile,
    ListFile,
    chosen_model,
    exit_code,
    interruptible,
    is_stdout,
    sentences,
)
from edam_gui.core.errors import OptionError
from edam_gui.core.options import Dialect, Rule, ScoreForm, ScoreSource
from edam_gui.imaging.activation_file import MaskKeys

if TYPE_CHECKING:
    from edam_gui.batch.label_options import CrfOptions

AUTO = "auto"


def label(
    images: Annotated[Path, typer.Argument(help="A folder, a VOC root, a list file or one image.")],
    out: Annotated[Path, typer.Option(help="Folder for the PNG label maps.")],
    list_file: ListFile = None,
    labels: Annotated[
        Path | None,
        typer.Option(help="Image-level labels: VOC XML folder, cls_labels.npy, CSV, JSON, or a folder of label maps."),
    ] = None,
    classes: ClassFile = None,
    model: Annotated[
        str | None, typer.Option(help="Name of a shipped model, a checkpoint file, or the folder of a training run.")
    ] = None,
    masks: Annotated[
        Path | None, typer.Option(help="Folder of activation maps (.npy, .npz) of any method instead of a model.")
    ] = None,
    mask_keys: Annotated[
        MaskKeys, typer.Option(help="Keys of .npy dictionaries: 'cam' 0 = first class, 'crf' 0 = background.")
    ] = MaskKeys.CAM,
    saliency: Annotated[
        str | None, typer.Option(help="Folder of saliency maps, matched by name, or 'auto' to make them.")
    ] = None,
    saliency_method: Annotated[
        str | None, typer.Option(help="How 'auto' makes them; 'saliency --help' lists the methods.")
    ] = None,
    ignore_saliency: Annotated[
        str | None, typer.Option(help="Classes whose pixels ignore saliency, e.g. sofa,chair; or 'none'.")
    ] = None,
    scores: Annotated[
        ScoreSource | None, typer.Option(help="What the thresholds act on: 'masks', or 'crf': a dense CRF run on them.")
    ] = None,
    refine: Annotated[
        bool, typer.Option("--refine", help="Run a dense CRF on the label map that the thresholds gave.")
    ] = False,
    crf: Annotated[
        str | None, typer.Option(help="Parameters of the dense CRF, e.g. iterations=3,bilateral_sxy=80.")
    ] = None,
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
    with sentences():
        from edam_gui.batch.label_options import LabelRequest, RuleOptions
        from edam_gui.batch.label_run import LabelRun

        if saliency_method is not None and saliency != AUTO:
            raise OptionError("--saliency-method goes with --saliency auto.")
        from edam_gui.imaging.saliency import DEFAULT_METHOD

        request = LabelRequest(
            images=images,
            out=out,
            list_file=list_file,
            labels=labels,
            classes=classes,
            saliency=None if saliency in (None, AUTO) else Path(str(saliency)),
            saliency_method=(saliency_method or DEFAULT_METHOD) if saliency == AUTO else None,
            ignore_saliency=ignore_saliency,
            crf=_crf_options(crf),
            refine=refine,
            masks=masks,
            model=chosen_model(model),
            mask_keys=mask_keys,
            rule=RuleOptions(dialect, rule, scores, score_form, theta, alpha, beta, background),
            scales=_scales(scales),
            device=device,
            precision=precision,
            save_masks=save_masks,
            save_overlays=save_overlays,
            resume=resume,
            overwrite=overwrite,
        )
        run = LabelRun(request)
        cli_output.print_label_start(run, quiet=is_stdout(json_file))
        with cli_output.progress_bar("Labelling", len(run.entries)) as bar, interruptible() as token:
            report = run.run(token, bar.image_done)
        cli_output.print_label_report(report)
        if json_file is not None:
            cli_output.write_json(json_file, report.to_json())
        failed = len(report.failed) + len(report.problems)
        raise typer.Exit(exit_code(len(report.written) + len(report.kept), failed, report.cancelled))


def _scales(text: str | None) -> tuple[float, ...] | None:
    if text is None:
        return None
    try:
        return tuple(float(part) for part in text.split(","))
    except ValueError:
        raise OptionError(f"--scales takes numbers with commas between, such as 1,0.5,1.5,2, not '{text}'.") from None


def _crf_options(text: str | None) -> CrfOptions:
    """Read ``iterations=3,bilateral_sxy=80,confidence=0.7``."""
    from edam_gui.batch.label_options import CrfOptions
    from edam_gui.imaging.crf.parameters import CrfParameters

    of_the_run = ("background_exponent", "confidence")
    known = (*(field.name for field in fields(CrfParameters)), *of_the_run)
    changed: dict[str, Any] = {}
    for part in (text or "").split(","):
        name, _, value = (word.strip() for word in part.partition("="))
        if not name:
            continue
        if name not in known:
            raise OptionError(f"--crf knows {', '.join(known)}, not '{name}'.")
        try:
            changed[name] = int(value) if name == "iterations" else float(value)
        except ValueError:
            raise OptionError(f"--crf: '{value}' is not a number for {name}.") from None
    own = {name: changed.pop(name) for name in of_the_run if name in changed}
    return CrfOptions(CrfParameters(**changed), **own)
