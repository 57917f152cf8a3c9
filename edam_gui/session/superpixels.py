"""Superpixels of the current image, found in a job while somebody paints by them."""

from __future__ import annotations

from typing import Final

from edam_gui.core.edits.superpixel_map import SuperpixelMap
from edam_gui.core.errors import EdamError
from edam_gui.jobs import JobContext
from edam_gui.session.context import Context
from edam_gui.session.messages import Level

_KEY: Final = "superpixels"


class Superpixels:
    """What snapped strokes claim.

    Parameters
    ----------
    context
        The session's state.
    """

    def __init__(self, context: Context) -> None:
        self._context = context
        self._wanted = False
        self._number = 0
        self._map: SuperpixelMap | None = None
        context.events.current_changed.connect(self._update)
        context.events.photo_changed.connect(self._update)

    def want(self, wanted: bool) -> None:
        """Say whether anybody paints by them: nothing is computed otherwise."""
        if wanted != self._wanted:
            self._wanted = wanted
            self._update()

    @property
    def is_ready(self) -> bool:
        """Whether the current image's are there."""
        return self._map is not None

    def ready(self) -> SuperpixelMap:
        """Return them.

        Raises
        ------
        EdamError
            They are still being found.
        """
        if self._map is None:
            raise EdamError("The superpixels of this photo are still being found; try again in a moment.")
        return self._map

    def _update(self) -> None:
        current = self._context.current
        number = 0 if current is None or current.files is None else current.number
        if number != self._number:
            self._map = None
            self._number = number
            self._context.jobs.cancel(_KEY)
        if self._map is not None or not self._wanted or current is None or current.files is None:
            return
        photo = current.files.photo

        def work(_: JobContext) -> SuperpixelMap:
            from edam_gui.imaging.superpixels import find_superpixels

            return SuperpixelMap(find_superpixels(photo.pixels), (photo.height, photo.width))

        self._context.jobs.start(
            _KEY,
            work,
            done=self._found,
            failed=self._failed,
            stopped=self._stopped,
            title="Finding superpixels",
            lane="superpixels",
        )

    def _stopped(self) -> None:
        text = "Finding superpixels was stopped; switch painting by them off and on to find them."
        self._context.say(Level.INFO, text, "tool")

    def _found(self, found: SuperpixelMap) -> None:
        self._map = found
        self._context.events.tool_changed.emit()

    def _failed(self, sentence: str) -> None:
        self._context.complain(f"The superpixels of this photo could not be found: {sentence}", "tool")
