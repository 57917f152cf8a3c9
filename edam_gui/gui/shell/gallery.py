"""A window that shows everything the shell offers: `python -m edam_gui.gui.shell.gallery [light|dark]`."""

from __future__ import annotations

import sys
from functools import partial

from edam_gui.gui.system_libraries import prepare_window_or_exit

if __name__ == "__main__":
    prepare_window_or_exit()

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import (
    QApplication,
    QComboBox,
    QDockWidget,
    QDoubleSpinBox,
    QFormLayout,
    QFrame,
    QGroupBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QMainWindow,
    QProgressBar,
    QPushButton,
    QRadioButton,
    QSlider,
    QTableWidget,
    QTableWidgetItem,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from edam_gui.gui.actions import ACTIONS, MAIN_BAR, MENU_BAR, RECENT, TOOL_BAR
from edam_gui.gui.preferences import SETTINGS, THEME
from edam_gui.gui.shell import spacing
from edam_gui.gui.shell.about_dialog import AboutDialog
from edam_gui.gui.shell.action_bars import build_menu_bar, build_tool_bar
from edam_gui.gui.shell.action_book import ActionBook, Handler
from edam_gui.gui.shell.command_palette import CommandPalette
from edam_gui.gui.shell.crash_guard import CrashGuard, log_folder
from edam_gui.gui.shell.elided_label import ElidedLabel
from edam_gui.gui.shell.help_window import HelpWindow
from edam_gui.gui.shell.job_indicator import JobIndicator
from edam_gui.gui.shell.message_bar import Kind, MessageBar
from edam_gui.gui.shell.number_box import padded
from edam_gui.gui.shell.recent_files import RecentFiles, keep_recent_menu
from edam_gui.gui.shell.roles import Role, with_role
from edam_gui.gui.shell.settings import Settings
from edam_gui.gui.shell.settings_dialog import SettingsDialog
from edam_gui.gui.shell.settings_file import settings_path
from edam_gui.gui.shell.shortcut_editor import ShortcutEditor
from edam_gui.gui.shell.shortcut_store import keep_shortcuts
from edam_gui.gui.shell.theme import ThemeChoice, current_theme
from edam_gui.gui.shell.window_place import restore_place, store_place

_CLASSES = (
    "aeroplane",
    "bicycle",
    "bird",
    "boat",
    "bottle",
    "bus",
    "car",
    "cat",
    "chair",
    "cow",
    "dining table",
    "dog",
)


class Gallery(QMainWindow):
    """Every widget of the shell, and every kind of widget that the style sheet knows."""

    def __init__(self) -> None:
        super().__init__()
        self.setWindowTitle("EDAM GUI: what the shell offers")
        self.settings = Settings(SETTINGS, parent=self)
        current_theme().choose(ThemeChoice(self.settings.text(THEME)))
        self.settings.changed.connect(self._setting_changed)
        self.book = ActionBook(ACTIONS, self)
        keep_shortcuts(self.book, self.settings.file)
        self.messages = MessageBar(self)
        self.settings.failed.connect(self.messages.error)
        self.guard = CrashGuard(parent=self)
        self.guard.install()
        self.guard.told.connect(self.messages.error)
        self.jobs = JobIndicator(self)
        self.jobs.cancel_asked.connect(self.jobs.finish)
        self.recent = RecentFiles(self.settings.file, parent=self)
        self.palette_box = CommandPalette(self.book, self)
        self._bind()
        self._build()
        restore_place(self, self.settings.file, "gallery", QSize(1280, 800))

    def show_messages(self) -> None:
        """Fill the message bar."""
        self.messages.say("Exported 312 label maps to /photos/label_maps.", Kind.SUCCESS)
        self.messages.warn("3 photos have no saliency map; everything counts as salient there.", "Make them")
        self.messages.error("The disk is full; your last strokes are kept in memory.", "Save elsewhere…")

    def start_jobs(self) -> None:
        """Fill the job indicator."""
        self.jobs.start("prefetch", "Preparing next images")
        self.jobs.start("run", "Running on all images")
        self.jobs.progress("run", 37, 312)

    def closeEvent(self, event: object) -> None:  # noqa: N802, D102
        store_place(self, self.settings.file, "gallery")
        self.guard.remove()
        super().closeEvent(event)  # type: ignore[arg-type]

    def _bind(self) -> None:
        special: dict[str, Handler] = {
            "help.guide": self._help,
            "help.keys": lambda: self._help("keys"),
            "help.shortcuts": lambda: ShortcutEditor(self.book, self).show(),
            "help.palette": self.palette_box.open,
            "help.about": lambda: AboutDialog([("Settings", settings_path()), ("Log", log_folder())], self).show(),
            "file.settings": lambda: SettingsDialog(self.settings, self).show(),
            "file.quit": self.close,
            "model.run_all": self.start_jobs,
            "view.full_screen": lambda on: self.showFullScreen() if on else self.showNormal(),
        }
        self.book.bind_all(special)
        for spec in ACTIONS:
            if spec.id not in special:
                self.book.bind(spec.id, partial(self._said, spec.text))
        self.book.set_conditions(dict.fromkeys(self.book.conditions(), True))
        self.book.set_conditions({"can_redo": False, "ground_truth_there": False})
        self.book.set_checked("tool.brush", True)
        self.book.set_checked("view.label_map", True)
        self.book.add_to(self)

    def _said(self, text: str, on: bool = True) -> None:
        self.messages.say(f"{text}: {'on' if on else 'off'}")

    def _help(self, page: str = "index") -> None:
        window = HelpWindow(self.book, self)
        window.show_page(page)
        window.show()

    def _setting_changed(self, key: str) -> None:
        if key == THEME:
            current_theme().choose(ThemeChoice(self.settings.text(THEME)))

    def _build(self) -> None:
        menus = build_menu_bar(self.book, MENU_BAR, self.menuBar())
        keep_recent_menu(menus[RECENT], self.recent, lambda path: self.messages.say(f"Open {path}"))
        self.addToolBar(build_tool_bar(self.book, "Main", MAIN_BAR, self))
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, build_tool_bar(self.book, "Tools", TOOL_BAR, self))
        centre = QWidget()
        column = QVBoxLayout(centre)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.messages)
        column.addWidget(self._tabs(), 1)
        self.setCentralWidget(centre)
        self._dock("Classes", _class_list(), Qt.DockWidgetArea.LeftDockWidgetArea)
        self._dock("Thresholds", _thresholds(), Qt.DockWidgetArea.RightDockWidgetArea)
        self._dock("Images", _image_table(), Qt.DockWidgetArea.RightDockWidgetArea)
        self.statusBar().addWidget(
            ElidedLabel("2008_000123   x 214, y 87   saliency 201   dog 0.93   winner above beta")
        )
        self.statusBar().addPermanentWidget(self.jobs)
        centre.setFocus()

    def _tabs(self) -> QTabWidget:
        tabs = QTabWidget()
        canvas = QFrame()
        canvas.setAutoFillBackground(True)
        tabs.addTab(canvas, "Label")
        tabs.addTab(_controls(), "Controls")
        tabs.addTab(QLabel("Nothing is being trained."), "Train")
        tabs.setCurrentIndex(1)
        return tabs

    def _dock(self, title: str, content: QWidget, area: Qt.DockWidgetArea) -> None:
        dock = QDockWidget(title, self)
        dock.setObjectName(f"dock-{title.lower()}")
        dock.setWidget(content)
        self.addDockWidget(area, dock)


