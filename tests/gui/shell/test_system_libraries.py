"""A missing library or screen is one sentence with what to do, never Qt's abort."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from edam_gui.gui.system_libraries import NoWindow, missing_libraries, prepare_window


def loader(*absent: str):
    def load(soname: str) -> object:
        if soname in absent:
            raise OSError(f"{soname}: cannot open shared object file")
        return object()

    return load


@pytest.fixture
def debian(tmp_path: Path) -> Path:
    file = tmp_path / "os-release"
    file.write_text('PRETTY_NAME="Debian"\nID=debian\n')
    return file


def sentence(environ: dict[str, str], os_release: Path, *absent: str) -> str:
    with pytest.raises(NoWindow) as error:
        prepare_window(environ, "linux", loader(*absent), os_release)
    return str(error.value)


def test_missing_libraries_are_named_with_the_line_that_installs_them(debian: Path) -> None:
    said = sentence({"DISPLAY": ":0"}, debian, "libxcb-cursor.so.0", "libxcb-icccm.so.4", "libEGL.so.1")
    assert said.endswith("apt-get install libegl1 libxcb-cursor0 libxcb-icccm4")
    assert "\n" not in said


@pytest.mark.parametrize(
    ("release", "line"),
    [
        ("ID=linuxmint\nID_LIKE=ubuntu\n", "apt-get install libxcb-cursor0"),
        ('ID="fedora"\n', "dnf install xcb-util-cursor"),
        ("ID=rocky\nID_LIKE='rhel'\n".replace("'", '"'), "dnf install xcb-util-cursor"),
        ("ID=arch\n", "pacman -S xcb-util-cursor"),
        ("ID=other\n", "hold libxcb-cursor.so.0."),
    ],
)
def test_each_distribution_gets_its_own_line(release: str, line: str, tmp_path: Path) -> None:
    file = tmp_path / "os-release"
    file.write_text(release)
    assert sentence({"DISPLAY": ":0"}, file, "libxcb-cursor.so.0").endswith(line)


def test_an_unreadable_os_release_still_gives_the_names(tmp_path: Path) -> None:
    assert "libEGL.so.1" in sentence({"DISPLAY": ":0"}, tmp_path / "none", "libEGL.so.1")


def test_no_screen_is_said(debian: Path) -> None:
    said = sentence({}, debian)
    assert "no screen" in said
    assert "xvfb-run" in said


def test_wayland_comes_first_and_x11_is_the_way_out(debian: Path) -> None:
    both = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}
    environ = dict(both)
    prepare_window(environ, "linux", loader(), debian)
    assert environ["QT_QPA_PLATFORM"] == "wayland;xcb"
    environ = dict(both)
    prepare_window(environ, "linux", loader("libwayland-cursor.so.0"), debian)
    assert environ["QT_QPA_PLATFORM"] == "xcb"
    environ = dict(both)
    prepare_window(environ, "linux", loader("libxcb-cursor.so.0"), debian)
    assert environ["QT_QPA_PLATFORM"] == "wayland"


def test_the_shorter_list_is_asked_for_where_neither_works(debian: Path) -> None:
    environ = {"WAYLAND_DISPLAY": "wayland-0", "DISPLAY": ":0"}
    said = sentence(environ, debian, "libwayland-cursor.so.0", "libxcb-cursor.so.0", "libxcb-icccm.so.4")
    assert said.endswith("install libwayland-cursor0")


def test_the_users_choice_of_plugin_is_kept_and_checked(debian: Path) -> None:
    environ = {"QT_QPA_PLATFORM": "offscreen:enable_fonts"}
    prepare_window(environ, "linux", loader("libxcb-cursor.so.0"), debian)
    assert environ["QT_QPA_PLATFORM"] == "offscreen:enable_fonts"
    assert "libgl1" in sentence({"QT_QPA_PLATFORM": "offscreen"}, debian, "libGL.so.1")


def test_plugins_of_opencvs_own_qt_are_forgotten(debian: Path) -> None:
    environ = {
        "QT_QPA_PLATFORM": "offscreen",
        "QT_QPA_PLATFORM_PLUGIN_PATH": "/venv/lib/site-packages/cv2/qt/plugins",
        "QT_QPA_FONTDIR": "/usr/share/fonts",
    }
    prepare_window(environ, "linux", loader(), debian)
    assert "QT_QPA_PLATFORM_PLUGIN_PATH" not in environ
    assert environ["QT_QPA_FONTDIR"] == "/usr/share/fonts"


def test_other_systems_need_nothing(debian: Path) -> None:
    environ: dict[str, str] = {}
    prepare_window(environ, "darwin", loader("libGL.so.1"), debian)
    assert environ == {}


def test_this_system_can_run_these_tests() -> None:
    assert missing_libraries("offscreen") == ()


CHECK = (
    "from edam_gui.gui.system_libraries import prepare_window_or_exit as p\n"
    "import sys; assert not any(m.startswith('PySide6') for m in sys.modules)\np()\nprint('ready')"
)


def run_check(**environ: str) -> subprocess.CompletedProcess[str]:
    kept = {k: v for k, v in os.environ.items() if k not in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")}
    return subprocess.run(
        [sys.executable, "-c", CHECK], capture_output=True, text=True, timeout=60, check=False, env={**kept, **environ}
    )


def test_a_process_without_a_screen_ends_with_code_2_and_one_sentence() -> None:
    result = run_check()
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    assert "no screen" in result.stderr


def test_a_screen_that_does_not_answer_is_said_in_one_sentence() -> None:
    result = run_check(DISPLAY=":7654")
    assert result.returncode == 2
    assert result.stderr.count("\n") == 1
    # A system without the X11 libraries says so first.
    assert "does not answer (DISPLAY=:7654)" in result.stderr or "install" in result.stderr


def test_a_plugin_that_needs_a_screen_without_one_is_said() -> None:
    result = run_check(QT_QPA_PLATFORM="xcb")
    assert result.returncode == 2
    assert "no screen" in result.stderr or "install" in result.stderr
