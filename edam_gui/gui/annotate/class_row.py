"""What the class list shows of one class."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassRow:
    """One line of the class list.

    Parameters
    ----------
    index, name, color
        The class; RGB.
    ticked, suggested, doubtful
        Its image-level label: whether it is in the image, whether only the model says so, whether the network hardly
        answers to it.
    share
        Of the label map's pixels, 0..1; `None` before there is one.
    visible, opacity
        How its pixels are shown.
    """

    index: int
    name: str
    color: tuple[int, int, int]
    ticked: bool
    suggested: bool
    doubtful: bool
    share: float | None
    visible: bool
    opacity: float

    @property
    def is_empty(self) -> bool:
        """Whether the class is ticked, and no pixel is labelled with it."""
        return self.ticked and self.share == 0

    @property
    def percent(self) -> str:
        """The share as the list shows it, in percent."""
        return self.share_text.removesuffix(" %").replace("< ", "<")

    @property
    def share_text(self) -> str:
        """The share in words."""
        if not self.share:
            return "0 %" if self.is_empty else ""
        return "< 0.1 %" if self.share < 0.001 else f"{self.share:.1%}".replace("%", " %")

    @property
    def remark(self) -> str:
        """What the user should know of it, in a sentence; empty if nothing."""
        if self.suggested:
            return f"{self.name} is suggested: click the box to confirm, click again to remove."
        if self.doubtful:
            return f"The masks hardly answer to {self.name}: the photo may not show it."
        if self.is_empty:
            return f"{self.name} is ticked, but no pixel is labelled with it."
        return ""
