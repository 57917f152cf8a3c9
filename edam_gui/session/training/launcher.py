"""Starts a process that lives on without whoever started it. Run as a script; it loads nothing of the program.

``python launcher.py LOG NICENESS COMMAND...`` starts the command with its output in LOG and prints its pid. The command
is no child of the program then: it stays when the window is closed, and leaves no zombie when it ends.
"""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys


def main(log: str, niceness: int, command: list[str]) -> None:
    """Start the command and print its pid."""
    flags = 0
    if sys.platform == "win32":
        flags = subprocess.DETACHED_PROCESS | subprocess.CREATE_NEW_PROCESS_GROUP
        flags |= subprocess.BELOW_NORMAL_PRIORITY_CLASS if niceness > 0 else 0
    elif niceness > 0:
        with contextlib.suppress(OSError):
            os.nice(niceness)
    with open(log, "ab") as output:  # noqa: PTH123 - no imports that take time
        process = subprocess.Popen(  # noqa: S603 - the program's own command
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            creationflags=flags,
        )
    print(process.pid, flush=True)  # noqa: T201 - this is the answer


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3:])
