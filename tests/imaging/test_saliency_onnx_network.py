"""A user's network makes saliency maps; a bad one is stopped."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from edam_gui.core.errors import InputFileError, OptionError
from edam_gui.imaging.onnx_saliency import OnnxOptions, OnnxSaliency
from edam_gui.imaging.onnx_saliency.model_file import read_onnx
from edam_gui.imaging.onnx_saliency.options import InputForm, resolve_form
from tests.imaging.onnx_models import brightness, endless, first_channel, greedy, network, save


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "net.onnx"


def corners() -> np.ndarray:
    """A photo, 60 x 80: red top left, blue bottom right, black elsewhere."""
    photo = np.zeros((60, 80, 3), np.uint8)
    photo[:30, :40, 0] = 255
    photo[30:, 40:, 2] = 255
    return photo


def test_the_map_has_the_photos_size_and_the_whole_range(path: Path) -> None:
    with OnnxSaliency(save(path, network(brightness()))) as net:
        ramp = np.repeat(np.linspace(10, 200, 80).astype(np.uint8)[None, :, None].repeat(60, 0), 3, axis=2)
        saliency = net.make(ramp)
    assert saliency.shape == (60, 80)
    assert (saliency.min(), saliency.max()) == (0, 255)
    assert (np.diff(saliency[30].astype(int)) >= 0).all()


def test_a_flat_answer_is_an_empty_map(path: Path) -> None:
    with OnnxSaliency(save(path, network(brightness()))) as net:
        assert not net.make(np.full((20, 20, 3), 99, np.uint8)).any()


@pytest.mark.parametrize(("bgr", "corner"), [(False, (5, 5)), (True, (55, 75))])
def test_the_channel_order_is_kept_or_turned(path: Path, bgr: bool, corner: tuple[int, int]) -> None:
    nodes, tensors = first_channel()
    with OnnxSaliency(save(path, network(nodes, initializers=tensors)), OnnxOptions(bgr=bgr)) as net:
        saliency = net.make(corners())
    assert saliency[corner] > 250
    assert saliency[55, 5] < 5


def test_of_several_maps_the_one_of_the_inputs_size_is_taken(path: Path) -> None:
    nodes = [
        helper.make_node("AveragePool", ["bright"], ["map"], kernel_shape=[8, 8], strides=[8, 8]),
        *brightness("bright"),
        helper.make_node("Neg", ["bright"], ["negative"]),
    ]
    model = network(nodes[1:2] + nodes[:1] + nodes[2:], outputs=("map", "bright", "negative"))
    photo = corners()
    with OnnxSaliency(save(path, model), OnnxOptions(mean=(0, 0, 0), std=(1, 1, 1))) as net:
        saliency = net.make(photo)
    assert saliency[5, 5] > 250
    assert saliency[55, 5] < 5
    assert 0.45 < (saliency > 127).mean() < 0.55
    assert ((saliency > 20) & (saliency < 235)).mean() < 0.1, "the pooled map would have broad slopes"


def test_pixels_last_and_8_bits_are_served(path: Path) -> None:
    nodes = [
        helper.make_node("Cast", ["image"], ["numbers"], to=TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["numbers"], ["map"], axes=[3], keepdims=1),
    ]
    model = network(nodes, shape=(1, "H", "W", 3), dtype=TensorProto.UINT8)
    with OnnxSaliency(save(path, model), OnnxOptions(size=(40, 30))) as net:
        saliency = net.make(corners())
    assert saliency[5, 5] > 250
    assert saliency[55, 5] < 5


def test_logits_pass_through_a_logistic_function(path: Path) -> None:
    scale = numpy_helper.from_array(np.float32(40), "scale")
    shift = numpy_helper.from_array(np.float32(30), "shift")
    nodes = [
        *brightness("bright"),
        helper.make_node("Mul", ["bright", "scale"], ["scaled"]),
        helper.make_node("Sub", ["scaled", "shift"], ["map"]),
    ]
    photo = np.zeros((32, 32, 3), np.uint8)
    photo[:16] = 255
    photo[:16, :16] = 240
    options = OnnxOptions(mean=(0, 0, 0), std=(1, 1, 1))
    with OnnxSaliency(save(path, network(nodes, initializers=[scale, shift])), options) as net:
        saliency = net.make(photo)
    assert saliency[8, 8] > 250, "0.94 of the brightness is as sure as 1; a linear stretch would make it 240"
    assert saliency[28, 8] == 0


def test_values_that_are_no_numbers_are_an_error(path: Path) -> None:
    model = network([*brightness("b"), helper.make_node("Log", ["b"], ["map"])])
    with OnnxSaliency(save(path, model)) as net, pytest.raises(InputFileError, match="not finite"):
        net.make(np.zeros((9, 9, 3), np.uint8))


def test_an_answer_that_is_no_map_is_an_error(path: Path) -> None:
    with OnnxSaliency(save(path, network([helper.make_node("Identity", ["image"], ["map"])]))) as net:
        with pytest.raises(InputFileError, match="none of its outputs is one map"):
            net.make(corners())
        with pytest.raises(InputFileError, match="none of its outputs is one map"):
            net.make(corners())


def test_a_graph_that_the_runtime_refuses_is_refused_in_a_sentence(path: Path) -> None:
    model = network([helper.make_node("NoSuchOperator", ["image"], ["map"])])
    with pytest.raises(InputFileError, match=r"net\.onnx: cannot be run by onnxruntime \("):
        OnnxSaliency(save(path, model))


@pytest.mark.slow
def test_a_network_that_never_ends_is_stopped_every_time(path: Path) -> None:
    started = time.monotonic()
    with OnnxSaliency(save(path, endless()), OnnxOptions(seconds=4)) as net:
        for _ in range(2):  # it is started anew for the next photo
            with pytest.raises(InputFileError, match="longer than 4 s"):
                net.make(corners())
    assert time.monotonic() - started < 30


def test_a_network_that_never_ends_is_stopped(path: Path) -> None:
    with OnnxSaliency(save(path, endless())) as net:
        net._options = OnnxOptions(seconds=0.5)  # loading had its time
        with pytest.raises(InputFileError, match=r"longer than 0\.5 s"):
            net.make(corners())


def test_a_network_that_wants_all_memory_is_an_error(path: Path) -> None:
    with OnnxSaliency(save(path, greedy())) as net, pytest.raises(InputFileError, match="memory"):
        net.make(corners())


def test_closing_ends_the_process(path: Path) -> None:
    net = OnnxSaliency(save(path, network(brightness())))
    process = net._process
    assert process is not None
    assert process.poll() is None
    net.close()
    net.close()
    assert process.poll() is not None


def form(path: Path, options: OnnxOptions | None = None, **model: object) -> InputForm:
    return resolve_form(read_onnx(save(path, network(brightness(), **model))), options or OnnxOptions())


OPEN = ("N", 3, "H", "W")


def test_without_anything_said_a_photo_is_320_wide_and_normalised_as_in_imagenet(path: Path) -> None:
    found = form(path, shape=OPEN)
    assert (found.width, found.height, found.bgr) == (320, 320, False)
    values = found.prepare(np.full((10, 10, 3), 255, np.uint8))
    assert values.shape == (1, 3, 320, 320)
    assert values.dtype == np.float32
    np.testing.assert_allclose(
        values[0, :, 0, 0], [(1 - 0.485) / 0.229, (1 - 0.456) / 0.224, (1 - 0.406) / 0.225], 1e-6
    )


def test_the_files_size_and_metadata_are_used_and_options_come_first(path: Path) -> None:
    notes = {"input_size": "[64, 48]", "mean": "0.5,0.5,0.5", "std": "1", "channel_order": "BGR"}
    found = form(path, shape=OPEN, metadata=notes)
    assert (found.width, found.height, found.mean, found.std, found.bgr) == (64, 48, (0.5,) * 3, (1,) * 3, True)
    said = form(path, OnnxOptions((32, 32), (0.1, 0.2, 0.3), (2, 2, 2), bgr=False), shape=OPEN, metadata=notes)
    assert (said.width, said.height, said.mean, said.std, said.bgr) == (32, 32, (0.1, 0.2, 0.3), (2, 2, 2), False)
    assert (form(path, shape=(1, 3, 30, 20)).width, form(path, shape=(1, 3, 30, 20)).height) == (20, 30)


def test_means_above_one_are_on_the_scale_to_255(path: Path) -> None:
    values = form(path, OnnxOptions(mean=(104, 117, 123), std=(1, 1, 1))).prepare(np.full((4, 4, 3), 200, np.uint8))
    np.testing.assert_allclose(values[0, :, 0, 0], [96, 83, 77])


def test_a_size_that_contradicts_the_file_is_refused(path: Path) -> None:
    with pytest.raises(OptionError, match="32 pixels wide, not 64"):
        form(path, OnnxOptions(size=(64, 32)))


def test_metadata_without_sense_is_named(path: Path) -> None:
    with pytest.raises(InputFileError, match="metadata"):
        form(path, metadata={"mean": "grey", "std": "1"})
    assert form(path, OnnxOptions(mean=(0, 0, 0), std=(1, 1, 1)), metadata={"mean": "grey"}).mean == (0, 0, 0)


@pytest.mark.parametrize(
    "values",
    [
        {"size": (0, 5)},
        {"size": (5, 99_999)},
        {"mean": (0, 0, 0)},
        {"std": (1, 1, 1)},
        {"mean": (0, 0, 0), "std": (1, 0, 1)},
        {"mean": (float("nan"), 0, 0), "std": (1, 1, 1)},
        {"seconds": 0},
    ],
)
def test_options_out_of_range_are_refused(values: dict) -> None:
    with pytest.raises(OptionError):
        OnnxOptions(**values)
