"""Whether a file is on a disk of this computer."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

_LOCAL_SYSTEMS: Final = frozenset(
    {
        *("ext2", "ext3", "ext4", "xfs", "btrfs", "zfs", "f2fs", "jfs", "reiserfs", "bcachefs", "nilfs2"),
        *("tmpfs", "ramfs", "overlay", "vfat", "exfat", "ntfs", "ntfs3", "fuseblk", "rootfs"),
    }
)
_MOUNTS: Final = Path("/proc/self/mounts")
_DRIVES_HERE: Final = (2, 3, 6)  # removable, fixed, RAM


def is_local_disk(path: Path) -> bool:
    """Tell whether a file is on a local disk; `False` where that is not certain."""
    real = path.resolve()
    if sys.platform == "win32":
        return _is_local_drive(real)
    if sys.platform == "darwin":
        # /Volumes holds USB sticks and network shares alike.
        return not real.is_relative_to("/Volumes") and not real.is_relative_to("/Network")
    try:
        return file_system_of(real, _MOUNTS.read_text("utf-8", "surrogateescape")) in _LOCAL_SYSTEMS
    except OSError:
        return False  # nothing is known here, so nothing is promised


def file_system_of(real: Path, mounts: str) -> str:
    """Return the type of the file system that holds a path, given the lines of `/proc/self/mounts`."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        fields = line.split(" ")
        if len(fields) < 3:
            continue
        place = _unescaped(fields[1])
        # A later line hides an earlier one of the same place.
        if real.is_relative_to(place) and len(place) >= best:
            best, kind = len(place), fields[2]
    return kind


def _unescaped(text: str) -> str:
    for code, character in (("\\040", " "), ("\\011", "\t"), ("\\012", "\n"), ("\\134", "\\")):
        text = text.replace(code, character)
    return text


def _is_local_drive(real: Path) -> bool:
    import ctypes

    windll = getattr(ctypes, "windll", None)
    if windll is None:
        return False
    return windll.kernel32.GetDriveTypeW(real.anchor) in _DRIVES_HERE
