"""The CMA module under the authors' entry names."""

from __future__ import annotations

import torch

from edam_gui.model.cma import CMA, CMASizes
from edam_gui.model.cma.authors import authors_shapes, authors_sizes, from_authors, to_authors
from tests.golden import weights

PREFIXES = ("d_d.", "fc_list.", "trans_list.", "embedding.")


def test_entries_are_those_of_the_authors_checkpoint() -> None:
    expected = {name: weights.shape_of(name) for name in weights.NAMES if name.startswith(PREFIXES)}
    sizes = CMASizes(4096, 20)
    assert authors_shapes(sizes) == expected
    entries = {name: torch.empty(shape, device="meta") for name, shape in expected.items()}
    assert authors_sizes(entries) == sizes
    with torch.device("meta"):
        wanted = CMA(sizes).state_dict()
    state = from_authors(entries)
    assert {n: v.shape for n, v in state.items()} == {n: v.shape for n, v in wanted.items()}


def test_there_and_back_is_the_same_module() -> None:
    cma = CMA(CMASizes(7, 3, 12, 2, 20, 4))
    entries = to_authors(cma.state_dict(), positions=30)
    assert {n: tuple(v.shape) for n, v in entries.items()} == authors_shapes(cma.sizes, positions=30)
    assert authors_sizes(entries) == cma.sizes
    state = from_authors(entries)
    assert state.keys() == cma.state_dict().keys()
    assert all(torch.equal(state[name], value) for name, value in cma.state_dict().items())


def test_no_two_entries_are_swapped() -> None:
    shapes = authors_shapes(CMASizes(7, 3, 12, 2, 20, 4), positions=30)
    entries = {name: torch.full(shape, float(i)) for i, (name, shape) in enumerate(shapes.items())}
    back = to_authors(from_authors(entries), positions=30)
    del entries["embedding.position.pe"], back["embedding.position.pe"]
    assert back.keys() == entries.keys()
    assert all(torch.equal(back[name], value) for name, value in entries.items())
