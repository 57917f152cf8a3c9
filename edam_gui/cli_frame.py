"""What all headless commands share: exit codes, error sentences, a clean stop."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from edam_gui import cli_output
from edam_gui.core.errors import Cancelled, EdamError
from edam_gui.jobs import CancelToken

EXIT_DONE = 0
EXIT_SOME_FAILED = 1
EXIT_UNUSABLE = 2
EXIT_INTERRUPTED = 130

JsonFile = Annotated[Path | None, typer.Option("--json", help="Write what happened as JSON; '-' = standard output.")]
ListFile = Annotated[
    Path | None, typer.Option("--list", help="Only these images, in this order: one stem or path a line.")
]
ClassFile = Annotated[Path | None, typer.Option("--classes", help="JSON class file; PASCAL VOC without it.")]


@contextmanager
def sentences() -> Iterator[None]:
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
def interruptible() -> Iterator[CancelToken]:
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


def chosen_model(text: str | None) -> str | None:
    """Return the checkpoint that a `--model` means, and say so if it was the folder of a training run.

    Raises
    ------
    EdamError
        See `model_argument`.
    """
    from edam_gui.batch.model_argument import model_argument

    if text is None:
        return None
    model = model_argument(text)
    if model != text:
        cli_output.note(f"{text} is a training run; its model is {model}.")
    return model


def is_stdout(path: Path | None) -> bool:
    """Whether a `--json` file means standard output."""
    return path is not None and str(path) == "-"


def exit_code(done: int, failed: int, cancelled: bool) -> int:
    """Return the exit code for so many images done and failed."""
    if cancelled:
        return EXIT_INTERRUPTED
    if not done:
        return EXIT_UNUSABLE
    return EXIT_SOME_FAILED if failed else EXIT_DONE
