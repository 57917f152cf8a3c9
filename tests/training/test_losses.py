from __future__ import annotations

import math

import numpy as np
import pytest
import torch
import torch.nn.functional as F  # noqa: N812

from edam_gui.model.da_layer import MaskForm
from edam_gui.training.losses import ClassWeights, class_weights, cma_loss, pool_loss, pooled_responses
from edam_gui.training.trainee import attention_masks
from tests.training.tiny import CLASSES, config

EVEN = ClassWeights(torch.ones(1), torch.ones(1))


@pytest.mark.parametrize("sharpness", [0.0, 0.5, 4.0])
def test_pooling_weighs_cells_by_the_part_of_them_in_the_box(sharpness: float) -> None:
    responses = torch.randn(1, 1, 2, 4, 4)
    box = (0.125, 0.25, 0.75, 1.0)
    boxes = torch.tensor([[[box, (0.0, 0.0, 0.0, 0.0)]]])
    fine = responses[0, 0].repeat_interleave(8, 1).repeat_interleave(8, 2)[:, 8:32, 4:24].flatten(1)
    expected = (
        fine.mean(1) if sharpness == 0 else (torch.logsumexp(sharpness * fine, 1) - math.log(fine.shape[1])) / sharpness
    )
    pooled = pooled_responses(responses, boxes, sharpness)
    torch.testing.assert_close(pooled[0, 0, 0], expected)
    assert pooled[0, 0, 1].tolist() == [0, 0]


@pytest.mark.parametrize("sharpness", [0.0, 2.0])
def test_pooling_has_finite_gradients_beside_empty_boxes(sharpness: float) -> None:
    responses = torch.randn(1, 2, 3, 5, 5, requires_grad=True)
    boxes = torch.zeros(1, 2, 4, 4)
    boxes[:, :, 0] = torch.tensor([0.1, 0.2, 0.6, 0.9])
    pooled_responses(responses, boxes, sharpness).sum().backward()
    assert responses.grad is not None
    assert torch.isfinite(responses.grad).all()
    assert responses.grad.sum() == pytest.approx(2 * 3, rel=1e-4)


def test_tiles_of_a_collage_count_as_much_as_one_photo() -> None:
    pooled, labels = torch.randn(1, 2, 4, 3), torch.rand(1, 2, 4, 3).round()
    used = torch.tensor([[[1.0, 0, 0, 0], [1.0, 1, 0, 0]]])
    each = F.binary_cross_entropy_with_logits(pooled, labels, reduction="none").mean(-1)[0]
    expected = (each[0, 0] + (each[1, 0] + each[1, 1]) / 2) / 2
    torch.testing.assert_close(pool_loss(pooled, labels, used, EVEN), expected)


def test_the_published_loss_is_the_mean_over_images_and_classes() -> None:
    logits, labels = torch.randn(2, 3, 5), torch.rand(2, 3, 5).round()
    torch.testing.assert_close(
        cma_loss(logits, labels, torch.ones(2, 3), EVEN), F.binary_cross_entropy_with_logits(logits, labels)
    )
    one_left_out = torch.ones(2, 3)
    one_left_out[0, 1] = 0
    each = F.binary_cross_entropy_with_logits(logits, labels, reduction="none").mean(-1)
    torch.testing.assert_close(cma_loss(logits, labels, one_left_out, EVEN), (each.sum() - each[0, 1]) / 6)


def test_masks_in_the_module_lie_between_0_and_1_in_either_form() -> None:
    m = 5 * torch.randn(2, 4, 3, 3)
    torch.testing.assert_close(attention_masks(m, MaskForm.L2_ABS), MaskForm.L2_ABS.normalise(m))
    masks = attention_masks(m, MaskForm.RELU)
    expected = np.maximum(m.numpy(), 0)
    expected /= np.maximum(np.sqrt((expected**2).sum(1, keepdims=True)), 1e-12)
    np.testing.assert_allclose(masks.numpy(), expected, atol=1e-6)


def test_as_published_all_classes_weigh_the_same() -> None:
    weights = class_weights(config(), CLASSES, (5, 0, 90))
    assert weights.present.tolist() == weights.absent.tolist() == [1, 1, 1]


def test_rare_classes_weigh_less_and_doubtful_ones_little_where_they_are_not_labelled() -> None:
    settings = config(class_trust=10.0, doubtful="Box, unicorn", doubtful_weight=0.25)
    weights = class_weights(settings, CLASSES, (10, 30, 0))
    assert weights.present.tolist() == [0.5, 0.75, 0]
    assert weights.absent.tolist() == [0.5, 0.1875, 0]
    logits, labels = torch.randn(1, 2, 3), torch.tensor([[[1.0, 0, 0], [0, 1, 1]]])
    each = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")[0]
    expected = (0.5 * each[:, 0].sum() + 0.1875 * each[0, 1] + 0.75 * each[1, 1]) / 6
    torch.testing.assert_close(cma_loss(logits, labels, torch.ones(1, 2), weights), expected)
