"""The sin/cos position code of the CMA module's tokens."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import Final

import numpy as np
import torch
from torch import Tensor

_BASE: Final = 10000.0


@lru_cache(maxsize=8)
def position_code(length: int, width: int) -> Tensor:
    """Return the code of positions 0..`length`-1, (length, width) float32; not to be changed in place.

    ``code[p, 2k] = sin(p * 10000 ** (-2k / width))``, ``code[p, 2k + 1]`` the cosine (Vaswani et al., Attention Is
    All You Need, 2017, section 3.5). The angle is rounded to float32 as the authors do, which at position 2000 moves
    the code by up to 1e-4; sine and cosine of the angle are exact to float32.

    Parameters
    ----------
    length
        Positions of one feature map, H*W.
    width
        Values per position, d; may be odd.
    """
    # The authors' own operation: NumPy rounds a third of these otherwise, which late positions would show.
    rates = torch.exp(torch.arange(0, width, 2, dtype=torch.float32) * (-math.log(_BASE) / width)).numpy()
    angles = (np.arange(length, dtype=np.float32)[:, None] * rates).astype(np.float64)
    code = np.empty((length, width), np.float32)
    code[:, 0::2] = np.sin(angles)
    code[:, 1::2] = np.cos(angles[:, : width // 2])
    return torch.from_numpy(code)
