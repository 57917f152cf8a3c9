"""Where the program starts: the window, or a headless command."""

from __future__ import annotations

import sys
from pathlib import Path


def main() -> None:
    """Run the window for no argument, ``gui [PATH]`` or an existing path; a headless command otherwise."""
    wanted = window_path(sys.argv[1:])
    if wanted is None:
        from edam_gui.cli import main as run_command

        run_command()
        return
    from edam_gui.gui.system_libraries import prepare_window_or_exit

    prepare_window_or_exit()
    from edam_gui.gui.app import run

    raise SystemExit(run(wanted[0] if wanted else None))


def window_path(arguments: list[str]) -> tuple[Path, ...] | None:
    """Return what the window is to open, as a tuple of at most one path; `None` if a command was given."""
    if not arguments:
        return ()
    first, *rest = arguments
    if first == "gui" and len(rest) <= 1 and not (rest and rest[0].startswith("-")):
        return tuple(Path(argument) for argument in rest)
    if not rest and not first.startswith("-") and _is_place(first):
        return (Path(first),)
    return None


def _is_place(argument: str) -> bool:
    """Whether an argument names something to open; a command's name wins over a folder of that name."""
    path = Path(argument)
    looks_like_path = path.suffix != "" or len(path.parts) > 1 or argument in (".", "..")
    return path.exists() and (looks_like_path or argument not in COMMANDS)


COMMANDS = ("label", "saliency", "train", "evaluate", "demo", "export", "runs", "import-checkpoint", "gui")
