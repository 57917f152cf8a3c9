"""Light and dark can be read, follow the choice, and reach the whole application."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel

from edam_gui.gui.shell.theme import Theme, ThemeChoice, current_theme, style_sheet_of
from edam_gui.gui.shell.theme_colors import DARK, LIGHT, ThemeColors, contrast

BOTH = pytest.mark.parametrize("colors", [LIGHT, DARK], ids=["light", "dark"])


def test_contrast_is_wcags() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.005)


@BOTH
def test_text_can_be_read_wherever_it_stands(colors: ThemeColors) -> None:
    pairs = [("text", back) for back in ("window", "panel", "base", "raised", "hover", "pressed", "accent_soft")]
    pairs += [("dim", back) for back in ("window", "panel", "base", "raised", "hover")]
    pairs += [("link", back) for back in ("window", "panel", "base")]
    pairs += [("on_accent", "accent"), ("on_accent", "accent_hover")]
    pairs += [(kind, back) for kind in ("info", "success", "warning", "error") for back in (f"{kind}_back", "panel")]
    low = {pair: contrast(getattr(colors, pair[0]), getattr(colors, pair[1])) for pair in pairs}
    assert {pair: c for pair, c in low.items() if c < 4.5} == {}


@BOTH
def test_what_carries_no_text_can_be_made_out(colors: ThemeColors) -> None:
    for front in ("edge", "accent", "link"):
        for back in ("window", "panel", "base"):
            assert contrast(getattr(colors, front), getattr(colors, back)) >= 3, (front, back)


@BOTH
def test_every_name_of_the_style_sheet_is_replaced(colors: ThemeColors) -> None:
    sheet = style_sheet_of(colors)
    assert "$" not in sheet
    assert colors.accent in sheet


def test_choosing_dark_turns_the_whole_application_dark(theme: Theme) -> None:
    heard = []
    theme.changed.connect(lambda: heard.append(theme.is_dark))
    theme.choose(ThemeChoice.DARK)
    theme.choose(ThemeChoice.DARK)
    assert heard == [True]
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == DARK.window
    label = QLabel("text")
    label.ensurePolished()
    assert label.palette().color(QPalette.ColorRole.WindowText).name() == DARK.text
    theme.choose(ThemeChoice.LIGHT)
    assert QApplication.palette().color(QPalette.ColorRole.Window).name() == LIGHT.window


def test_there_is_one_theme(theme: Theme) -> None:
    assert current_theme() is theme
