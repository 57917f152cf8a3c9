"""The authors' checkpoint, filled by the rules of README.md ("Weight fill rule"): 443 MB from two small JSON files."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Iterable
from typing import Any, Final

import numpy as np

from tests.golden.data import HERE

POSITION_CODE: Final = "embedding.position.pe"
_V1: Final[dict[str, dict[str, Any]]] = {
    entry["name"]: entry for entry in json.loads((HERE / "manifest.json").read_text())["entries"]
}
_V2: Final[dict[str, dict[str, Any]]] = json.loads((HERE / "manifest_fill_v2.json").read_text())
NAMES: Final = tuple(_V1)


def shape_of(name: str) -> tuple[int, ...]:
    return tuple(_V1[name]["shape"])


def crc32_of(name: str, variant: int) -> int:
    return int((_V1 if variant == 1 else _V2)[name]["crc32"])


def crc32(values: np.ndarray) -> int:
    return zlib.crc32(np.ascontiguousarray(values).tobytes())


def filled(name: str, variant: int = 1) -> np.ndarray:
    """Return one entry of the checkpoint; `variant` 1 or 2."""
    entry = _V1[name] if variant == 1 else _V2[name]
    shape, rule = shape_of(name), entry["rule"]
    if rule == "zero_int64":
        return np.zeros(shape, np.int64)
    if name == POSITION_CODE:
        return position_code()
    n = np.random.Generator(np.random.PCG64(zlib.crc32(name.encode()))).standard_normal(
        math.prod(shape), dtype=np.float32
    )
    return _by_rule(n.reshape(shape), rule, name, variant)


def _by_rule(n: np.ndarray, rule: str, name: str, variant: int) -> np.ndarray:
    match rule:
        case "ones":
            return np.ones_like(n)
        case "zeros":
            return np.zeros_like(n)
        case "0.05*n" | "0.1*n":
            return n * np.float32(rule.removesuffix("*n"))
        case "1+0.1*n":
            return np.float32(1) + np.float32(0.1) * n
        case "1+0.2*|n|":
            return np.float32(1) + np.float32(0.2) * np.abs(n)
    std = math.sqrt(2 / math.prod(n.shape[1:]))
    module = name.split(".")[-2]
    if module.startswith("conv_branch"):
        n = (n - n.mean(axis=1, keepdims=True, dtype=np.float64)).astype(np.float32)
    if variant == 1 and module in ("conv_branch2b1", "conv_branch2b2"):
        std *= 0.3
    return n * np.float32(std)


def position_code() -> np.ndarray:
    """Return the position code, unpacked from train/pe.npz."""
    with np.load(HERE / "train/pe.npz") as packed:
        div_term, ulp = packed["div_term"], packed["ulp"]
    shape = shape_of(POSITION_CODE)
    angle = (np.arange(shape[1], dtype=np.float32)[:, None] * div_term).astype(np.float64)
    base = np.stack([np.sin(angle), np.cos(angle)], axis=-1).reshape(shape).astype(np.float32)
    return (base.view(np.int32) + ulp.reshape(shape)).astype(np.int32).view(np.float32)


def authors_state(variant: int, names: Iterable[str] = NAMES) -> dict[str, np.ndarray]:
    """Return the entries by the authors' names."""
    return {name: filled(name, variant) for name in names}
