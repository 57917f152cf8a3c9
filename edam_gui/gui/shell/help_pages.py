"""The pages of the user guide (`resources/help/*.md`), in the order of their index."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from edam_gui.gui.shell.resources import resource_folder

INDEX: Final = "index"
KEYS: Final = "keys"
"""Written from the action table, so there is no file of that name."""

_LINK: Final = re.compile(r"\]\(([a-z_]+)\.md(?:#[^)]*)?\)")


class HelpPages:
    """Reads pages by name; the index page names the others and gives their order.

    Parameters
    ----------
    folder
        Where the pages are; the program's own if None.
    written
        Pages that are not files, by name.
    """

    def __init__(self, folder: Path | None = None, written: dict[str, str] | None = None) -> None:
        self._folder = folder or resource_folder("help")
        self._written = written or {}

    def names(self) -> tuple[str, ...]:
        """Return the pages: the index, then in the order of its links."""
        linked = dict.fromkeys(_LINK.findall(self.text(INDEX)))
        return (INDEX, *(name for name in linked if self.has(name) and name != INDEX))

    def has(self, name: str) -> bool:
        """Whether there is such a page."""
        return name in self._written or (name.isidentifier() and (self._folder / f"{name}.md").is_file())

    def text(self, name: str) -> str:
        """Return a page's Markdown.

        Raises
        ------
        KeyError
            There is no such page.
        """
        if name in self._written:
            return self._written[name]
        if not self.has(name):
            raise KeyError(name)
        return (self._folder / f"{name}.md").read_text(encoding="utf-8")

    def title(self, name: str) -> str:
        """Return a page's first heading."""
        first = self.text(name).lstrip().partition("\n")[0]
        return first.lstrip("# ").strip() or name


def slug(heading: str) -> str:
    """Return how links name a heading, as GitHub does: "Theta and the cut" -> "theta-and-the-cut"."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")
