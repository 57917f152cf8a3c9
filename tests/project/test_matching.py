"""Which file belongs to which image."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath

import pytest
from hypothesis import given
from hypothesis import strategies as st

from edam_gui.core.errors import InputFileError
from edam_gui.project.images import ImageEntry
from edam_gui.project.matching import FileIndex
from edam_gui.project.names import output_names

PART = st.text("ab.1é~", min_size=1, max_size=3).filter(lambda part: not part.startswith("."))
IMAGE = st.builds(
    lambda folders, stem, suffix: "/".join((*folders, stem + suffix)),
    st.lists(PART.filter(lambda p: not p.endswith(".")), max_size=2),
    PART,
    st.sampled_from([".jpg", ".png", ".jpg.png", ".png.jpg"]),
)


def entry(relative: str) -> ImageEntry:
    return ImageEntry(Path("/photos") / relative, PurePosixPath(relative))


def index(root: Path, *files: str, images: tuple[str, ...] = ()) -> FileIndex:
    for file in files:
        (root / file).parent.mkdir(parents=True, exist_ok=True)
        (root / file).touch()
    return FileIndex(root, {".png", ".npy"}, [entry(image) for image in images])


def found(files: FileIndex, image: str) -> str | None:
    path = files.find(entry(image))
    return None if path is None else path.relative_to(files.folder).as_posix()


def test_the_relative_path_comes_before_the_stem(tmp_path: Path) -> None:
    files = index(tmp_path, "x/a.png", "y/a.png", "b.npy", "z/c.png", "z/c.txt")
    assert len(files) == 4
    assert found(files, "x/a.jpg") == "x/a.png"
    assert found(files, "y/a.jpg") == "y/a.png"
    assert found(files, "deep/er/b.jpg") == "b.npy"
    assert found(files, "c.jpg") == "z/c.png"
    assert found(files, "d.jpg") is None


def test_a_stem_is_matched_whole(tmp_path: Path) -> None:
    files = index(tmp_path, "a_sal.png", "b.v2.png", "2007_000032.png")
    assert found(files, "a.jpg") is None
    assert found(files, "b.jpg") is None
    assert found(files, "b.v2.jpg") == "b.v2.png"
    assert found(files, "2007_00003.jpg") is None


def test_outputs_that_keep_their_extension_are_found(tmp_path: Path) -> None:
    files = index(tmp_path, "a.jpg.png", "a.png.png")
    assert found(files, "a.jpg") == "a.jpg.png"
    assert found(files, "a.png") == "a.png.png"
    assert found(files, "a.bmp") is None


def test_two_files_for_one_image_are_both_named(tmp_path: Path) -> None:
    files = index(tmp_path, "a.png", "a.npy", "x/b.png", "y/b.png")
    with pytest.raises(InputFileError, match=r"a\.npy: matches a\.jpg by name, and so does .*a\.png"):
        files.find(entry("a.jpg"))
    with pytest.raises(InputFileError, match=r"x.b\.png: matches b\.jpg by name, and so does .*y.b\.png"):
        files.find(entry("b.jpg"))


def test_one_file_is_not_taken_for_two_images_of_one_stem(tmp_path: Path) -> None:
    files = index(tmp_path, "a.png", "x/b.png", images=("x/a.jpg", "y/a.jpg", "x/b.jpg", "y/b.jpg", "c.jpg"))
    with pytest.raises(InputFileError, match=r"a\.png: could belong to x/a\.jpg or to y/a\.jpg"):
        files.find(entry("x/a.jpg"))
    assert found(files, "x/b.jpg") == "x/b.png"
    with pytest.raises(InputFileError, match=r"x.b\.png: could belong to y/b\.jpg or to x/b\.jpg"):
        files.find(entry("y/b.jpg"))


def test_names_compare_composed(tmp_path: Path) -> None:
    files = index(tmp_path, unicodedata.normalize("NFD", "é.png"))
    assert found(files, unicodedata.normalize("NFC", "é.jpg")) is not None


def test_a_missing_folder_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputFileError, match="none: does not exist"):
        FileIndex(tmp_path / "none", {".png"})


@given(st.lists(IMAGE, min_size=1, max_size=8, unique=True))
def test_every_output_is_found_by_its_image(tmp_path_factory: pytest.TempPathFactory, images: list[str]) -> None:
    entries = [entry(image) for image in images]
    outputs = output_names(entries, ".png")
    root = tmp_path_factory.mktemp("outputs")
    for output in outputs.values():
        (root / output).parent.mkdir(parents=True, exist_ok=True)
        (root / output).touch()
    files = FileIndex(root, {".png"}, entries)
    for one in entries:
        assert files.find(one) == root / outputs[one]
