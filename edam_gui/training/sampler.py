"""Which images form a group: the images of a group share a class."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from edam_gui.core.arrays import BoolArray, Int64Array
from edam_gui.core.errors import OptionError


@dataclass(frozen=True, eq=False)
class EpochPlan:
    """The groups of one epoch, in order.

    Parameters
    ----------
    members
        (N, B + negatives) int64 image indices: B images that show the group's class, then images without any class.
    classes
        (N,) int64, 0..K-1: the class that a group's first B images share.
    """

    members: Int64Array
    classes: Int64Array

    def __len__(self) -> int:
        return len(self.members)


class GroupSampler:
    """Draws the groups of any epoch, the same ones whenever it is asked.

    In every epoch each labelled image is in at least one group, and each class that has an image has a group of its
    own. An image with several classes goes to one of them, drawn anew in every epoch. A class with a single image
    forms groups of that image with itself (under different augmentations). Images without a class are dealt out in
    turn, over several epochs if they are many.

    Parameters
    ----------
    hot
        (N, K) bool: which image shows which class.
    group_size
        B, at least 2.
    negatives
        Images without a class per group.
    balance
        0: as many groups per class as its images fill; 1: as many as the class with the most. Between, geometric.
    seed
        Of all epochs.

    Raises
    ------
    OptionError
        No image shows any class; or negatives are asked for and there are none.
    """

    def __init__(self, hot: BoolArray, group_size: int, negatives: int, balance: float, seed: int) -> None:
        self._hot = hot
        self._labelled = np.flatnonzero(hot.any(axis=1))
        without = np.flatnonzero(~hot.any(axis=1))
        if not len(self._labelled):
            raise OptionError("No image shows any of the classes, so there is nothing to learn from.")
        if negatives and not len(without):
            raise OptionError("There are no images without a class to serve as negatives; set negatives=0.")
        self._size = group_size
        self._negatives = negatives
        self._balance = balance
        self._seed = seed
        self._without = np.random.default_rng([seed, 1]).permutation(without)

    def plan(self, epoch: int, multiple: int = 1) -> EpochPlan:
        """Return the groups of an epoch (0, 1, ...).

        Parameters
        ----------
        epoch
            Which one.
        multiple
            The number of groups is filled up to a multiple of this by repeating the first ones.
        """
        rng = np.random.default_rng([self._seed, 2, epoch])
        per_class = [self._groups_of(k, images, rng) for k, images in enumerate(self._divide(rng))]
        per_class = self._balanced(per_class, rng)
        members = np.concatenate(per_class)
        classes = np.repeat(np.arange(len(per_class)), [len(groups) for groups in per_class])
        order = rng.permutation(len(members))
        order = np.resize(order, -(-len(order) // multiple) * multiple)
        members, classes = members[order], classes[order]
        return EpochPlan(np.concatenate([members, self._dealt(epoch, len(members))], axis=1), classes)

    def _divide(self, rng: np.random.Generator) -> list[Int64Array]:
        """Give every labelled image to one of its classes."""
        hot = self._hot[self._labelled]
        chosen = (rng.random(hot.shape, np.float32) * hot).argmax(axis=1)
        order = np.argsort(chosen, kind="stable")
        ends = np.searchsorted(chosen[order], np.arange(1, hot.shape[1]))
        return np.split(self._labelled[order], ends)

    def _groups_of(self, k: int, images: Int64Array, rng: np.random.Generator) -> Int64Array:
        """Cut a class's images into groups; the last one is filled up with other images of the class."""
        all_of_class = np.flatnonzero(self._hot[:, k])
        if not len(all_of_class):
            return np.empty((0, self._size), np.int64)
        count = max(1, -(-len(images) // self._size))
        images = rng.permutation(images)
        missing = count * self._size - len(images)
        if missing:
            # Images that are not in the last group yet come first, so that it holds an image twice only if it must.
            last = images[(count - 1) * self._size :]
            others = rng.permutation(np.setdiff1d(all_of_class, last))
            images = np.concatenate([images, np.resize(np.concatenate([others, rng.permutation(last)]), missing)])
        return images.reshape(count, self._size)

    def _balanced(self, per_class: list[Int64Array], rng: np.random.Generator) -> list[Int64Array]:
        """Draw further groups for the rarer classes."""
        most = max(len(groups) for groups in per_class)
        result = []
        for k, groups in enumerate(per_class):
            if len(groups):
                wanted = int(np.ceil(len(groups) * (most / len(groups)) ** self._balance - 1e-9))
                if wanted > len(groups):
                    groups = np.concatenate([groups, self._further(k, wanted - len(groups), rng)])
            result.append(groups)
        return result

    def _further(self, k: int, count: int, rng: np.random.Generator) -> Int64Array:
        images = np.flatnonzero(self._hot[:, k])
        rounds = -(-count * self._size // len(images))
        drawn = np.concatenate([rng.permutation(images) for _ in range(rounds)])
        return drawn[: count * self._size].reshape(count, self._size)

    def _dealt(self, epoch: int, groups: int) -> Int64Array:
        """Return the negatives of an epoch; where the last one ended is known without drawing it."""
        at_least = -(-len(self._labelled) // self._size)
        first = epoch * at_least * self._negatives
        places = first + np.arange(groups * self._negatives)
        dealt = self._without[places % max(1, len(self._without))] if self._negatives else np.empty(0, np.int64)
        return dealt.astype(np.int64).reshape(groups, self._negatives)
