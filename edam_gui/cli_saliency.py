"""The command `saliency`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

import typer

from edam_gui import cli_output
from edam_gui.cli_frame import JsonFile, ListFile, exit_code, interruptible, is_stdout, sentences

if TYPE_CHECKING:
    from edam_gui.imaging.onnx_saliency import OnnxOptions

T = TypeVar("T")


def saliency(
    images: Annotated[Path, typer.Argument(help="A folder, a VOC root, a list file or one image.")],
    out: Annotated[Path, typer.Option(help="Folder for the saliency maps (8-bit grey PNG).")],
    list_file: ListFile = None,
    method: Annotated[
        str | None,
        typer.Option(help="rbd (default), combined, frequency, geodesic or mbd; none needs weights."),
    ] = None,
    onnx: Annotated[
        Path | None, typer.Option(help="A saliency network (ONNX file: one image in, one map out) instead of a method.")
    ] = None,
    onnx_size: Annotated[
        str | None, typer.Option(help="Its input size, 320 or 320x240 (width first), where the file leaves it open.")
    ] = None,
    onnx_mean: Annotated[
        str | None, typer.Option(help="Mean of R,G,B on the 0..1 scale (0..255 if above 1); ImageNet's if left out.")
    ] = None,
    onnx_std: Annotated[str | None, typer.Option(help="Standard deviation of R,G,B; goes with --onnx-mean.")] = None,
    onnx_order: Annotated[str | None, typer.Option(help="Channel order it takes: rgb or bgr.")] = None,
    onnx_seconds: Annotated[
        float | None, typer.Option(help="Longest time for loading it, and for each image (120 s).")
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Keep valid maps of an earlier run in --out.")] = False,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="With --resume: redo a run that was made with other options.")
    ] = False,
    json_file: JsonFile = None,
) -> None:
    """Make saliency maps for images, usable as `label --saliency`."""
    with sentences():
        from edam_gui.batch.saliency_run import SaliencyRequest, SaliencyRun

        request = SaliencyRequest(
            images=images,
            out=out,
            list_file=list_file,
            method=method,
            onnx=onnx,
            onnx_options=_onnx_options(onnx_size, onnx_mean, onnx_std, onnx_order, onnx_seconds),
            resume=resume,
            overwrite=overwrite,
        )
        run = SaliencyRun(request)
        if not is_stdout(json_file):
            cli_output.note(f"{len(run.entries)} image(s)")
        with cli_output.progress_bar("Saliency", len(run.entries)) as bar, interruptible() as token:
            report = run.run(token, bar.image_done)
        cli_output.print_run_report(report, f"saliency map(s) made ({report.options['method']})")
        if json_file is not None:
            cli_output.write_json(json_file, report.to_json())
        failed = len(report.failed) + len(report.problems)
        raise typer.Exit(exit_code(len(report.written) + len(report.kept), failed, report.cancelled))


def _onnx_options(
    size: str | None, mean: str | None, std: str | None, order: str | None, seconds: float | None
) -> OnnxOptions | None:
    if all(option is None for option in (size, mean, std, order, seconds)):
        return None
    from edam_gui.imaging.onnx_saliency import OnnxOptions
    from edam_gui.imaging.onnx_saliency.options import parse_order, parse_size, parse_triple

    return OnnxOptions(
        size=_parsed(size, parse_size),
        mean=_parsed(mean, parse_triple),
        std=_parsed(std, parse_triple),
        bgr=_parsed(order, parse_order),
        seconds=OnnxOptions.seconds if seconds is None else seconds,
    )


def _parsed(words: str | None, parse: Callable[[str], T]) -> T | None:
    return None if words is None else parse(words)
