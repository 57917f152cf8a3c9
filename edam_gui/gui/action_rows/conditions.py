"""Names of the conditions under which actions are enabled; the window sets them as the session changes."""

from __future__ import annotations

from typing import Final

PROJECT: Final = "project_open"
"""A project, or a folder of photos, is open."""
WRITABLE_PROJECT: Final = "project_writable"
"""It is open, and not read-only."""
IMAGE: Final = "image_shown"
"""A photo is on the canvas."""
MASKS: Final = "masks_shown"
"""It has activation masks."""
WRITABLE: Final = "image_writable"
"""A photo is on the canvas and its label map may be changed."""
SALIENCY: Final = "saliency_there"
"""The photo has a saliency map."""
GROUND_TRUTH: Final = "ground_truth_there"
"""The photo has a ground-truth label map."""
SUGGESTIONS: Final = "suggestions_there"
"""The photo has classes that the model suggests and nobody confirmed."""
UNDO: Final = "can_undo"
REDO: Final = "can_redo"
MODEL: Final = "model_ready"
"""A model is chosen, and an image to run it on is there."""
RUNNING: Final = "job_running"
"""A job is running that can be cancelled."""