def _class_list() -> QWidget:
    classes = QListWidget()
    for number, name in enumerate(_CLASSES, 1):
        item = QListWidgetItem(f"{number}  {name}")
        item.setCheckState(Qt.CheckState.Checked if number in (8, 12) else Qt.CheckState.Unchecked)
        classes.addItem(item)
    classes.item(3).setCheckState(Qt.CheckState.PartiallyChecked)
    classes.setCurrentRow(7)
    return classes


def _thresholds() -> QWidget:
    panel = QWidget()
    column = QVBoxLayout(panel)
    column.setSpacing(spacing.NORMAL)
    for name, value, top in (("theta", 20, 255), ("alpha", 1e-6, 1), ("beta", 0.99999, 1)):
        row = QHBoxLayout()
        slider = QSlider(Qt.Orientation.Horizontal)
        slider.setRange(0, 100)
        slider.setValue(round(100 * value / top))
        box = padded(QDoubleSpinBox())
        box.setDecimals(0 if top > 1 else 6)
        box.setRange(0, top)
        box.setValue(value)
        row.addWidget(QLabel(name))
        row.addWidget(slider, 1)
        row.addWidget(box)
        column.addLayout(row)
    form = QFormLayout()
    dialect = QComboBox()
    dialect.addItems(["reference (authors' program)", "paper (Algorithm 1)"])
    form.addRow("Dialect", dialect)
    column.addLayout(form)
    hint = with_role(QLabel("These are the project's thresholds; this photo has none of its own."), Role.HINT)
    hint.setWordWrap(True)
    column.addWidget(hint)
    column.addStretch(1)
    return panel


