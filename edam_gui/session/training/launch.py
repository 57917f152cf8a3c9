"""Starting a run as a process of its own."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

import psutil

import edam_gui
from edam_gui.core.errors import OptionError, OutputError
from edam_gui.imaging.atomic import remove_quietly, write_bytes
from edam_gui.session.training import launcher
from edam_gui.training.lock import is_locked
from edam_gui.training.process import ProcessIdentity
from edam_gui.training.run_folder import RunFolder

OUTPUT_FILE: Final = "output.log"
"""What the run's process prints."""
LAUNCH_FILE: Final = "launch.json"
"""Which process was started last, until that process says so itself."""
_PATIENCE_S: Final = 30.0
_LEAVING_S: Final = 5.0
_LOOK_EVERY_S: Final = 0.1


@dataclass(frozen=True)
class LaunchOptions:
    """How a run's process is started.

    Parameters
    ----------
    device
        As on the command line.
    threads
        CPU threads; 0: one less than the computer has cores, so that the window stays fluid.
    niceness
        0 (as any program) to 19 (only when nothing else wants to run).
    """

    device: str = "auto"
    threads: int = 0
    niceness: int = 10

    @property
    def thread_count(self) -> int:
        """The number of threads, chosen or by default."""
        return self.threads or default_threads()


def default_threads() -> int:
    """Return one less than the cores that this process may use, at least 1."""
    try:
        cores = len(os.sched_getaffinity(0))
    except AttributeError:  # Windows, macOS
        cores = os.cpu_count() or 1
    return max(1, cores - 1)


def launch(run_dir: Path, options: LaunchOptions) -> ProcessIdentity:
    """Start the process of a run, for the first time or again, and return it; it may fail later.

    Raises
    ------
    OptionError
        Another process is training in this folder.
    OutputError
        The folder cannot be written, or no process can be started.
    """
    folder = RunFolder(run_dir)
    deadline = time.monotonic() + _LEAVING_S
    while is_locked(folder.lock):  # a process that has just said its last word is still on its way out
        if time.monotonic() > deadline:
            raise OptionError(f"Another process is training in {run_dir}; stop it first.")
        time.sleep(_LOOK_EVERY_S)
    # A request that came too late for the last process is not for this one.
    remove_quietly(folder.stop)
    remove_quietly(folder.pause)
    command = own_command("train", str(run_dir), "--resume", "--device", options.device)
    identity = start_detached(command, run_dir / OUTPUT_FILE, options)
    write_bytes(run_dir / LAUNCH_FILE, json.dumps(asdict(identity)).encode())
    return identity


def start_detached(command: list[str], log: Path, options: LaunchOptions) -> ProcessIdentity:
    """Start a command that outlives this process.

    Raises
    ------
    OutputError
        The log cannot be written, or no process can be started.
    """
    arguments = [sys.executable, "-P", launcher.__file__, str(log), str(options.niceness), *command]
    try:
        done = subprocess.run(  # noqa: S603 - the program's own command
            arguments,
            capture_output=True,
            check=True,
            timeout=_PATIENCE_S,
            text=True,
            env=process_environment(options),
            stdin=subprocess.DEVNULL,
        )
        pid = int(done.stdout)
    except (OSError, subprocess.SubprocessError, ValueError) as error:
        words = getattr(error, "stderr", "") or str(error)
        cause = words.strip().splitlines()[-1] if words.strip() else type(error).__name__
        raise OutputError(log, f"no process could be started ({cause})") from error
    return _identity(pid)


def own_command(*arguments: str) -> list[str]:
    """Return the command line of this program; nothing in the current folder takes the place of its modules."""
    return [sys.executable, "-P", "-m", "edam_gui", *arguments]


def process_environment(options: LaunchOptions) -> dict[str, str]:
    """Return the environment of a process of ours: it finds this package, and takes no more threads than allowed."""
    own = str(Path(edam_gui.__file__).resolve().parents[1])
    paths = [own, *filter(None, [os.environ.get("PYTHONPATH", "")])]
    threads = str(options.thread_count)
    return {
        **os.environ,
        "PYTHONPATH": os.pathsep.join(paths),
        "PYTHONIOENCODING": "utf-8",
        "OMP_NUM_THREADS": threads,
        "MKL_NUM_THREADS": threads,
    }


def _identity(pid: int) -> ProcessIdentity:
    host = ProcessIdentity.own().host
    try:
        return ProcessIdentity(pid, psutil.Process(pid).create_time(), host)
    except psutil.Error:
        return ProcessIdentity(pid, 0.0, host)  # gone already: its output says why


def end_process(process: ProcessIdentity) -> bool:
    """End a process at once, if it is of this computer and still the same one; return whether it is gone."""
    if not process.lives():
        return process.host == ProcessIdentity.own().host
    try:
        victim = psutil.Process(process.pid)
        if not process.lives():
            return True
        victim.kill()
        victim.wait(_LEAVING_S)
    except psutil.NoSuchProcess:
        return True
    except psutil.Error:
        return False
    return True


def read_launch(run_dir: Path) -> ProcessIdentity | None:
    """Return which process was started last; `None` if that is not known."""
    try:
        data: Any = json.loads((run_dir / LAUNCH_FILE).read_bytes())
        return ProcessIdentity(int(data["pid"]), float(data["started"]), str(data["host"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
