"""A model as people name it: a shipped name, a file, or the training run that made it."""

from __future__ import annotations

from pathlib import Path

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.training.run_folder import RunFolder


def model_argument(text: str) -> str:
    """Return the checkpoint that an argument means: for the folder of a training run its best model, else as it is.

    Raises
    ------
    InputFileError
        The run has saved no model yet.
    OptionError
        It is what a run goes on from, which is no model.
    """
    path = Path(text).expanduser()
    inner = RunFolder(path.parent if path.name == "checkpoints" else path)
    if path.is_dir() and inner.exists():
        for model in (inner.best, inner.last):
            if model.is_file():
                return str(model)
        raise InputFileError(inner.root, "is a training run that has saved no model yet; wait for the end of an epoch")
    run = RunFolder(path.parent.parent)
    if path.name == run.state.name and path.parent == run.state.parent and run.exists():
        models = [str(model) for model in (run.best, run.last) if model.is_file()]
        instead = f"give {models[0]}" if models else "it has saved no model yet"
        raise OptionError(f"{text} is what the training goes on from, not a model; {instead}.")
    return text
