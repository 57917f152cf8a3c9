"""The help page of all shortcuts, written from the action table."""

from __future__ import annotations

from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.action_spec import ActionSpec, plain
from edam_gui.gui.shell.shortcuts import shown


def key_page(book: ActionBook) -> str:
    """Return Markdown: for each group a table of the actions that have keys now."""
    keys = book.keys()
    groups: dict[str, list[ActionSpec]] = {}
    for spec in book.specs():
        if keys[spec.id]:
            groups.setdefault(spec.group, []).append(spec)
    parts = ["# Keys", "All of them can be changed: *Help > Change shortcuts*."]
    for group, specs in groups.items():
        rows = [f"| {_keys(keys[s.id])} | {_cell(plain(s.text))} | {_cell(_tip(s))} |" for s in specs]
        parts.append("\n".join([f"## {group}", "", "| Key | Action | |", "|---|---|---|", *rows]))
    return "\n\n".join(parts) + "\n"


def _keys(keys: tuple[str, ...]) -> str:
    return " or ".join(f"**{_cell(shown(key))}**" for key in keys)


def _tip(spec: ActionSpec) -> str:
    return "" if spec.tip == plain(spec.text) else spec.tip


def _cell(text: str) -> str:
    """Escape what would end a cell or mean something in Markdown."""
    for sign in "\\|[]*_`<":
        text = text.replace(sign, f"\\{sign}")
    return text
