"""The colours of the light and the dark theme, and how well they can be read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class ThemeColors:
    """One theme; every colour is `#rrggbb`.

    Greys are neutral, so that they do not tint the eye's view of a photo.

    Parameters
    ----------
    window, panel, base, raised
        Backgrounds: of windows; of docks and bars; of lists, text and number boxes; of buttons.
    hover, pressed
        Background of a button under the mouse, and held down.
    line, border, edge
        Thin separators; frames of buttons and boxes that also show text; what must be seen by itself (tick boxes,
        slider handles), 3:1 against every background.
    text, dim, off
        Text: normal, secondary, of what is disabled.
    accent, accent_soft, on_accent
        What is selected or on: strong, as a background behind normal text, and text on the strong one.
    accent_hover
        The strong accent under the mouse.
    handle, scroll
        The knob of a slider and of a scroll bar.
    link
        Links and focus rings.
    info, success, warning, error
        Foregrounds of messages.
    info_back, success_back, warning_back, error_back
        Backgrounds of messages.
    canvas
        Around the photo.
    """

    window: str
    panel: str
    base: str
    raised: str
    hover: str
    pressed: str
    line: str
    border: str
    edge: str
    text: str
    dim: str
    off: str
    accent: str
    accent_soft: str
    on_accent: str
    accent_hover: str
    handle: str
    scroll: str
    link: str
    info: str
    success: str
    warning: str
    error: str
    info_back: str
    success_back: str
    warning_back: str
    error_back: str
    canvas: str


LIGHT: Final = ThemeColors(
    window="#f2f3f4",
    panel="#f8f8f9",
    base="#ffffff",
    raised="#ffffff",
    hover="#e6e8eb",
    pressed="#d8dbe0",
    line="#dcdfe3",
    border="#c2c6cc",
    edge="#7f858e",
    text="#1c1f24",
    dim="#565c66",
    off="#9a9fa8",
    accent="#1f68c4",
    accent_soft="#d9e7f9",
    on_accent="#ffffff",
    accent_hover="#1a5aab",
    handle="#ffffff",
    scroll="#b4b9c1",
    link="#155ab1",
    info="#154f9c",
    success="#1a6437",
    warning="#7a4a00",
    error="#a1201b",
    info_back="#e3eefb",
    success_back="#e1f3e7",
    warning_back="#fdf0d5",
    error_back="#fde6e4",
    canvas="#c9ccd1",
)

DARK: Final = ThemeColors(
    window="#1e1f22",
    panel="#232427",
    base="#17181a",
    raised="#2e3034",
    hover="#393c41",
    pressed="#44474d",
    line="#35373c",
    border="#4a4d53",
    edge="#858a94",
    text="#e4e6e9",
    dim="#a6abb3",
    off="#6b7078",
    accent="#2f72cc",
    accent_soft="#26405f",
    on_accent="#ffffff",
    accent_hover="#2a68bb",
    handle="#c9cdd3",
    scroll="#4f535a",
    link="#7fb6f5",
    info="#a9cdf8",
    success="#8fd6a8",
    warning="#f0c674",
    error="#f5a29b",
    info_back="#1d3048",
    success_back="#1d3626",
    warning_back="#3b301a",
    error_back="#47211f",
    canvas="#121315",
)


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, 1 (none) to 21 (black on white), as WCAG 2.2 defines it.

    Parameters
    ----------
    one, other
        Colours as `#rrggbb`.
    """
    light, dark = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (light + 0.05) / (dark + 0.05)


def _luminance(color: str) -> float:
    """Return the relative luminance, 0..1."""
    values = [int(color[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (v / 12.92 if v <= 0.04045 else ((v + 0.055) / 1.055) ** 2.4 for v in values)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
