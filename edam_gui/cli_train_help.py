"""`train --help` with every setting."""

from __future__ import annotations

from typing import Any, Final

from rich.markup import escape
from typer.core import TyperCommand

_TITLE: Final = "Settings, KEY=VALUE, with their defaults (those of the preset 'lite'; 'authors' where they differ):"


class TrainCommand(TyperCommand):
    """Lists the settings below the options; they are read only when somebody asks."""

    def format_help(self, context: Any, formatter: Any) -> None:  # noqa: D102
        from edam_gui.training.setting_help import setting_help

        lines = [_TITLE, *(setting.lines() for setting in setting_help())]
        self.epilog = "\n\n".join(map(escape, lines))
        super().format_help(context, formatter)
