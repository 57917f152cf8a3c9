"""Image-level labels are read back as they were written."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.errors import OutputError
from edam_gui.core.label_set import PASCAL_VOC
from edam_gui.imaging.image_labels import read_image_labels
from edam_gui.imaging.label_rows_writer import encode_csv, table_names, write_image_labels
from edam_gui.imaging.safe_npy import load_npy

CAT, DOG, PERSON = (PASCAL_VOC.index(name) for name in ("cat", "dog", "person"))
TABLE = {
    PurePosixPath("a.jpg"): frozenset({CAT, PERSON}),
    PurePosixPath("sub/b.png"): frozenset({DOG}),
    PurePosixPath("sub/b.jpg"): frozenset(),
    PurePosixPath('with, comma "and" quotes.jpg'): frozenset({DOG}),
    PurePosixPath("Größe.jpg"): frozenset({CAT}),
}


@pytest.mark.parametrize("name", ["cls_labels.npy", "labels.csv"])
def test_what_was_written_is_read(tmp_path: Path, name: str) -> None:
    write_image_labels(tmp_path / name, TABLE, PASCAL_VOC)
    labels = read_image_labels(tmp_path / name, PASCAL_VOC, images=TABLE)
    assert labels.problems == ()
    assert {image: labels.lookup(image) for image in TABLE} == TABLE


def test_the_npy_file_is_the_authors_dictionary(tmp_path: Path) -> None:
    path = tmp_path / "cls_labels.npy"
    write_image_labels(path, TABLE, PASCAL_VOC)
    content = np.load(path, allow_pickle=True).item()
    assert list(content) == ["a", "sub/b.png", "sub/b.jpg", 'with, comma "and" quotes', "Größe"]
    assert all(row.dtype == np.float32 and row.shape == (20,) for row in content.values())
    assert np.flatnonzero(content["a"]).tolist() == [CAT - 1, PERSON - 1]
    assert set(np.unique(content["a"])) == {0, 1}
    ours = load_npy(path)
    assert isinstance(ours, dict)
    assert ours.keys() == content.keys()


def test_csv_lines_are_plain(tmp_path: Path) -> None:
    table = {PurePosixPath("b/a.jpg"): frozenset({PERSON, CAT}), PurePosixPath("c.jpg"): frozenset[int]()}
    assert encode_csv(table, PASCAL_VOC) == b"b/a.jpg,cat,person\nc.jpg\n"


def test_names_lose_their_extension_only_where_they_stay_different() -> None:
    names = [PurePosixPath(n) for n in ("a.jpg", "a.png", "b.jpg", "b/a.jpg", "c.tile.3", "d.jpg.png")]
    assert table_names(names) == ["a.jpg", "a.png", "b", "b/a", "c.tile.3", "d.jpg"]


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match=r"kept as \.npy or \.csv"):
        write_image_labels(tmp_path / "labels.txt", TABLE, PASCAL_VOC)
    assert list(tmp_path.iterdir()) == []


def test_a_name_that_cannot_be_read_back_is_said(tmp_path: Path) -> None:
    table = {PurePosixPath(" lead.jpg"): frozenset({CAT})}  # spaces around words of a CSV mean nothing
    with pytest.raises(OutputError, match=r"does not hold what was written for  lead\.jpg"):
        write_image_labels(tmp_path / "labels.csv", table, PASCAL_VOC)
    write_image_labels(tmp_path / "labels.npy", table, PASCAL_VOC)


_NAMES = st.text("abc0.ü-_", min_size=1, max_size=6).filter(lambda text: text.strip("."))


@given(st.dictionaries(_NAMES, st.frozensets(st.integers(1, 20)), min_size=1, max_size=8))
def test_any_table_comes_back(tmp_path_factory: pytest.TempPathFactory, rows: dict[str, frozenset[int]]) -> None:
    table = {PurePosixPath(f"{name}.jpg"): classes for name, classes in rows.items()}
    folder = tmp_path_factory.mktemp("labels")
    for name in ("labels.npy", "labels.csv"):
        write_image_labels(folder / name, table, PASCAL_VOC)
        read = read_image_labels(folder / name, PASCAL_VOC, images=table)
        assert {image: read.lookup(image) for image in table} == table
