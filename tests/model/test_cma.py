"""The CMA module's numbers, against its plain form, and what it promises about sizes and memory."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from benchmarks.plain_cma import plain_cma, plain_position_code
from edam_gui.core.errors import OptionError
from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.cma.authors import to_authors
from edam_gui.model.cma.position_code import position_code
from edam_gui.model.cma.stacked import StackedNorm
from tests.golden import weights

POSITION = "embedding.position.pe"


class Watch(TorchDispatchMode):
    """Counts operations and keeps the size of the largest result."""

    def __init__(self) -> None:
        super().__init__()
        self.calls, self.largest = 0, 0

    def __torch_dispatch__(self, func: Any, types: Any, args: Any = (), kwargs: Any = None) -> Any:
        out = func(*args, **(kwargs or {}))
        self.calls += 1
        for result in out if isinstance(out, (tuple, list)) else (out,):
            if isinstance(result, Tensor):
                self.largest = max(self.largest, result.numel())
        return out


def example(sizes: CMASizes, lead: tuple[int, ...], height: int, width: int, dtype: torch.dtype = torch.float64) -> Any:
    """A module, features and masks."""
    torch.manual_seed(0)
    cma = CMA(sizes).to(dtype).eval()
    with torch.no_grad():
        for parameter in cma.parameters():
            parameter.add_(torch.randn_like(parameter) * 0.1)
    features = torch.randn(*lead, sizes.in_channels, height, width, dtype=dtype, requires_grad=True)
    masks = torch.rand(*lead, sizes.num_classes, height, width, dtype=dtype, requires_grad=True)
    return cma, features, masks


def assert_like_plain(cma: CMA, features: Tensor, masks: Tensor, tolerance: float) -> None:
    """Logits and all gradients of one group."""
    positions = features.shape[-1] * features.shape[-2]
    entries = {n: v.clone().to(features.dtype) for n, v in to_authors(cma.state_dict(), positions).items()}
    for name, entry in entries.items():
        entry.requires_grad_(name != POSITION)
    inputs = [x.detach().clone().requires_grad_() for x in (features, masks)]
    expected = plain_cma(entries, inputs[0], inputs[1], heads=cma.heads)
    actual = cma(features, masks)
    torch.testing.assert_close(actual, expected, rtol=tolerance, atol=tolerance)
    direction = torch.randn_like(actual)
    actual.backward(direction)
    expected.backward(direction)
    grads = to_authors({n: p.grad for n, p in cma.named_parameters() if p.grad is not None}, positions)
    for name, entry in entries.items():
        if name != POSITION:
            torch.testing.assert_close(grads[name], entry.grad, rtol=tolerance, atol=tolerance, msg=name)
    torch.testing.assert_close(features.grad, inputs[0].grad, rtol=tolerance, atol=tolerance)
    torch.testing.assert_close(masks.grad, inputs[1].grad, rtol=tolerance, atol=tolerance)


@settings(max_examples=15, deadline=None)
@given(
    st.builds(
        lambda channels, classes, per_head, heads, hidden: CMASizes(channels, classes, per_head * heads, heads, hidden),
        st.integers(1, 9),
        st.integers(1, 5),
        st.integers(2, 7),
        st.integers(1, 3),
        st.integers(1, 12),
    ),
    st.integers(2, 5),
    st.integers(1, 6),
    st.integers(1, 6),
)
def test_logits_and_gradients_are_those_of_the_plain_form(
    sizes: CMASizes, images: int, height: int, width: int
) -> None:
    assert_like_plain(*example(sizes, (images,), height, width), tolerance=1e-9)


def test_float32_holds_at_the_authors_widths() -> None:
    cma, features, masks = example(CMASizes(64, 2), (2,), 23, 23, torch.float32)
    assert_like_plain(cma, features, masks, tolerance=1e-4)


def test_groups_do_not_see_each_other() -> None:
    cma, features, masks = example(CMASizes(6, 4, 16, 2, 32), (3, 2), 4, 5)
    together = cma(features, masks)
    assert together.shape == (3, 2, 4)
    for group in range(3):
        torch.testing.assert_close(together[group], cma(features[group], masks[group]))


def test_images_of_a_group_see_each_other() -> None:
    cma, features, masks = example(CMASizes(6, 4, 16, 2, 32), (2,), 4, 5)
    changed = features.detach().clone()
    changed[1] += 1
    assert bool(((cma(features, masks) - cma(changed, masks))[0].abs() > 1e-6).all())


def test_a_class_depends_on_its_own_mask_only() -> None:
    cma, features, masks = example(CMASizes(6, 4, 16, 2, 32), (2,), 4, 5)
    changed = masks.detach().clone()
    changed[:, 2] = 0.5
    moved = (cma(features, masks) - cma(features, changed)).detach().abs().amax(0)
    assert bool(moved[2] > 1e-6)
    assert float(moved[[0, 1, 3]].max()) < 1e-12


def test_more_images_than_rows_need_appended_rows_and_keep_what_is_learned() -> None:
    cma, features, masks = example(CMASizes(6, 4, 16, 2, 32, image_rows=2), (4,), 3, 3)
    before = cma(features[:2], masks[:2])
    with pytest.raises(ValueError, match="append_image_rows"):
        cma(features, masks)
    cma.append_image_rows(4)
    assert cma.sizes.image_rows == 4
    assert cma(features, masks).shape == (4, 4)
    assert torch.equal(before, cma(features[:2], masks[:2]))
    cma.append_image_rows(3)
    assert cma.sizes.image_rows == 4


def test_shapes_that_do_not_match_are_refused() -> None:
    cma, features, masks = example(CMASizes(6, 4, 16, 2, 32), (2,), 3, 3)
    for wrong in (masks[:, :3], masks[:1], masks[..., :2], masks[None]):
        with pytest.raises(ValueError, match="are not"):
            cma(features, wrong)


@pytest.mark.parametrize("sizes", [{"width": 9}, {"num_classes": 0}, {"width": 1, "heads": 1}, {"heads": 0}])
def test_impossible_sizes_are_refused(sizes: dict[str, int]) -> None:
    with pytest.raises(OptionError):
        CMASizes(**{"in_channels": 4, "num_classes": 2, **sizes})


def test_sizes_survive_a_checkpoints_metadata() -> None:
    sizes = CMASizes(7, 3, 12, 3, 5, 4)
    assert CMASizes.from_mapping(sizes.to_mapping()) == sizes == CMA(sizes).sizes
    with pytest.raises(OptionError, match="in_channels"):
        CMASizes.from_mapping({"width": 3})


def test_position_code_is_the_authors() -> None:
    expected = weights.position_code()
    assert weights.crc32(expected) == weights.crc32_of(POSITION, 1)
    np.testing.assert_allclose(position_code(46 * 46, 128)[None].numpy(), expected, rtol=0, atol=6e-8)


@pytest.mark.parametrize("width", [2, 7, 128])
def test_position_code_of_any_width_and_length(width: int) -> None:
    code = position_code(50, width)
    assert code.shape == (50, width)
    torch.testing.assert_close(code.double(), plain_position_code(50, width), rtol=0, atol=1e-5)


def test_operations_do_not_grow_with_the_classes() -> None:
    calls = []
    for num_classes in (2, 7):
        cma, features, masks = example(CMASizes(6, num_classes, 16, 2, 32), (2,), 4, 5)
        with Watch() as watch:
            cma(features, masks).sum().backward()
        calls.append(watch.calls)
    assert calls[0] == calls[1]


@pytest.mark.parametrize("training", [False, True])
def test_the_attention_matrix_is_never_in_memory(training: bool) -> None:
    cma, features, masks = example(CMASizes(2, 1, 4, 1, 4), (2,), 40, 40, torch.float32)
    cma.train(training)
    with Watch() as watch:
        cma(features, masks).sum().backward()
    assert watch.largest < (2 * 40 * 40) ** 2 / 2


def test_norm_divides_by_unbiased_std_plus_eps_and_survives_equal_values() -> None:
    norm = StackedNorm(1, 4, eps=0.5).double()
    x = torch.tensor([[[1.0, 2.0, 3.0, 6.0], [5.0, 5.0, 5.0, 5.0]]], dtype=torch.float64, requires_grad=True)
    out = norm(x)
    std = math.sqrt(14 / 3)
    torch.testing.assert_close(out[0, 0], (x[0, 0] - 3) / (std + 0.5))
    assert bool((out[0, 1] == 0).all())
    out.square().sum().backward()
    assert x.grad is not None
    assert bool(torch.isfinite(x.grad).all())
    assert torch.autograd.gradcheck(norm, (torch.randn(1, 3, 5, dtype=torch.float64, requires_grad=True)[..., :4],))


def test_weights_start_xavier_uniform_per_class() -> None:
    torch.manual_seed(0)
    state = to_authors(CMA(CMASizes(300, 4)).state_dict())
    for name, value in state.items():
        if name == POSITION:
            continue
        if value.dim() > 1:
            bound = math.sqrt(6 / (value.shape[0] + value.shape[1]))
            assert bound * 0.95 < float(value.abs().max()) <= bound, name
            assert abs(float(value.std()) / (bound / math.sqrt(3)) - 1) < 0.15, name
        elif name.endswith("a_2"):
            assert bool((value == 1).all())
        elif name.endswith("b_2"):
            assert bool((value == 0).all())


@pytest.mark.parametrize("training", [False, True])
def test_bfloat16_autocast_keeps_norms_and_logits_in_float32(training: bool) -> None:
    cma, features, masks = example(CMASizes(32, 3, 16, 2, 32), (2,), 8, 8, torch.float32)
    expected = cma(features, masks).detach()
    seen: dict[str, set[torch.dtype]] = {"norm": set(), "linear": set()}
    cma.block.attention_norm.register_forward_hook(lambda m, i, out: seen["norm"].add(out.dtype))
    cma.block.feed_forward_norm.register_forward_hook(lambda m, i, out: seen["norm"].add(out.dtype))
    cma.block.attention.register_forward_hook(lambda m, i, out: seen["linear"].add(out.dtype))
    cma.train(training)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        logits = cma(features, masks)
    logits.sum().backward()
    assert seen == {"norm": {torch.float32}, "linear": {torch.bfloat16}}
    assert logits.dtype == torch.float32
    if not training:
        torch.testing.assert_close(logits, expected, rtol=0.02, atol=0.02)
    assert all(p.grad is not None and bool(torch.isfinite(p.grad).all()) for p in cma.parameters())
