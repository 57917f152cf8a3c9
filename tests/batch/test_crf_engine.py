"""Which engine a label run's dense CRF runs on."""

from __future__ import annotations

from functools import partial

import numpy as np
import pytest
import torch
from PIL import Image

from edam_gui.batch.mask_source import FileSource, NetworkSource
from edam_gui.core.arrays import UInt8Array
from edam_gui.imaging.crf.parameters import CrfParameters
from edam_gui.imaging.dense_crf import DenseCrf
from edam_gui.model.torch_crf import TorchCrf
from tests.batch.conftest import Data, Run, read_json
from tests.golden.data import NAMES


class Noted(TorchCrf):
    """An engine that tells that it ran."""

    def __init__(self, pixels: UInt8Array, parameters: CrfParameters) -> None:
        super().__init__(pixels, parameters, device=torch.device("cpu"))

    @property
    def notices(self) -> tuple[str, ...]:
        return (f"ran {self.parameters.iterations} iterations",)


@pytest.mark.parametrize("how", [("--scores", "crf"), ("--background", "0.4", "--refine")])
def test_the_engine_of_the_mask_source_is_used(
    data: Data, run: Run, monkeypatch: pytest.MonkeyPatch, how: tuple[str, ...]
) -> None:
    command = ("label", data.photos, "--masks", data.masks, "--crf", "iterations=4", *how)
    run(*command, "--out", data.root / "cpu")
    monkeypatch.setattr(FileSource, "crf_engine", lambda self: Noted)
    report = data.root / "report.json"
    assert run(*command, "--out", data.out, "--json", report).exit_code == 0
    assert all("ran 4 iterations" in image["notices"] for image in read_json(report)["images"])
    for name in NAMES:
        with Image.open(data.root / "cpu" / f"{name}.png") as a, Image.open(data.out / f"{name}.png") as b:
            assert (np.asarray(a) == np.asarray(b)).mean() >= 0.999


@pytest.mark.parametrize(("device", "torch_engine"), [("cuda:1", True), ("cpu", False), ("mps", False)])
def test_a_network_on_cuda_brings_the_torch_engine(device: str, torch_engine: bool) -> None:
    # Without its constructor: this machine need not have the device, and no network is asked.
    source = NetworkSource.__new__(NetworkSource)
    source._device = torch.device(device)
    engine = source.crf_engine()
    if torch_engine:
        assert isinstance(engine, partial)
        assert engine.func is TorchCrf
        assert engine.keywords == {"device": torch.device("cuda:1")}
    else:
        assert engine is DenseCrf
