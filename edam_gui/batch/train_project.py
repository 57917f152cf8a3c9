"""A labelling project's images and ticked classes as a manifest: the one place where training meets projects."""

from __future__ import annotations

from pathlib import Path

from edam_gui.core.errors import OptionError
from edam_gui.training.manifest import Manifest


def resolve_project(project: Path) -> tuple[Manifest, tuple[str, ...]]:
    """Return what a project's ticks say, and a sentence for everything that is left out.

    Raises
    ------
    OptionError
        The project cannot be used.
    """
    raise OptionError(
        f"{project}: labelling projects cannot be trained on yet; give its photos as --data and its ticks as --labels."
    )
