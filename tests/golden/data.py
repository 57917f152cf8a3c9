"""Synthetic golden data in this folder; origin, arithmetic and traps are in README.md beside it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from edam_gui.core.activation_masks import Scores

HERE = Path(__file__).parent
NAMES = ("syna_000101", "syna_000102", "syna_000103")
TRIPLES: list[dict[str, Any]] = json.loads((HERE / "labels/triples.json").read_text())["triples"]


@cache
def load(folder: str, name: str) -> dict[str, np.ndarray]:
    with np.load(HERE / folder / f"{name}.npz") as archive:
        return dict(archive)


@cache
def picture(name: str) -> np.ndarray:
    with Image.open(HERE / "images" / f"{name}.png") as image:
        return np.asarray(image)


def saliency(name: str) -> np.ndarray:
    return picture(f"{name}_sal")


def truth(name: str) -> np.ndarray:
    return picture(f"{name}_gt")


def present_only(name: str) -> Scores:
    msf = load("msf", name)
    return Scores(msf["norm_cam_present"].copy(), tuple(int(k) + 1 for k in msf["present"]))


def bg_and_present(name: str) -> Scores:
    msf = load("msf", name)
    values = np.concatenate([msf["norm_cam_bg"][None], msf["norm_cam_present"]])
    return Scores(values, (0, *(int(k) + 1 for k in msf["present"])))


def bg_and_all(name: str) -> Scores:
    """Background first; the file's order is 20 classes, then background."""
    values = load("msf", name)["norm_cam_all"]
    return Scores(np.concatenate([values[20:], values[:20]]), tuple(range(21)))
