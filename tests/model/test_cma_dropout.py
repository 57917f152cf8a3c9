"""Dropout of the CMA module in training, on the attention weights too."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import torch
from torch import Tensor, nn

from edam_gui.core.errors import OptionError
from edam_gui.model.cma import CMA, CMASizes, dropout_attention

Seeded = Callable[[Tensor, Tensor, Tensor], Tensor]


def seeded(dropout: float) -> Seeded:
    def attend(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        torch.manual_seed(5)
        return dropout_attention.dropout_attention(query, key, value, dropout)

    return attend


@pytest.fixture(params=[60, 150, 1 << 22], ids=["rows", "sequences", "whole"])
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Several blocks per sequence, several sequences per block, or all in one."""
    monkeypatch.setattr(dropout_attention, "_BLOCK_ELEMENTS", request.param)


def dropped_weights(dropout: float, tokens: int, scale: float = 1.0) -> tuple[Tensor, Tensor]:
    """The attention weights without and with dropout: with the identity as values, they are what comes out."""
    query, key = scale * torch.randn(3, tokens, tokens), torch.randn(3, tokens, tokens)
    plain = torch.softmax(query @ key.mT / tokens**0.5, -1)
    return plain, seeded(dropout)(query, key, torch.eye(tokens).expand(3, -1, -1).contiguous())


@pytest.mark.parametrize("dropout", [0.1, 0.5])
def test_the_share_asked_for_is_dropped_and_the_rest_scaled_up(dropout: float) -> None:
    plain, dropped = dropped_weights(dropout, 300)
    share = float((dropped == 0).double().mean())
    # 270,000 weights: six standard errors
    assert abs(share - dropout) < 6 * (dropout * (1 - dropout) / dropped.numel()) ** 0.5
    kept = dropped > 0
    torch.testing.assert_close(dropped[kept], plain[kept] / (1 - dropout), rtol=1e-3, atol=1e-6)
    for axis in (0, 1, 2):
        others = tuple({0, 1, 2} - {axis})
        along = kept.double().mean(others)
        assert float((along - (1 - dropout)).abs().max()) < 6 * (dropout * (1 - dropout) / 900) ** 0.5


def test_every_call_drops_others_and_the_seed_decides() -> None:
    query = torch.randn(2, 20, 4)
    attend = dropout_attention.dropout_attention
    assert torch.equal(seeded(0.3)(query, query, query), seeded(0.3)(query, query, query))
    assert not torch.equal(attend(query, query, query, 0.3), attend(query, query, query, 0.3))


@pytest.mark.usefixtures("blocks")
def test_gradients_see_the_same_dropout_whatever_the_blocks() -> None:
    inputs = [torch.randn(4, 7, 5, dtype=torch.float64, requires_grad=True) for _ in range(3)]
    assert torch.autograd.gradcheck(seeded(0.3), inputs)


def test_its_mean_is_attention_without_dropout() -> None:
    query, key, value = (torch.randn(2, 10, 4) for _ in range(3))
    expected = nn.functional.scaled_dot_product_attention(query, key, value)
    runs = torch.stack([dropout_attention.dropout_attention(query, key, value, 0.2) for _ in range(2000)])
    error = (runs.mean(0) - expected).abs() / (runs.std(0) / 2000**0.5)
    assert float(error.max()) < 5


def small(dropout: float = 0.1) -> tuple[CMA, Tensor, Tensor]:
    torch.manual_seed(1)
    return CMA(CMASizes(6, 3, 16, 2, 32), dropout), torch.randn(2, 6, 5, 5), torch.rand(2, 3, 5, 5)


PLACES = ("tokens", "attention weights", "inside the feed-forward", "after the layers")


def silence(cma: CMA, but: str) -> None:
    for place, holder in zip(PLACES, (cma.drop, None, cma.block.feed_forward.drop, cma.block.drop), strict=True):
        if holder is not None and place != but:
            holder.p = 0.0
    if but != "attention weights":
        cma.block.attention.dropout = 0.0


@pytest.mark.parametrize("place", PLACES)
def test_each_dropout_acts_in_training_only(place: str) -> None:
    cma, features, masks = small()
    silence(cma, but=place)
    cma.train()
    assert not torch.equal(cma(features, masks), cma(features, masks))
    cma.eval()
    assert torch.equal(cma(features, masks), cma(features, masks))


def test_no_dropout_in_training_is_evaluation() -> None:
    cma, features, masks = small(dropout=0.0)
    assert torch.equal(cma.train()(features, masks), cma.eval()(features, masks))


def test_gradients_of_the_module_match_its_own_finite_differences_under_dropout() -> None:
    cma, features, masks = small(dropout=0.3)
    cma.double().train()

    def logits(x: Tensor, m: Tensor) -> Tensor:
        torch.manual_seed(2)
        return cma(x, m)

    inputs = [x[..., :2, :2].double().requires_grad_() for x in (features, masks)]
    assert torch.autograd.gradcheck(logits, inputs)


@pytest.mark.parametrize("dropout", [-0.1, 1.0, float("nan")])
def test_impossible_dropout_is_refused(dropout: float) -> None:
    with pytest.raises(OptionError, match="dropout"):
        CMA(CMASizes(6, 3, 16), dropout)
