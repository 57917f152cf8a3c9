"""Finds what the system lacks for a window before Qt does, because Qt aborts instead of saying how to mend it.

Imports no Qt. The table was read from `readelf -d` of PySide6 6.12's `libqxcb.so`, `libqwayland.so`, `libQt6Core/Gui/
Widgets/Svg/DBus.so.6`, on Debian 12; the Debian names hold for Ubuntu as well.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from edam_gui.core.errors import EdamError

UNUSABLE: Final = 2
"""Exit code when no window can be opened."""

NO_SCREEN: Final = (
    "There is no screen (neither DISPLAY nor WAYLAND_DISPLAY is set); use the commands that need none "
    "(python main.py --help), or start the program with xvfb-run."
)

Load = Callable[[str], object]
"""Loads a shared library by its soname, or raises OSError; `ctypes.CDLL` outside tests."""


class NoWindow(EdamError):
    """No window can be opened on this system; the sentence says what to do."""


@dataclass(frozen=True)
class Library:
    """A shared library of the system, and the package that holds it."""

    soname: str
    debian: str
    fedora: str
    arch: str


EVERYWHERE: Final = (
    Library("libGL.so.1", "libgl1", "libglvnd-glx", "libglvnd"),
    Library("libEGL.so.1", "libegl1", "libglvnd-egl", "libglvnd"),
    Library("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon"),
    Library("libX11.so.6", "libx11-6", "libX11", "libx11"),
    Library("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig"),
    Library("libfreetype.so.6", "libfreetype6", "freetype", "freetype2"),
    Library("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus"),
    Library("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Library("libgthread-2.0.so.0", "libglib2.0-0", "glib2", "glib2"),
    Library("libzstd.so.1", "libzstd1", "libzstd", "zstd"),
    Library("libz.so.1", "zlib1g", "zlib", "zlib"),
)
"""What QtCore, QtGui, QtWidgets and QtSvg link to, whatever the screen."""

XCB: Final = (
    Library("libxcb.so.1", "libxcb1", "libxcb", "libxcb"),
    Library("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11"),
    Library("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11"),
    Library("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor"),
    Library("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm"),
    Library("libxcb-util.so.1", "libxcb-util1", "xcb-util", "xcb-util"),
    Library("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image"),
    Library("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms"),
    Library("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil"),
    Library("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb"),
    Library("libxcb-render.so.0", "libxcb-render0", "libxcb", "libxcb"),
    Library("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb"),
    Library("libxcb-shm.so.0", "libxcb-shm0", "libxcb", "libxcb"),
    Library("libxcb-sync.so.1", "libxcb-sync1", "libxcb", "libxcb"),
    Library("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb", "libxcb"),
    Library("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb"),
)
"""What the platform plugin for X11 links to, in addition."""

WAYLAND: Final = (
    Library("libwayland-client.so.0", "libwayland-client0", "libwayland-client", "wayland"),
    Library("libwayland-cursor.so.0", "libwayland-cursor0", "libwayland-cursor", "wayland"),
)
"""What the platform plugin for Wayland links to, in addition."""

_OF_PLUGIN: Final[Mapping[str, tuple[Library, ...]]] = {
    "xcb": EVERYWHERE + XCB,
    "wayland": EVERYWHERE + WAYLAND,
    "wayland-egl": EVERYWHERE + WAYLAND,
}
_FOREIGN_QT: Final = ("QT_QPA_PLATFORM_PLUGIN_PATH", "QT_QPA_FONTDIR")


def prepare_window(
    environ: MutableMapping[str, str] | None = None,
    system: str = sys.platform,
    load: Load = ctypes.CDLL,
    os_release: Path = Path("/etc/os-release"),
) -> None:
    """Make sure that importing Qt and opening a window will work; call it before Qt is imported.

    Sets `QT_QPA_PLATFORM` to the plugins that can work, best first, unless the user has set it.

    Parameters
    ----------
    environ
        The environment, changed in place; `os.environ` if None.
    system, load, os_release
        As `sys.platform`, `ctypes.CDLL` and the file that names the distribution; for tests.

    Raises
    ------
    NoWindow
        There is no screen, or libraries are missing; one sentence with the line that installs them.
    """
    environ = os.environ if environ is None else environ
    drop_foreign_qt(environ)
    if not system.startswith("linux"):
        return
    chosen = environ.get("QT_QPA_PLATFORM", "")
    plugins = _plugins_named(chosen) if chosen else _plugins_for_screens(environ)
    if not plugins:
        raise NoWindow(NO_SCREEN)
    lacking = {name: missing_libraries(name, load) for name in plugins}
    working = [name for name in plugins if not lacking[name]]
    if not working:
        raise NoWindow(_missing_sentence(min(lacking.values(), key=len), os_release))
    answering = [name for name in working if _screen_answers(name, load)]
    if not answering:
        raise NoWindow(_silent_sentence(environ))
    if not chosen:
        environ["QT_QPA_PLATFORM"] = ";".join(answering)


def prepare_window_or_exit() -> None:
    """Do as `prepare_window`, but print the sentence and end the process with code 2."""
    try:
        prepare_window()
    except NoWindow as error:
        sys.stderr.write(f"{error}\n")
        raise SystemExit(UNUSABLE) from None


def missing_libraries(plugin: str, load: Load = ctypes.CDLL) -> tuple[Library, ...]:
    """Return the libraries that Qt with this platform plugin needs and the system lacks."""
    return tuple(lib for lib in _OF_PLUGIN.get(plugin, EVERYWHERE) if not _loads(lib.soname, load))


def install_line(libraries: tuple[Library, ...], os_release: Path = Path("/etc/os-release")) -> str:
    """Return the command that installs the libraries, or "" where the distribution is not known."""
    known = _distribution(os_release)
    if known is None:
        return ""
    field, command = known
    packages = sorted({getattr(lib, field) for lib in libraries})
    # A container's root often has no sudo.
    sudo = "" if os.geteuid() == 0 else "sudo "
    return f"{sudo}{command} {' '.join(packages)}"


def drop_foreign_qt(environ: MutableMapping[str, str]) -> None:
    """Forget Qt plugin folders inside OpenCV's package: another Qt's plugins make ours abort."""
    for name in _FOREIGN_QT:
        if "cv2" in Path(environ.get(name, "")).parts:
            del environ[name]


def _plugins_named(chosen: str) -> list[str]:
    return [part.split(":")[0] for part in chosen.split(";") if part]


def _plugins_for_screens(environ: Mapping[str, str]) -> list[str]:
    plugins = ["wayland"] if environ.get("WAYLAND_DISPLAY") else []
    return [*plugins, "xcb"] if environ.get("DISPLAY") else plugins


def _loads(soname: str, load: Load) -> bool:
    try:
        load(soname)
    except OSError:
        return False
    return True


def _screen_answers(plugin: str, load: Load) -> bool:
    """Connect to the display server and let go again; Qt would abort where this fails."""
    if plugin not in _OF_PLUGIN:
        return True
    if plugin == "xcb":
        xcb = load("libxcb.so.1")
        if not isinstance(xcb, ctypes.CDLL):
            return True
        xcb.xcb_connect.restype = ctypes.c_void_p
        connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
        failed = xcb.xcb_connection_has_error(connection)
        xcb.xcb_disconnect(connection)
        return not failed
    wayland = load("libwayland-client.so.0")
    if not isinstance(wayland, ctypes.CDLL):
        return True
    wayland.wl_display_connect.restype = ctypes.c_void_p
    display = wayland.wl_display_connect(None)
    if display:
        wayland.wl_display_disconnect(ctypes.c_void_p(display))
    return bool(display)


def _silent_sentence(environ: Mapping[str, str]) -> str:
    screens = " and ".join(f"{n}={environ[n]}" for n in ("WAYLAND_DISPLAY", "DISPLAY") if environ.get(n))
    if not screens:
        return NO_SCREEN
    return (
        f"The screen does not answer ({screens}); check that this user may use it (ssh: ssh -X), or use the "
        "commands that need no screen (python main.py --help), or xvfb-run."
    )


def _missing_sentence(libraries: tuple[Library, ...], os_release: Path) -> str:
    line = install_line(libraries, os_release)
    if line:
        return f"The window needs libraries that this system lacks; install them with: {line}"
    names = ", ".join(lib.soname for lib in libraries)
    return f"The window needs libraries that this system lacks; install the packages that hold {names}."


_DISTRIBUTIONS: Final = {
    "debian": ("debian", "apt-get install"),
    "ubuntu": ("debian", "apt-get install"),
    "fedora": ("fedora", "dnf install"),
    "rhel": ("fedora", "dnf install"),
    "arch": ("arch", "pacman -S"),
}


def _distribution(os_release: Path) -> tuple[str, str] | None:
    """Return the column of the table and the install command for this distribution or the one it derives from."""
    try:
        lines = os_release.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    fields = dict(line.split("=", 1) for line in lines if "=" in line)
    ids = f"{fields.get('ID', '')} {fields.get('ID_LIKE', '')}".replace('"', "").split()
    return next((_DISTRIBUTIONS[name] for name in ids if name in _DISTRIBUTIONS), None)
