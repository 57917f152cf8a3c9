"""Menu bars and tool bars built from a layout of action ids."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QMenu, QMenuBar, QToolBar, QToolButton, QWidget

from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.action_spec import plain

SEPARATOR: Final = "-"


@dataclass(frozen=True)
class MenuSpec:
    """A menu: ids of actions, `SEPARATOR`, or menus within it.

    A menu without items is filled by the program (recent files); `build_menu_bar` returns it by its name.

    Parameters
    ----------
    text
        With `&` before the mnemonic.
    items
        What is in it.
    name
        The key in the result of `build_menu_bar`; "" is the text without `&` and `…`.
    """

    text: str
    items: tuple[str | MenuSpec, ...] = field(default=())
    name: str = ""

    @property
    def key(self) -> str:
        """How the menu is found again."""
        return self.name or plain(self.text)


def build_menu_bar(book: ActionBook, layout: Sequence[MenuSpec], bar: QMenuBar) -> dict[str, QMenu]:
    """Fill a menu bar; return every menu by its key.

    Raises
    ------
    KeyError
        The layout names an action that the book lacks.
    """
    menus: dict[str, QMenu] = {}
    for spec in layout:
        menu = bar.addMenu(spec.text)
        _fill(menu, spec, book, menus)
    return menus


def fill_menu(book: ActionBook, items: Sequence[str | MenuSpec], menu: QMenu) -> dict[str, QMenu]:
    """Fill one menu (a context menu, a button's); return the menus in it by key."""
    menus: dict[str, QMenu] = {}
    _fill(menu, MenuSpec("", tuple(items), "menu"), book, menus)
    del menus["menu"]
    return menus


def build_tool_bar(book: ActionBook, title: str, items: Sequence[str], parent: QWidget) -> QToolBar:
    """Return a tool bar of actions (ids or `SEPARATOR`), shown as icons with their keys in the tips.

    Parameters
    ----------
    book
        The actions.
    title
        In the window's context menu; also the object name, by which the window remembers its place.
    items
        What is in it.
    parent
        The window.
    """
    bar = QToolBar(title, parent)
    bar.setObjectName(f"tool-bar-{title.lower().replace(' ', '-')}")
    bar.setAccessibleName(title)
    bar.setIconSize(QSize(spacing.TOOL_ICON, spacing.TOOL_ICON))
    bar.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonIconOnly)
    for item in items:
        if item == SEPARATOR:
            bar.addSeparator()
            continue
        action = book.action(item)
        bar.addAction(action)
        _name_button(bar.widgetForAction(action), book, item)
    return bar


def _name_button(button: QWidget | None, book: ActionBook, name: str) -> None:
    spec = next(spec for spec in book.specs() if spec.id == name)
    if isinstance(button, QToolButton):
        button.setAccessibleName(plain(spec.text))
        button.setAccessibleDescription(spec.tip)


def _fill(menu: QMenu, spec: MenuSpec, book: ActionBook, menus: dict[str, QMenu]) -> None:
    menus[spec.key] = menu
    menu.setToolTipsVisible(True)
    for item in spec.items:
        if isinstance(item, MenuSpec):
            _fill(menu.addMenu(item.text), item, book, menus)
        elif item == SEPARATOR:
            menu.addSeparator()
        else:
            menu.addAction(book.action(item))
