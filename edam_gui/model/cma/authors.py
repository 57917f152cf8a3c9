"""The CMA module's parameters under the names of the authors' checkpoints, and back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

import torch
from torch import Tensor

from edam_gui.model.cma.position_code import position_code
from edam_gui.model.cma.sizes import CMASizes

AUTHORS_POSITIONS: Final = 46 * 46
"""Length of the position code that the authors' checkpoints hold."""
_POSITION: Final = "embedding.position.pe"
# Ours -> theirs; every class has its own under trans_list.CLASS.0.
_BLOCK: Final = {
    "attention_norm.scale": "input_sublayer.norm.a_2",
    "attention_norm.shift": "input_sublayer.norm.b_2",
    "attention.out.weight": "attention.output_linear.weight",
    "attention.out.bias": "attention.output_linear.bias",
    "feed_forward_norm.scale": "output_sublayer.norm.a_2",
    "feed_forward_norm.shift": "output_sublayer.norm.b_2",
    "feed_forward.expand.weight": "feed_forward.w_1.weight",
    "feed_forward.expand.bias": "feed_forward.w_1.bias",
    "feed_forward.contract.weight": "feed_forward.w_2.weight",
    "feed_forward.contract.bias": "feed_forward.w_2.bias",
}


def authors_shapes(sizes: CMASizes, positions: int = AUTHORS_POSITIONS) -> dict[str, tuple[int, ...]]:
    """Return name and shape of every entry that an authors' checkpoint holds for a CMA module."""
    width, hidden = sizes.width, sizes.hidden
    shapes: dict[str, tuple[int, ...]] = {
        _POSITION: (1, positions, width),
        "embedding.segment.weight": (sizes.image_rows, width),
        "d_d.weight": (width, sizes.in_channels, 1, 1),
    }
    for k in range(sizes.num_classes):
        for part in (*(f"linear_layers.{i}" for i in range(3)), "output_linear"):
            shapes[f"trans_list.{k}.0.attention.{part}.weight"] = (width, width)
            shapes[f"trans_list.{k}.0.attention.{part}.bias"] = (width,)
        for part, rows, columns in (("w_1", hidden, width), ("w_2", width, hidden)):
            shapes[f"trans_list.{k}.0.feed_forward.{part}.weight"] = (rows, columns)
            shapes[f"trans_list.{k}.0.feed_forward.{part}.bias"] = (rows,)
        for part in ("input_sublayer", "output_sublayer"):
            shapes[f"trans_list.{k}.0.{part}.norm.a_2"] = (width,)
            shapes[f"trans_list.{k}.0.{part}.norm.b_2"] = (width,)
        shapes[f"fc_list.{k}.weight"] = (1, width, 1, 1)
    return shapes


def authors_sizes(entries: Mapping[str, Tensor], heads: int = 2) -> CMASizes:
    """Read the sizes off the entries' shapes; the number of heads leaves no trace in them.

    Raises
    ------
    KeyError
        An entry that tells a size is missing.
    """
    width, in_channels = entries["d_d.weight"].shape[:2]
    return CMASizes(
        in_channels=in_channels,
        num_classes=_count_classes(entries),
        width=width,
        heads=heads,
        hidden=entries["trans_list.0.0.feed_forward.w_1.bias"].shape[0],
        image_rows=entries["embedding.segment.weight"].shape[0],
    )


def from_authors(entries: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Return the state dict of a `CMA` of `authors_sizes(entries)`.

    Parameters
    ----------
    entries
        Those of `authors_shapes`, in those shapes; others are ignored. The position code is ignored too: it is
        a constant that the module computes for the size at hand.

    Raises
    ------
    KeyError
        An entry is missing.
    """
    classes = range(_count_classes(entries))
    state = {
        "reduce.weight": entries["d_d.weight"],
        "image_code": entries["embedding.segment.weight"],
        "classifier": torch.stack([entries[f"fc_list.{k}.weight"].flatten() for k in classes]),
    }
    for part in ("weight", "bias"):
        per_class = [
            torch.cat([entries[f"trans_list.{k}.0.attention.linear_layers.{i}.{part}"] for i in range(3)])
            for k in classes
        ]
        state[f"block.attention.qkv.{part}"] = torch.stack(per_class)
    for ours, theirs in _BLOCK.items():
        state[f"block.{ours}"] = torch.stack([entries[f"trans_list.{k}.0.{theirs}"] for k in classes])
    return state


def to_authors(state: Mapping[str, Tensor], positions: int = AUTHORS_POSITIONS) -> dict[str, Tensor]:
    """Return the entries of `authors_shapes` for a `CMA`'s state dict; views of it where possible.

    Gradients under the same names are turned the same way (the position code has none and is to be left out).
    """
    entries = dict(_per_class(state))
    entries["d_d.weight"] = state["reduce.weight"]
    entries["embedding.segment.weight"] = state["image_code"]
    # The code is handed out by a cache, so a copy.
    entries[_POSITION] = position_code(positions, state["image_code"].shape[1])[None].clone()
    return entries


def _per_class(state: Mapping[str, Tensor]) -> Iterator[tuple[str, Tensor]]:
    for k, row in enumerate(state["classifier"]):
        yield f"fc_list.{k}.weight", row[None, :, None, None]
        for part in ("weight", "bias"):
            for i, matrix in enumerate(state[f"block.attention.qkv.{part}"][k].chunk(3)):
                yield f"trans_list.{k}.0.attention.linear_layers.{i}.{part}", matrix
        for ours, theirs in _BLOCK.items():
            yield f"trans_list.{k}.0.{theirs}", state[f"block.{ours}"][k]


def _count_classes(entries: Mapping[str, Tensor]) -> int:
    return sum(name.startswith("fc_list.") for name in entries)
