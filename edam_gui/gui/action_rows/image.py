"""Going through the images, and saying what is done."""

from __future__ import annotations

from typing import Final

from edam_gui.gui.action_rows.conditions import ACCEPTABLE, JUDGEABLE, PROJECT
from edam_gui.gui.shell.action_spec import ActionSpec

IMAGES: Final = (
    ActionSpec(
        "image.next",
        "&Next",
        "Image",
        icon="next",
        keys=("D", "."),
        tip="Next image of the list",
        enabled_when=PROJECT,
        repeats=True,
    ),
    ActionSpec(
        "image.previous",
        "&Previous",
        "Image",
        icon="previous",
        keys=("A", ","),
        tip="Previous image of the list",
        enabled_when=PROJECT,
        repeats=True,
    ),
    ActionSpec(
        "image.next_unfinished",
        "Next &unfinished",
        "Image",
        icon="next-of-status",
        keys=("Shift+D",),
        tip="Next image that is new, in progress or needs work",
        enabled_when=PROJECT,
    ),
    ActionSpec(
        "image.accept_next",
        "&Accept and next",
        "Image",
        icon="accept-next",
        keys=("S", "Ctrl+Return"),
        tip="This label map is right; go on",
        enabled_when=ACCEPTABLE,
    ),
    ActionSpec(
        "image.accept",
        "A&ccept",
        "Image",
        icon="accept",
        keys=("Shift+S",),
        tip="This label map is right",
        enabled_when=ACCEPTABLE,
    ),
    ActionSpec(
        "image.needs_work",
        "Needs &work and next",
        "Image",
        icon="needs-work",
        keys=("W",),
        tip="Mark this image to come back to it later; show the next one",
        enabled_when=JUDGEABLE,
    ),
    ActionSpec(
        "image.skip",
        "&Skip and next",
        "Image",
        icon="skip",
        keys=("Shift+W",),
        tip="Leave this image out of the export; show the next one",
        enabled_when=JUDGEABLE,
    ),
    ActionSpec(
        "image.find",
        "&Find image",
        "Image",
        icon="search",
        keys=("Ctrl+F",),
        tip="Filter the list of images",
        enabled_when=PROJECT,
    ),
)
