"""What the commands print. Progress and notes go to standard error, results to standard output."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from rich import progress as rich_progress
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from edam_gui.imaging.atomic import write_bytes

if TYPE_CHECKING:
    from edam_gui.batch.evaluate import Evaluation
    from edam_gui.batch.folder_run import Progress, RunReport
    from edam_gui.batch.label_run import LabelReport, LabelRun

_MAX_LISTED = 20


def _stderr() -> Console:
    # Made anew each time: tests and shells redirect the streams.
    return Console(stderr=True, highlight=False, soft_wrap=True)


def _stdout() -> Console:
    return Console(highlight=False, soft_wrap=True)


def note(sentence: str) -> None:
    """Print a line for the person at the terminal."""
    _stderr().print(Text(sentence))


def error(sentence: str) -> None:
    """Print why something could not be done."""
    _stderr().print(Text.assemble(("Error: ", "bold red"), sentence))


class Bar:
    """A progress bar that failures are printed above."""

    def __init__(self, bar: rich_progress.Progress, task: rich_progress.TaskID) -> None:
        self._bar = bar
        self._task = task
        self._failures = 0

    def image_done(self, step: Progress) -> None:
        """Advance; print the sentence of an image that failed."""
        if step.failure is not None:
            self._failures += 1
            if self._failures <= _MAX_LISTED:
                self._bar.console.print(Text.assemble(("Failed: ", "bold red"), step.failure))
            elif self._failures == _MAX_LISTED + 1:
                self._bar.console.print(Text("... further failures are counted only; --json lists them all."))
        self.count(step.done, step.total)

    def count(self, done: int, total: int) -> None:
        """Advance to `done` of `total`."""
        self._bar.update(self._task, completed=done, total=total)


@contextmanager
def progress_bar(title: str, total: int | None) -> Iterator[Bar]:
    """Show progress, rate and the time left."""
    columns = (
        rich_progress.TextColumn("{task.description}"),
        rich_progress.BarColumn(),
        rich_progress.MofNCompleteColumn(),
        rich_progress.TimeElapsedColumn(),
        rich_progress.TextColumn("left"),
        rich_progress.TimeRemainingColumn(),
    )
    with rich_progress.Progress(*columns, console=_stderr()) as bar:
        yield Bar(bar, bar.add_task(title, total=total))


def print_label_start(run: LabelRun, *, quiet: bool) -> None:
    """Say what is about to be done with which values, so that no default is a secret."""
    if quiet:
        return
    options = run.options
    source = options.get("model") or f"masks in {options['masks']}"
    device = f" on {options['device']}" if "device" in options else ""
    note(f"{len(run.entries)} image(s); {source}{device}")
    note(
        f"{options['dialect']}, {options['rule']}, score form {options['score_form']}; "
        + (
            f"theta {options['theta']:g}, alpha {options['alpha']:g}, beta {options['beta']:g}"
            if options["saliency"] or options["dialect"] == "paper"
            else f"no saliency maps: a class must exceed {options['background']:g}"
        )
    )
    for remark in run.remarks:
        note(remark)


def print_label_report(report: LabelReport) -> None:
    """Print counts, speed, and what the user should look at."""
    suggested = [w for w in report.written if w.suggested]
    _list("Suggested", [f"{w.image}: {', '.join(w.classes) or 'no class, all background'}" for w in suggested])
    if suggested:
        folder = suggested[0].label_map.parent
        note(f"Check them: all of them are in {folder}/suggested.csv, which --labels takes back.")
    _list("Noticed", [f"{w.image}: {n}" for w in report.written for n in w.notices])
    print_run_report(report, "labelled")


def print_run_report(report: RunReport[Any], verb: str) -> None:
    """Print counts, speed and problems of a run over a folder.

    Parameters
    ----------
    report
        Of the run.
    verb
        What happened to the images that are new: "3 labelled".
    """
    failures = {sentence for _, sentence in report.failed}
    _list("Problem", [p for p in report.problems if p not in failures])
    count = len(report.written)
    rate = f", {count / report.seconds:.2f} images/s" if report.seconds > 0 and count else ""
    parts = [f"{count} {verb}"]
    if report.kept:
        parts.append(f"{len(report.kept)} kept from before")
    if report.failed:
        parts.append(f"{len(report.failed)} failed")
    note(f"{', '.join(parts)} in {report.seconds:.1f} s{rate}.")
    if report.cancelled:
        note("Stopped before the end; the same command with --resume goes on.")


def _list(title: str, sentences: list[str]) -> None:
    for sentence in sentences[:_MAX_LISTED]:
        note(f"{title}: {sentence}")
    if len(sentences) > _MAX_LISTED:
        note(f"... and {len(sentences) - _MAX_LISTED} more (all of them with --json).")


def print_evaluation(evaluation: Evaluation, *, quiet: bool) -> None:
    """Print a table of figures in percent, then what was left out."""
    _list("Missing prediction", list(evaluation.missing))
    _list("Failed", [sentence for _, sentence in evaluation.failed])
    if quiet:
        return
    figures = evaluation.confusion.figures()
    table = Table("class", *(Column(t, justify="right") for t in ("IoU %", "precision %", "recall %")))
    for i, name in enumerate(evaluation.label_set.names):
        if not np.isnan(figures.iou[i]):
            table.add_row(name, *(_percent(f[i]) for f in (figures.iou, figures.precision, figures.recall)))
    console = _stdout()
    console.print(table)
    of = "" if evaluation.images == evaluation.expected else f" of {evaluation.expected}"
    console.print(f"mIoU {_percent(evaluation.miou).plain} % over {evaluation.images}{of} image(s)")


def _percent(value: float) -> Text:
    return Text("-" if np.isnan(value) else f"{value * 100:.2f}")


def write_json(path: Path, content: Mapping[str, Any]) -> None:
    """Write JSON to a file, atomically, or to standard output for `-`."""
    text = json.dumps(content, indent=1, ensure_ascii=False) + "\n"
    if str(path) == "-":
        sys.stdout.write(text)
    else:
        write_bytes(path, text.encode())
