"""What the outputs of an image are called."""

from __future__ import annotations

import unicodedata
from pathlib import Path, PurePosixPath

from hypothesis import given
from hypothesis import strategies as st

from edam_gui.project.images import ImageEntry
from edam_gui.project.names import output_names, voc_id


def entry(relative: str) -> ImageEntry:
    return ImageEntry(Path("/photos") / relative, PurePosixPath(relative))


def outputs(*images: str) -> list[str]:
    return [name.as_posix() for name in output_names([entry(image) for image in images], ".png").values()]


def test_outputs_mirror_the_relative_paths() -> None:
    assert outputs("a.jpg", "x/a.jpg", "x/b.v2.JPEG", "mr.smith") == ["a.png", "x/a.png", "x/b.v2.png", "mr.smith.png"]


def test_two_stems_in_one_folder_keep_their_extension() -> None:
    assert outputs("a.jpg", "a.png", "x/a.jpg") == ["a.jpg.png", "a.png.png", "x/a.png"]
    assert outputs("a.jpg", "a.png", "a.jpg.png") == ["a.jpg.png", "a.png.png", "a.jpg.png.png"]


def test_names_that_some_file_systems_do_not_tell_apart_count_as_one() -> None:
    assert outputs("a.jpg", "A.png") == ["a.jpg.png", "A.png.png"]
    assert outputs("a.jpg", "A.jpg", "A.jpg~2") == ["a.jpg.png", "A.jpg~3.png", "A.jpg~2.png"]
    nfc, nfd = (unicodedata.normalize(form, "é.jpg") for form in ("NFC", "NFD"))
    assert outputs(nfc, nfd) == [nfc + ".png", nfd + "~2.png"]


NAMES = st.text("aAéÉ.~2", min_size=1, max_size=4).map(lambda text: text.replace("..", "._"))
SUFFIXES = st.sampled_from([".jpg", ".JPG", ".png", ".jpg.png", ""])
FORMS = st.sampled_from(["NFC", "NFD"])


@given(
    st.lists(
        st.builds(lambda name, suffix, form: unicodedata.normalize(form, "x" + name + suffix), NAMES, SUFFIXES, FORMS),
        unique=True,
    )
)
def test_no_two_images_share_an_output(images: list[str]) -> None:
    folded = [unicodedata.normalize("NFD", name).casefold() for name in outputs(*images)]
    assert len(set(folded)) == len(images)


def test_voc_ids_join_the_folders() -> None:
    assert voc_id(entry("a.jpg")) == "a"
    assert voc_id(entry("x/y/a.v2.jpg")) == "x__y__a.v2"
