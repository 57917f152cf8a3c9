from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.errors import OptionError
from edam_gui.training.sampler import GroupSampler


def random_hot(seed: int, images: int, classes: int) -> np.ndarray:
    rng = np.random.default_rng(seed)
    hot = rng.random((images, classes)) < rng.uniform(0.05, 0.5, classes)
    hot[0, 0] = True
    return hot


@given(
    st.integers(0, 1000), st.integers(2, 60), st.integers(1, 6), st.integers(2, 4), st.floats(0, 1), st.integers(1, 5)
)
def test_every_image_and_class_is_in_every_epoch_and_groups_share_a_class(
    seed: int, images: int, classes: int, size: int, balance: float, multiple: int
) -> None:
    hot = random_hot(seed, images, classes)
    negatives = 1 if (~hot.any(axis=1)).any() else 0
    plan = GroupSampler(hot, size, negatives, balance, seed).plan(3, multiple)
    assert len(plan) % multiple == 0
    assert plan.members.shape == (len(plan), size + negatives)
    together = plan.members[:, :size]
    assert hot[together, plan.classes[:, None]].all()
    assert set(together.ravel()) == set(np.flatnonzero(hot.any(axis=1)))
    assert set(plan.classes) == set(np.flatnonzero(hot.any(axis=0)))
    assert not hot[plan.members[:, size:]].any()


def test_a_group_holds_an_image_twice_only_if_its_class_has_too_few() -> None:
    hot = random_hot(5, 200, 6)
    plan = GroupSampler(hot, 3, 0, 0.0, 1).plan(0)
    counts = hot.sum(axis=0)
    for group, k in zip(plan.members, plan.classes, strict=True):
        assert len(set(group)) == min(3, counts[k])


def test_the_same_seed_and_epoch_give_the_same_groups_in_any_order_of_asking() -> None:
    hot = random_hot(1, 100, 5)
    first, second = (GroupSampler(hot, 2, 1, 0.5, 7) for _ in range(2))
    later = second.plan(9)
    np.testing.assert_array_equal(first.plan(4).members, second.plan(4).members)
    np.testing.assert_array_equal(first.plan(9).members, later.members)
    assert not np.array_equal(first.plan(4).members[:20], later.members[:20])
    other = GroupSampler(hot, 2, 1, 0.5, 8).plan(4)
    assert not np.array_equal(first.plan(4).members[:20], other.members[:20])


def test_negatives_are_all_dealt_out_over_the_epochs() -> None:
    hot = np.zeros((40, 2), np.bool_)
    hot[:6, 0] = hot[6:10, 1] = True
    sampler = GroupSampler(hot, 2, 1, 0.0, 0)
    seen = {int(i) for epoch in range(6) for i in sampler.plan(epoch).members[:, 2]}
    assert seen == set(range(10, 40))


def test_balance_gives_rare_classes_as_many_groups_as_the_most_frequent_one() -> None:
    hot = np.zeros((50, 2), np.bool_)
    hot[:44, 0] = hot[44:, 1] = True
    groups = {b: np.bincount(GroupSampler(hot, 2, 0, b, 0).plan(0).classes).tolist() for b in (0.0, 0.5, 1.0)}
    assert groups == {0.0: [22, 3], 0.5: [22, 9], 1.0: [22, 22]}


def test_an_image_of_several_classes_goes_to_each_of_them_in_turn() -> None:
    hot = np.ones((4, 2), np.bool_)
    sampler = GroupSampler(hot, 2, 0, 0.0, 0)
    both = [{k for g, k in zip(p.members, p.classes, strict=True) if 0 in g} for p in map(sampler.plan, range(12))]
    assert {0} in both
    assert {1} in both


def test_what_cannot_be_sampled_is_refused() -> None:
    with pytest.raises(OptionError, match="nothing to learn from"):
        GroupSampler(np.zeros((3, 2), np.bool_), 2, 0, 0.0, 0)
    with pytest.raises(OptionError, match="negatives=0"):
        GroupSampler(np.ones((3, 2), np.bool_), 2, 1, 0.0, 0)
