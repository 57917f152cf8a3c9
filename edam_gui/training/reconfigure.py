"""Settings of a run that change when it goes on."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from edam_gui.training import config_text
from edam_gui.training.run_folder import open_run, write_config

_WORD: Final = re.compile(r"\b([a-z_]+)=(\d[\d.e+-]*\d|\d)(?=[.;,]?(?:\s|$))")


def reconfigure(run_dir: Path, words: Iterable[str]) -> None:
    """Apply `key=value` words to a run that has ended; without any, only see that the run can be read.

    Raises
    ------
    InputFileError
        There is no run, or it is damaged.
    OptionError
        A word is wrong, or its setting cannot change when a run goes on.
    OutputError
        The settings cannot be written.
    """
    folder, config, _ = open_run(run_dir)
    words = tuple(words)
    if words:
        write_config(folder, config_text.with_settings(config, words, allowed=config_text.CHANGEABLE))


def advised(sentence: str) -> tuple[str, ...]:
    """Return the `key=value` words that the sentence of a fault advises, as far as they may change."""
    return tuple(f"{key}={value}" for key, value in _WORD.findall(sentence) if key in config_text.CHANGEABLE)
