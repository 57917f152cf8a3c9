"""Line icons of our own (`resources/icons/NAME.svg`), drawn in the theme's colours at any resolution."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Final

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from edam_gui.gui.shell.resources import resource_folder
from edam_gui.gui.shell.theme import current_theme

_SIDES: Final = (16, 18, 20, 40)
"""Pixels; between them Qt shrinks the next larger one. 40 is 20 on a screen of twice the density."""


def icon_names() -> tuple[str, ...]:
    """Return the names of all icons, sorted."""
    return tuple(sorted(path.stem for path in resource_folder("icons").glob("*.svg")))


def themed_icon(name: str, color: str | None = None) -> QIcon:
    """Return an icon in the colours of the theme now shown.

    It does not follow when the theme changes: use `keep_icon`, or ask again on `Theme.changed`.

    Parameters
    ----------
    name
        The file's stem in `resources/icons`.
    color
        Another colour than the theme's text, `#rrggbb`.

    Raises
    ------
    KeyError
        There is no such icon.
    """
    colors = current_theme().colors
    return _icon(name, color or colors.text, colors.off, colors.on_accent)


def keep_icon(
    target: QObject, name: str, set_icon: Callable[[QIcon], object], color: Callable[[], str] | None = None
) -> None:
    """Give `target` an icon now and again whenever the theme changes, as long as `target` lives.

    Parameters
    ----------
    target
        Whose life limits the connection; usually the widget or action.
    name
        The icon.
    set_icon
        Takes it, e.g. `button.setIcon`.
    color
        Returns another colour than the theme's text, e.g. `lambda: current_theme().colors.error`.
    """
    keeper = _IconKeeper(target, name, set_icon, color)
    keeper.refresh()
    current_theme().changed.connect(keeper.refresh)


class _IconKeeper(QObject):
    """A child of its target, so that Qt ends the connection with the target."""

    def __init__(
        self, target: QObject, name: str, set_icon: Callable[[QIcon], object], color: Callable[[], str] | None
    ) -> None:
        super().__init__(target)
        self._name = name
        self._set_icon = set_icon
        self._color = color

    def refresh(self) -> None:
        self._set_icon(themed_icon(self._name, self._color() if self._color else None))


def icon_pixmap(name: str, color: str, side: int, ratio: float = 1.0) -> QPixmap:
    """Return an icon as a picture.

    Parameters
    ----------
    name
        The icon.
    color
        Of its lines, `#rrggbb`.
    side
        In device-independent pixels.
    ratio
        Device pixels per device-independent pixel.
    """
    return _tinted(_drawn(_renderer(name), side, ratio), color)


@lru_cache(maxsize=1024)
def _icon(name: str, color: str, off: str, on_accent: str) -> QIcon:
    icon = QIcon()
    renderer = _renderer(name)
    for side in _SIDES:
        # Drawing costs most of the time, so it is done once and tinted for each mode.
        drawn = _drawn(renderer, side)
        icon.addPixmap(_tinted(drawn, color), QIcon.Mode.Normal)
        icon.addPixmap(_tinted(drawn, off), QIcon.Mode.Disabled)
        icon.addPixmap(_tinted(drawn, on_accent), QIcon.Mode.Selected)
    return icon


def _renderer(name: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_source(name).replace("currentColor", "#000000").encode()))


def _drawn(renderer: QSvgRenderer, side: int, ratio: float = 1.0) -> QPixmap:
    """Return the icon in black."""
    pixmap = QPixmap(QSize(side, side) * ratio)
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    renderer.render(painter, QRectF(0, 0, side, side))
    painter.end()
    return pixmap


def _tinted(drawn: QPixmap, color: str) -> QPixmap:
    """Return the same lines in another colour."""
    pixmap = QPixmap(drawn)
    painter = QPainter(pixmap)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(pixmap.rect(), QColor(color))
    painter.end()
    return pixmap


@lru_cache(maxsize=1024)
def _source(name: str) -> str:
    path = resource_folder("icons") / f"{name}.svg"
    if not path.is_file():
        raise KeyError(f"there is no icon '{name}' in {path.parent}")
    return path.read_text(encoding="utf-8")
