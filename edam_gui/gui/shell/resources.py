"""Where the program's own files (icons, themes, help) are."""

from __future__ import annotations

from pathlib import Path
from typing import Final

# A wheel carries them inside the package; a checkout has them beside it.
_FOLDERS: Final = (
    Path(__file__).resolve().parents[2] / "_shipped" / "resources",
    Path(__file__).resolve().parents[3] / "resources",
)


def resource_folder(name: str) -> Path:
    """Return the folder `resources/name`.

    Raises
    ------
    FileNotFoundError
        The installation is damaged.
    """
    for folder in _FOLDERS:
        if (folder / name).is_dir():
            return folder / name
    raise FileNotFoundError(f"The installation lacks the folder resources/{name}; install the program again.")
