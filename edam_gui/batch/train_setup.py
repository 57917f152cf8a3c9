"""Settings of a run that fit its data."""

from __future__ import annotations

from edam_gui.training.config import TrainConfig
from edam_gui.training.config_text import with_settings
from edam_gui.training.manifest import Manifest


def fit_to_data(config: TrainConfig, manifest: Manifest) -> tuple[TrainConfig, tuple[str, ...]]:
    """Return settings that the data allow, and a sentence for every change."""
    if config.negatives and all(image.classes for image in manifest.images):
        note = "All photos show a class, so there are no negatives: negatives=0."
        return with_settings(config, ["negatives=0"]), (note,)
    return config, ()
