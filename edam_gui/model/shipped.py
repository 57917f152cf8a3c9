"""The checkpoints that come with the program, found by name."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from edam_gui.core.errors import OptionError

DEFAULT_MODEL: Final = "efficientnet_lite0_voc"
SUFFIX: Final = ".safetensors"
# The package checked out beside models/, or a wheel, which carries them inside the package.
_FOLDERS: Final = (
    Path(__file__).resolve().parents[1] / "_shipped" / "models",
    Path(__file__).resolve().parents[2] / "models",
)


def shipped_models() -> dict[str, Path]:
    """Return the shipped checkpoints by name."""
    found: dict[str, Path] = {}
    for folder in _FOLDERS:
        if folder.is_dir():
            for path in sorted(folder.glob(f"*{SUFFIX}")):
                found.setdefault(path.stem, path)
    return found


def find_model(name_or_path: str) -> Path:
    """Find a checkpoint by the name of a shipped one, or by path.

    Raises
    ------
    OptionError
        It is neither; the sentence lists the shipped names.
    """
    shipped = shipped_models()
    if name_or_path in shipped:
        return shipped[name_or_path]
    path = Path(name_or_path).expanduser()
    if path.is_file():
        return path
    names = ", ".join(shipped) or "none"
    raise OptionError(f"'{name_or_path}' is neither a file nor the name of a shipped model (there is: {names}).")
