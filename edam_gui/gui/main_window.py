"""The window: puts panels, menus and the session together; every rule is elsewhere."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QCloseEvent, QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QMainWindow, QMenu

from edam_gui.core.label_set import BACKGROUND, IGNORE
from edam_gui.gui.actions import ACTIONS, COMPARE, DEVICE, MAIN_BAR, MENU_BAR, PANELS, PRESETS, RECENT, TOOL_BAR
from edam_gui.gui.annotate.canvas_presenter import CanvasPresenter
from edam_gui.gui.annotate.class_panel import ClassPanel
from edam_gui.gui.annotate.history_panel import HistoryPanel
from edam_gui.gui.annotate.image_list import ImageListPanel
from edam_gui.gui.annotate.layers_panel import LayersPanel
from edam_gui.gui.annotate.readout_text import readout_text
from edam_gui.gui.annotate.status_area import StatusArea
from edam_gui.gui.annotate.threshold_panel import ThresholdPanel
from edam_gui.gui.annotate.tool_options import ToolOptionsBar
from edam_gui.gui.annotate.tools import ToolController
from edam_gui.gui.annotate.workspace import Workspace
from edam_gui.gui.bindings.class_table import bind_class_table
from edam_gui.gui.bindings.classes import bind_classes
from edam_gui.gui.bindings.comparing import Comparing
from edam_gui.gui.bindings.edit import bind_edit
from edam_gui.gui.bindings.files import FileActions
from edam_gui.gui.bindings.help import HelpActions
from edam_gui.gui.bindings.images import bind_images
from edam_gui.gui.bindings.model import bind_model, fill_devices
from edam_gui.gui.bindings.tools import bind_tools
from edam_gui.gui.bindings.training import TrainingActions
from edam_gui.gui.bindings.view import bind_view
from edam_gui.gui.conditions import Conditions
from edam_gui.gui.docks import AsideDocks, DockSpec, add_dock, arrange
from edam_gui.gui.job_hop import JobHop
from edam_gui.gui.message_hop import MessageHop
from edam_gui.gui.palette_choices import choices_for_palette
from edam_gui.gui.preference_hop import PreferenceHop, keep_tool_options, stored_tool_options
from edam_gui.gui.root_questions import RootQuestions
from edam_gui.gui.shell.action_bars import build_menu_bar, build_tool_bar
from edam_gui.gui.shell.action_book import ActionBook
from edam_gui.gui.shell.job_indicator import JobIndicator
from edam_gui.gui.shell.recent_files import RecentFiles, keep_recent_menu
from edam_gui.gui.shell.settings import Settings
from edam_gui.gui.shell.shortcut_store import keep_shortcuts
from edam_gui.gui.shell.window_place import restore_place, store_place
from edam_gui.gui.workspaces import Workspaces
from edam_gui.session.accepted import CHANGED
from edam_gui.session.rules import PRESETS as RULE_PRESETS
from edam_gui.session.session import Session
from edam_gui.session.ticks import UNTICKED

if TYPE_CHECKING:
    from edam_gui.gui.shell.command_palette import PaletteEntry

_STATUS_HEIGHT = 34
"""High enough for the progress of a job, so that nothing moves when one begins or ends."""
_FIRST_SIZE = QSize(1360, 860)
_RIGHT, _LEFT = Qt.DockWidgetArea.RightDockWidgetArea, Qt.DockWidgetArea.LeftDockWidgetArea


class MainWindow(QMainWindow):
    """The only window of the program.

    Parameters
    ----------
    session, settings
        What it shows, and what the user has chosen.
    """

    def __init__(self, session: Session, settings: Settings) -> None:
        super().__init__()
        self.setObjectName("main-window")
        self.setAcceptDrops(True)
        self.setDockOptions(QMainWindow.DockOption.AnimatedDocks | QMainWindow.DockOption.AllowTabbedDocks)
        self.session = session
        self._hovered: tuple[int, int] | None = None
        self._gives_up = False
        self.settings = settings
        self.book = ActionBook(ACTIONS, self)
        self.recent = RecentFiles(settings.file, parent=self)
        self.workspace = Workspace(session, self)
        self.places = Workspaces(self, self.workspace, session)
        self.canvas = self.workspace.canvas
        self.presenter = CanvasPresenter(session, self.canvas)
        self.classes = ClassPanel(session)
        self.thresholds = ThresholdPanel(session)
        self.layers = LayersPanel(self.canvas.layers)
        self.images = ImageListPanel(session)
        self.history = HistoryPanel(session)
        self.controller = ToolController(session, self.canvas, self.book)
        self.options = ToolOptionsBar(
            session,
            self.controller,
            colors=self.presenter.colors,
            stored=stored_tool_options(settings.file),
            keep=lambda data: keep_tool_options(settings.file, data),
        )
        self.workspace.top.addWidget(self.options)
        self._docks()
        self._status()
        self._bind()
        self._menus()
        self._follow()
        restore_place(self, settings.file, size=_FIRST_SIZE)

    def _docks(self) -> None:
        images = add_dock(self, DockSpec("images", "Images", self.images, _LEFT))
        upper = add_dock(self, DockSpec("classes", "Classes", self.classes, _RIGHT))
        lower = [
            add_dock(self, DockSpec("thresholds", "Thresholds", self.thresholds, _RIGHT, scrolls=True)),
            add_dock(self, DockSpec("layers", "Layers", self.layers, _RIGHT, scrolls=True)),
            add_dock(self, DockSpec("history", "History", self.history, _RIGHT)),
        ]
        self.docks = [images, upper, *lower]
        self._aside = AsideDocks(self.docks[1:])
        arrange(self, images, upper, lower)

    def _status(self) -> None:
        self.status = StatusArea(self.session, self.statusBar())
        self.indicator = JobIndicator(self.statusBar())
        self.statusBar().setMinimumHeight(_STATUS_HEIGHT)
        self.statusBar().insertPermanentWidget(1, self.indicator)
        self._messages = MessageHop(
            self.session,
            self.workspace.messages,
            {
                "save": ("Save elsewhere…", lambda: self.files.save_elsewhere()),
                "read-only": ("Save elsewhere…", lambda: self.files.save_elsewhere()),
                CHANGED: ("Keep theirs", lambda: self.session.accepted.keep()),
                UNTICKED: ("Tick it", lambda: self.session.ticks.tick_painted(self.session.editing.paint.label)),
            },
        )
        self._questions = RootQuestions(self.session, self.workspace.messages, self.settings.file, self)
        self._jobs = JobHop(self.session, self.indicator)

    def _bind(self) -> None:
        self.files = FileActions(self.session, self, self.recent.add, self.recent.remove)
        self.files.bind(self.book)
        bind_view(self.book, self.canvas, self)
        bind_images(self.book, self.session, lambda: self.workspace.tiles)
        bind_classes(self.book, self.session, self.classes, self.thresholds, lambda: self.workspace.tiles)
        bind_class_table(self.book, self.session, self.classes, self)
        bind_model(self.book, self.session, self)
        bind_tools(self.book, self.session, self.controller)
        history = self.docks[-1]
        bind_edit(
            self.book,
            self.session,
            self.controller,
            self.canvas,
            history,
            self.presenter.colors,
            self,
            in_grid=lambda: self.workspace.in_grid,
        )
        self.comparing = Comparing(self.session, self.canvas, self.presenter)
        self.comparing.bind(self.book)
        self.book.bind_all({"view.grid": self._show_grid, "image.find": self._find_image})
        self.workspace.grid_left.connect(lambda: self.book.action("view.grid").trigger())
        TrainingActions(self.session, self, self.places).bind(self.book)
        self.help = HelpActions(self.book, self, self.settings, self._choices)
        self.help.bind()
        self.preferences = PreferenceHop(self.settings, self)
        self.book.bind("file.settings", self.preferences.edit)
        self.book.add_to(self)
        keep_shortcuts(self.book, self.settings.file)
        self._conditions = Conditions(self.session, self.book, lambda: self.workspace.in_grid)

    def _menus(self) -> None:
        menus = build_menu_bar(self.book, MENU_BAR, self.menuBar())
        keep_recent_menu(menus[RECENT], self.recent, self.files.open_path)
        self._presets = menus[PRESETS]
        self._fill_presets(self._presets)
        fill_devices(menus[DEVICE], self.session)
        self.comparing.fill_menu(menus[COMPARE])
        for dock in self.docks:
            menus[PANELS].addAction(dock.toggleViewAction())
        self.addToolBar(self.places.tool_bar(self.book))
        self.addToolBar(build_tool_bar(self.book, "Main", MAIN_BAR, self))
        self.addToolBar(Qt.ToolBarArea.LeftToolBarArea, build_tool_bar(self.book, "Tools", TOOL_BAR, self))

    def _fill_presets(self, menu: QMenu) -> None:
        for preset in RULE_PRESETS:
            action = menu.addAction(preset.name)
            action.setToolTip(preset.tip)
            action.triggered.connect(lambda _=False, preset=preset: self.session.rules.apply_preset(preset))

    def _follow(self) -> None:
        session, empty = self.session, self.workspace.empty
        self.canvas.hovered.connect(self._hover)
        self.canvas.left.connect(self._leave)
        session.events.labels_changed.connect(self._refresh_readout)
        session.events.edits_changed.connect(self._refresh_readout)
        self.classes.picked.connect(self._pick_class)
        session.events.tool_changed.connect(self._show_label)
        self.classes.look_changed.connect(self.presenter.set_class_look)
        for row in self.thresholds.rows.values():
            # The number is in: letters are keys again.
            row.box.returnPressed.connect(self.canvas.setFocus)
        self.recent.changed.connect(lambda: empty.show_recent(self.recent.paths()))
        empty.show_recent(self.recent.paths())
        empty.open_demo.connect(self.files.open_demo)
        empty.open_folder.connect(self.files.open_folder)
        empty.open_path.connect(self.files.open_path)
        session.events.project_changed.connect(self._show_title)
        session.events.current_changed.connect(self._show_title)
        session.events.status_changed.connect(self._show_title)
        self._show_title()

    def _show_grid(self, on: bool) -> None:
        self.places.show_labelling()
        self.options.setVisible(not on)
        self._aside.put(on)
        self._presets.setEnabled(not on)
        self.workspace.show_grid(on)
        self._conditions.refresh()

    def _choices(self) -> list[PaletteEntry]:
        """Offer choices of method and class, but not behind the grid."""
        return [] if self.workspace.in_grid else choices_for_palette(self.session, self.classes)

    def _find_image(self) -> None:
        self.docks[0].show()
        self.images.focus_filter()

    def _pick_class(self, class_index: int) -> None:
        self.session.activation.choose(class_index)
        editing = self.session.editing
        if editing.paint.label != class_index:
            editing.set_paint(replace(editing.paint, label=class_index))

    def _show_label(self) -> None:
        label = self.session.editing.paint.label
        if label not in (BACKGROUND, IGNORE) and self.classes.picked_class != label:
            self.classes.pick(label)

    def _leave(self) -> None:
        self._hovered = None
        self.status.readout.setText("")

    def _refresh_readout(self, _rect: object = None) -> None:
        if self._hovered is not None and not self.session.editing.is_painting:
            self._hover(*self._hovered)

    def _hover(self, x: int, y: int) -> None:
        self._hovered = (x, y)
        readout = self.session.read_pixel(x, y)
        self.status.readout.setText("" if readout is None else readout_text(readout, self.session.label_set))

    def _show_title(self) -> None:
        project, current = self.session.project, self.session.current
        parts = ["EDAM GUI"]
        if project is not None:
            parts.insert(0, project.name)
        if current is not None:
            place = self.session.navigator.place
            number = "" if place is None else f" ({place + 1} of {len(self.session.navigator.ids)})"
            parts.insert(0, f"{current.entry.relative}{number}")
        self.setWindowTitle(" – ".join(parts))

    # Qt's ------------------------------------------------------------------------------------------------------------

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:  # noqa: N802
        """Take a folder, list, project or image that is dragged here."""
        if event.mimeData().hasUrls() and any(url.isLocalFile() for url in event.mimeData().urls()):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:  # noqa: N802
        """Open what was dropped: the first thing, to which the images of the others are added."""
        paths = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        if paths:
            event.acceptProposedAction()
            self.files.open_path(*paths)

    def closeEvent(self, event: QCloseEvent) -> None:  # noqa: N802
        """Keep the window's place; the session is closed by whoever made it. What is not saved is asked about first."""
        if not self._gives_up and not self.files.unsaved.is_clear(self._give_up):
            event.ignore()
            return
        self.places.show_labelling()  # the panels' places are those of labelling
        self._aside.put(False)
        self.presenter.keep_view()
        store_place(self, self.settings.file)
        super().closeEvent(event)

    def _give_up(self) -> None:
        self._gives_up = True
        self.close()
