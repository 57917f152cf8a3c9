"""With what a run was made."""

from __future__ import annotations

import json
import os
import platform
import sys
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import PIL
import psutil
import torch

import edam_gui
from edam_gui.imaging.atomic import write_bytes


def environment(device: torch.device, processes: int) -> dict[str, Any]:
    """Return versions, machine and command."""
    gpu = torch.cuda.get_device_name(device) if device.type == "cuda" else None
    return {
        "edam_gui": edam_gui.__version__,
        "python": sys.version.split()[0],
        "torch": torch.__version__,
        "cuda": torch.version.cuda,
        "numpy": np.__version__,
        "opencv": cv2.__version__,
        "pillow": PIL.__version__,
        "system": platform.platform(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "memory_gb": round(psutil.virtual_memory().total / 1e9, 1),
        "device": str(device),
        "gpu": gpu,
        "processes": processes,
        "command": sys.argv,
    }


def write_environment(path: Path, device: torch.device, processes: int) -> None:
    """Write it as JSON.

    Raises
    ------
    OutputError
        The file cannot be written.
    """
    write_bytes(path, (json.dumps(environment(device, processes), indent=1) + "\n").encode())