def _image_table() -> QWidget:
    table = QTableWidget(8, 3)
    table.setHorizontalHeaderLabels(["Image", "Status", "Classes"])
    table.verticalHeader().hide()
    table.setShowGrid(False)
    table.setAlternatingRowColors(True)
    table.setSelectionBehavior(QTableWidget.SelectionBehavior.SelectRows)
    for row in range(8):
        for column, text in enumerate((f"2008_0001{row:02d}", ("new", "accepted")[row % 2], "dog, person")):
            table.setItem(row, column, QTableWidgetItem(text))
    table.selectRow(2)
    table.horizontalHeader().setStretchLastSection(True)
    return table


def _controls() -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.setContentsMargins(spacing.WIDE, spacing.WIDE, spacing.WIDE, spacing.WIDE)
    column.addWidget(with_role(QLabel("Open a folder of photos"), Role.TITLE))
    column.addWidget(with_role(QLabel("Or drop one here. Ctrl+O"), Role.HINT))
    buttons = QHBoxLayout()
    for text, on in (("Open folder…", True), ("Open project…", True), ("Not now", False)):
        button = QPushButton(text)
        button.setEnabled(on)
        button.setDefault(text.startswith("Open folder"))
        buttons.addWidget(button)
    buttons.addStretch(1)
    column.addLayout(buttons)
    group = QGroupBox("Text and choices")
    inner = QVBoxLayout(group)
    line = QLineEdit()
    line.setPlaceholderText("Filter images")
    inner.addWidget(line)
    for text, on in (("Pixel", True), ("Region", False)):
        radio = QRadioButton(text)
        radio.setChecked(on)
        inner.addWidget(radio)
    bar = QProgressBar()
    bar.setValue(62)
    inner.addWidget(bar)
    off = QSlider(Qt.Orientation.Horizontal)
    off.setEnabled(False)
    off.setValue(40)
    inner.addWidget(off)
    inner.addWidget(with_role(QLabel("Two files match this photo."), Role.WARNING))
    inner.addWidget(with_role(QLabel("This file is damaged."), Role.ERROR))
    column.addWidget(group)
    column.addStretch(1)
    return page


def main() -> int:
    """Show the gallery."""
    app = QApplication(sys.argv)
    window = Gallery()
    if len(sys.argv) > 1:
        window.settings.set(THEME, sys.argv[1])
    window.show_messages()
    window.start_jobs()
    window.show()
    return app.exec()


if __name__ == "__main__":
    sys.exit(main())
